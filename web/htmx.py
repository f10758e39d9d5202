"""One address answers a whole page or only the part that htmx asked for; this is where it is decided, once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.forms import BaseForm, BaseFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

UNPROCESSABLE = 422


def is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def wants_partial(request: HttpRequest) -> bool:
    """htmx asks for a whole page when it swaps the body, selects from the answer, or goes back in history."""
    if not is_htmx(request) or request.headers.get("HX-History-Restore-Request") == "true":
        return False
    return request.headers.get("HX-Request-Type") != "full"


def page_or_partial(
    request: HttpRequest, page: str, partial: str, context: Mapping[str, Any], *, status: int | None = None
) -> HttpResponse:
    """Render ``partial`` for htmx and ``page`` for everybody else; a refused form answers 422 either way."""
    template = partial if wants_partial(request) else page
    response = render(request, template, dict(context), status=status or _status(request, context.values()))
    patch_vary_headers(response, ["HX-Request", "HX-Request-Type"])
    return response


def _status(request: HttpRequest, values: Iterable[object]) -> int:
    forms = (value for value in values if isinstance(value, BaseForm | BaseFormSet))
    refused = request.method == "POST" and any(form.is_bound and not form.is_valid() for form in forms)
    return UNPROCESSABLE if refused else 200
