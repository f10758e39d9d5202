"""Each request under an id of its own, in the log and in the answer, and as a figure."""

from __future__ import annotations

import re
from collections.abc import Callable
from time import perf_counter
from uuid import uuid4

import structlog
from django.http import HttpRequest, HttpResponseBase
from prometheus_client import Histogram

Handler = Callable[[HttpRequest], HttpResponseBase]

HEADER = "X-Request-ID"
# What a caller may send, so that it is safe in a log and in a header.
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
NOT_FOUND = 404

SECONDS = Histogram(
    "cadenza_request_seconds",
    "How long requests take, by the pattern of their address.",
    ["method", "route", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)

log = structlog.get_logger("cadenza.request")


class ObservingMiddleware:
    """One line of the log for each request. The address is told by its pattern: what was searched for is nobody's."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = given_id(request)
        request.request_id = given or uuid4().hex  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(request_id=request_id(request)):
            began = perf_counter()
            response = self.get_response(request)
            _note(request, response, perf_counter() - began)
        # An answer of 404 must not differ from one to the next (XCT-01).
        if given or response.status_code != NOT_FOUND:
            response.headers.setdefault(HEADER, request_id(request))
        return response


def given_id(request: HttpRequest) -> str:
    """The id that the caller sent, if it is one."""
    given = request.headers.get(HEADER, "")
    return given if REQUEST_ID.fullmatch(given) else ""


def request_id(request: HttpRequest) -> str:
    """The id of a request; empty where it came by no middleware, as in a test of a view."""
    return str(getattr(request, "request_id", ""))


def told_id(request: HttpRequest, status: int) -> str:
    """The id that an answer names: none for a 404 whose caller sent none."""
    return given_id(request) if status == NOT_FOUND else request_id(request)


def _note(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    matched = request.resolver_match
    route = matched.route if matched else ""
    SECONDS.labels(request.method, route, response.status_code).observe(seconds)
    firm, member = getattr(request, "firm", None), getattr(request, "membership", None)
    log.info(
        "request",
        method=request.method,
        route=route,
        status=response.status_code,
        ms=round(seconds * 1000, 1),
        firm=firm and firm.pk,
        member=member and member.pk,
    )
