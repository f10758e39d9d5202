"""The last word on a request that failed: a page for people, problem details for programs (Django's handlers)."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from web.observing import told_id
from web.problem import Problem, UnavailableError

API_PATH = "/api/"
RETRY_AFTER = "30"


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 400, _("The request could not be understood."))


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 403, _("You may not do this."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 404, _("There is nothing at this address."))


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 when it is the database or another part that cannot be reached, which passes by itself."""
    failure = sys.exc_info()[1]
    if isinstance(failure, OperationalError | InterfaceError | UnavailableError):
        usual = _("The service is not available for the moment.")
        told = str(failure) if isinstance(failure, UnavailableError) else usual
        response = _answer(request, 503, told)
        response.headers["Retry-After"] = RETRY_AFTER
        return response
    return _answer(request, 500, _("Something went wrong on our side."))


def _answer(request: HttpRequest, status: int, detail: str) -> HttpResponse:
    if request.path_info.startswith(API_PATH):
        return Problem(status, detail=detail, request_id=told_id(request, status)).response()
    # Without a request: no context processor may fail a second time.
    told = {"theme": _theme(request), "request_id": told_id(request, status)}
    return HttpResponse(render_to_string(f"{status}.html", told), status=status)


def _theme(request: HttpRequest) -> str:
    return request.COOKIES.get("theme", "")
