"""Binds the firm round the whole request: from the path for pages, from the secret for invitations and the API."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import get_resolver, reverse
from django.utils import timezone, translation

from tenants import audit, queries, services
from tenants.binding import bound_firm, use_firm
from tenants.models import IdentityProvider, Membership
from tenants.second_step import has_second_step
from tenants.sessions import LAST_USED
from tenants.single_sign_on import opening
from tenants.unbound import firms_of_user

FIRM_PATH = re.compile(r"^/f/(?P<slug>[-\w]+)/")
# Links in mails, feeds, bookings, the way in by a firm's provider: whoever holds one is nobody's member; the view looks
# for what it names in this firm.
LINK_PATH = re.compile(r"^/(?:invitations|unsubscribe|calendar|bookings|single-sign-on)/(?P<firm>[0-9]{1,18})[/-]")
API_PATH = "/api/"
# That a log-in is in use is noted once a minute, so that not every page writes.
NOTED_EVERY = 60
FORBIDDEN = 403
LONGEST_PATH = 200

Handler = Callable[[HttpRequest], HttpResponseBase]


class IdleMiddleware:
    """Ends a log-in that nobody has used for half an hour (security.md T25); its end after twelve hours is Django's."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # The API has tokens, not sessions: without a cookie there is nothing to ask the database.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            now = int(timezone.now().timestamp())
            idle = now - request.session.get(LAST_USED, now - NOTED_EVERY)
            if idle > settings.SESSION_IDLE.total_seconds():
                logout(request)
            elif idle >= NOTED_EVERY:
                request.session[LAST_USED] = now
        return self.get_response(request)


class FirmMiddleware:
    """Nothing inside a firm runs unbound, and an answer of 400 or more leaves no trace in the database."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._route(request)
        # What a page shows of clients belongs to nobody's cache (security.md T31).
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def _route(self, request: HttpRequest) -> HttpResponseBase:
        if page := FIRM_PATH.match(request.path_info):
            return self._page(request, page["slug"])
        if link := LINK_PATH.match(request.path_info):
            return self._link(request, int(link["firm"]))
        if request.path_info.startswith(API_PATH):
            return self._api(request)
        return self.get_response(request)

    def _page(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        firms = opening.within_reach(request, firms_of_user(request.user.pk))
        found = next((firm for firm in firms if firm.slug == slug), None)
        if found is None:
            # Vouched for by one firm's provider alone: of other firms not even that they exist.
            return _not_found(request) if opening.has_own_log_in(request) else opening.to_log_in(request)
        request.firms = firms  # type: ignore[attr-defined]
        with use_firm(found.firm_id):
            membership = Membership.objects.select_related("user").get(pk=found.membership_id)
            provider = opening.vouching(request, membership)
            if not opening.is_open(request, bound_firm(), membership, provider):
                return opening.to_log_in(request, firm=bound_firm())
            if self._lacks_second_step(request, provider):
                return redirect(f"{reverse('mfa_index')}?{urlencode({'firm': slug})}")
            response = self._answer(request, found.firm_id, membership, language=membership.language)
        return _noted(request, response, membership)

    def _lacks_second_step(self, request: HttpRequest, provider: IdentityProvider | None) -> bool:
        asked_there = provider is not None and provider.asks_second_step
        return bound_firm().requires_second_step and not asked_there and not has_second_step(request.user)

    def _link(self, request: HttpRequest, firm_id: int) -> HttpResponseBase:
        with use_firm(firm_id):
            return self._finish(self.get_response(request), firm_id)

    def _api(self, request: HttpRequest) -> HttpResponseBase:
        presented = queries.presented_token(request.headers.get("Authorization", ""))
        if presented is None:
            return self.get_response(request)
        with use_firm(presented.firm_id):
            now = timezone.now()
            token = queries.usable_token(presented, at=now)
            if token is None:
                return self.get_response(request)
            services.note_use(token, at=now)
            request.api_token = token  # type: ignore[attr-defined]
            # The API follows Accept-Language (api.md).
            language = translation.get_language_from_request(request)
            response = self._answer(request, presented.firm_id, token.member, language=language)
        return _noted(request, response, token.member)

    def _answer(self, request: HttpRequest, firm_id: int, membership: Membership, *, language: str) -> HttpResponseBase:
        request.firm = bound_firm()  # type: ignore[attr-defined]
        request.membership = membership  # type: ignore[attr-defined]
        membership.firm = request.firm  # type: ignore[attr-defined]
        with translation.override(language), timezone.override(request.firm.time_zone):  # type: ignore[attr-defined]
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return self._finish(response, firm_id)

    def _finish(self, response: HttpResponseBase, firm_id: int) -> HttpResponseBase:
        if response.status_code >= 400:
            transaction.set_rollback(True)
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = _bound_chunks(iter(response), firm_id)
        return response


def _noted(request: HttpRequest, response: HttpResponseBase, membership: Membership) -> HttpResponseBase:
    """What was refused to a member is in the trail, though the request itself left nothing behind (security.md)."""
    if response.status_code == FORBIDDEN:
        with use_firm(membership.firm):
            tried = {"method": request.method, "path": request.path_info[:LONGEST_PATH]}
            audit.record("access.refused", None, by=membership, after=tried)
    return response


def _not_found(request: HttpRequest) -> HttpResponseBase:
    """The very page that a missing row gets."""
    response: HttpResponseBase = get_resolver().resolve_error_handler(404)(request, Http404())  # type: ignore[call-arg]
    return response


def _bound_chunks(chunks: Iterable[bytes], firm_id: int) -> Iterator[bytes]:
    """A stream is read after the middleware has returned; its queries need the firm then."""
    with use_firm(firm_id):
        yield from chunks
