"""Binds the firm round the whole request: from the path for pages, from the token for the API."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone, translation
from django.views.defaults import page_not_found

from tenants import queries
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tenants.unbound import firms_of_user

FIRM_PATH = re.compile(r"^/f/(?P<slug>[-\w]+)/")
API_PATH = "/api/"

Handler = Callable[[HttpRequest], HttpResponseBase]


class FirmMiddleware:
    """Nothing inside a firm runs unbound, and an answer of 400 or more leaves no trace in the database."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        page = FIRM_PATH.match(request.path_info)
        if page:
            return self._page(request, page["slug"])
        if request.path_info.startswith(API_PATH):
            return self._api(request)
        return self.get_response(request)

    def _page(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        found = next((firm for firm in firms_of_user(request.user.pk) if firm.slug == slug), None)
        if found is None:
            return page_not_found(request, Http404())
        with use_firm(found.firm_id):
            membership = Membership.objects.select_related("user").get(pk=found.membership_id)
            return self._answer(request, Firm.objects.get(pk=found.firm_id), membership)

    def _api(self, request: HttpRequest) -> HttpResponseBase:
        presented = queries.presented_token(request.headers.get("Authorization", ""))
        if presented is None:
            return self.get_response(request)
        with use_firm(presented.firm_id):
            token = queries.usable_token(presented, at=timezone.now())
            if token is not None:
                request.api_token = token  # type: ignore[attr-defined]
                return self._answer(request, Firm.objects.get(pk=presented.firm_id), token.member)
        return self.get_response(request)

    def _answer(self, request: HttpRequest, firm: Firm, membership: Membership) -> HttpResponseBase:
        request.firm = firm  # type: ignore[attr-defined]
        request.membership = membership  # type: ignore[attr-defined]
        with translation.override(_language(request, membership)), timezone.override(firm.time_zone):
            response = self.get_response(request)
            if isinstance(response, HttpResponse) and not response.streaming:
                response.headers.setdefault("Content-Language", translation.get_language() or "")
        if response.status_code >= 400:
            transaction.set_rollback(True)
        return response


def _language(request: HttpRequest, membership: Membership) -> str:
    """Pages follow the member's own choice; the API follows Accept-Language (api.md)."""
    if request.path_info.startswith(API_PATH):
        return translation.get_language_from_request(request)
    return membership.language
