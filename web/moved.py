"""What stood at an address stands at another one now."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect


class MovedError(Exception):
    """Raised while a page is read; the answer leads to ``url``. Not for good: what moved may be moved back."""

    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__(url)


class MovedMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return HttpResponseRedirect(exception.url) if isinstance(exception, MovedError) else None
