"""One handler for everything that goes wrong in the API: RFC 9457 problem details with stable codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.db import DataError, IntegrityError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

from tenants.rest.idempotency import Replayed
from web.keyset import InvalidCursorError
from web.observing import told_id
from web.problem import CONTENT_TYPE, FieldError, Problem, field_errors

STALE = "stale"


class PreconditionFailed(exceptions.APIException):
    """The record is no longer the one that the caller has seen."""

    status_code = 412
    default_code = STALE

    def __init__(self) -> None:
        super().__init__(_("The record was changed in the meantime: read it again."))


class TooLarge(exceptions.APIException):
    """More than is read at once; files go through imports and attachments."""

    status_code = 413
    default_code = "too_large"

    def __init__(self) -> None:
        super().__init__(_("The body is too large."))


class Unprocessable(exceptions.APIException):
    status_code = 422


def handle(exception: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler. None for what nobody foresaw: Django's handler answers 500 then."""
    if isinstance(exception, Replayed):
        return exception.response
    problem = problem_of(exception)
    if problem is None:
        return None
    set_rollback()
    request: Request = context["request"]
    problem = Problem(**{**_members(problem), "request_id": told_id(request, problem.status)})
    return Response(problem.body(), problem.status, headers=_headers(exception), content_type=CONTENT_TYPE)


def problem_of(exception: Exception) -> Problem | None:
    """What a failure is in the words of the API."""
    if isinstance(exception, Http404 | exceptions.NotFound):
        return Problem(404, detail=_("There is nothing at this address."))
    if isinstance(exception, PermissionDenied | exceptions.PermissionDenied):
        return Problem(403, detail=_("You may not do this."))
    if isinstance(exception, ValidationError):
        return _refused(field_errors(exception))
    if isinstance(exception, InvalidCursorError):
        return _refused((FieldError("cursor", "invalid_cursor", _("This cursor does not belong to this list.")),))
    if isinstance(exception, exceptions.ValidationError):
        return _refused(tuple(_flat(exception.detail)))
    if isinstance(exception, IntegrityError):
        return _clash(exception)
    if isinstance(exception, DataError | OverflowError | RecursionError):
        # What no check foresaw: a year beyond the calendar, a text that PostgreSQL cannot keep, endless brackets.
        return _refused((FieldError("", "not_storable", _("A value of this request cannot be stored.")),))
    return _other(exception)


def refusal(field: str, code: str, message: str) -> exceptions.ValidationError:
    """A refused value of the body or of a parameter."""
    return exceptions.ValidationError({field: [exceptions.ErrorDetail(message, code=code)]})


def _refused(errors: tuple[FieldError, ...]) -> Problem:
    if [error.code for error in errors] == [STALE]:
        return Problem(412, detail=errors[0].message, errors=errors)
    return Problem(400, detail=_("The request was refused."), errors=errors)


def _clash(exception: IntegrityError) -> Problem | None:
    """Two writers at once: a key was taken, or a row went, between the check and the write."""
    state = getattr(exception.__cause__, "pgcode", "")
    if state == "23505":
        error = FieldError("", "conflict", _("Another row has this key."))
        return Problem(409, detail=error.message, errors=(error,))
    if state == "23503":
        return _refused((FieldError("", "does_not_exist", _("There is no such row.")),))
    return None


def _other(exception: Exception) -> Problem | None:
    if isinstance(exception, RequestDataTooBig):
        exception = TooLarge()
    if not isinstance(exception, exceptions.APIException):
        return None
    return Problem(exception.status_code, detail=str(exception.detail), errors=_coded(exception))


def _coded(exception: exceptions.APIException) -> tuple[FieldError, ...]:
    if isinstance(exception, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return ()
    return (FieldError("", str(exception.get_codes()), str(exception.detail)),)


def _flat(detail: Any, path: str = "") -> Iterator[FieldError]:
    """Nested errors as a list, each with its path: ``emails.0.address``."""
    if isinstance(detail, Mapping):
        for name, inside in detail.items():
            part = "" if name == api_settings.NON_FIELD_ERRORS_KEY else str(name)
            yield from _flat(inside, ".".join(filter(None, (path, part))))
    elif isinstance(detail, list):
        for place, inside in enumerate(detail):
            nested = isinstance(inside, Mapping | list)
            yield from _flat(inside, f"{path}.{place}" if nested else path)
    else:
        yield FieldError(path, getattr(detail, "code", "invalid"), str(detail))


def _members(problem: Problem) -> dict[str, Any]:
    return {name: getattr(problem, name) for name in Problem.__slots__}


def _headers(exception: Exception) -> dict[str, str]:
    headers = {}
    authenticate = getattr(exception, "auth_header", None)
    if authenticate:
        headers["WWW-Authenticate"] = authenticate
    wait = getattr(exception, "wait", None)
    if wait:
        headers["Retry-After"] = str(int(wait))
    return headers
