"""What an answer to htmx needs, done once instead of in every view."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.http.response import HttpResponseRedirectBase
from django_htmx.http import trigger_client_event

from web.htmx import is_htmx
from web.toasts import as_trigger, pending_toasts

Handler = Callable[[HttpRequest], HttpResponseBase]
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
LEAVES_THE_PAGE = ("HX-Redirect", "HX-Location", "HX-Refresh")


class KnownMethodsMiddleware:
    """TRACE, TRACK and whatever else somebody invents is no method here (ASVS 13.4.4); a view would take it for GET."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        return self.get_response(request)


class HtmxAnswerMiddleware:
    """A redirect moves the whole page (fetch would follow it into a fragment); messages become toasts."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not is_htmx(request):
            return response
        if isinstance(response, HttpResponseRedirectBase):
            return self._redirect(response)
        if isinstance(response, HttpResponse) and not any(header in response for header in LEAVES_THE_PAGE):
            self._tell(request, response)
        return response

    def _redirect(self, response: HttpResponseRedirectBase) -> HttpResponse:
        answer = HttpResponse(headers={"HX-Redirect": response.url})
        answer.cookies = response.cookies
        return answer

    def _tell(self, request: HttpRequest, response: HttpResponse) -> None:
        toasts = pending_toasts(request)
        if toasts:
            trigger_client_event(response, "toast", as_trigger(toasts))
