"""Which firms a session opens, by how whoever holds it has shown who he is (decision 0030).

allauth keeps a record of each proof in the session. The account's own proofs (password, passkey) open every firm that
does not require its provider; a firm's provider opens that firm and nothing else, neither another firm nor the pages
of the account itself: whoever runs the provider could otherwise log in there as anybody.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from tenants import audit
from tenants.models import Firm, IdentityProvider, Membership, ProviderAccount
from tenants.unbound import FirmOfUser

BY_PROVIDER = "socialaccount"
NOTED = "emergency_noted"

View = Callable[..., HttpResponse]


def records(request: HttpRequest) -> list[dict[str, Any]]:
    return list(get_authentication_records(request, request.user))


def has_own_log_in(request: HttpRequest) -> bool:
    """Whether the account's own password or passkey was shown; a code of an app alone is no log-in.

    A session without any record was begun by the product itself, for somebody who has just chosen his password.
    """
    kept = records(request)
    own = any(one["method"] == "password" or one.get("type") == Authenticator.Type.WEBAUTHN for one in kept)
    return own or not any(one["method"] == BY_PROVIDER for one in kept)


def doors(request: HttpRequest) -> dict[int, set[str]]:
    """The keys of the providers that have vouched in this session, by firm."""
    found: dict[int, set[str]] = {}
    for one in records(request):
        if one["method"] == BY_PROVIDER:
            firm_id, _hyphen, key = str(one.get("provider", "")).partition("-")
            found.setdefault(int(firm_id), set()).add(key)
    return found


def within_reach(request: HttpRequest, firms: list[FirmOfUser]) -> list[FirmOfUser]:
    """Of the person's firms those that the session may know of."""
    if has_own_log_in(request):
        return firms
    vouched = doors(request)
    return [firm for firm in firms if firm.firm_id in vouched]


def vouching(request: HttpRequest, membership: Membership) -> IdentityProvider | None:
    """The bound firm's provider that has vouched for the member in this session and still may."""
    keys = doors(request).get(membership.firm_id or 0)
    if not keys:
        return None
    bound = ProviderAccount.objects.filter(member=membership, provider__key__in=keys, provider__is_active=True)
    account = bound.select_related("provider").first()
    return account.provider if account else None


def is_open(request: HttpRequest, firm: Firm, membership: Membership, provider: IdentityProvider | None) -> bool:
    """Whether the session opens the bound firm. Who comes in past a required provider stands in the trail."""
    if provider is not None:
        return True
    if not has_own_log_in(request):
        return False
    if not firm.requires_single_sign_on:
        return True
    if membership.keeps_own_log_in and request.session.get(NOTED) != firm.pk:
        audit.record("provider.passed_by", membership, by=membership)
        request.session[NOTED] = firm.pk
    return membership.keeps_own_log_in


def way_to_confirm(request: Any) -> str:
    """Where whoever came in by the firm's provider shows there once more who he is; nothing for anybody else."""
    # First: pages of the account itself, which belong to no firm, open to its own log-in only.
    if has_own_log_in(request) or not (keys := doors(request).get(request.firm.pk)):
        return ""
    provider = IdentityProvider.objects.filter(key__in=keys, is_active=True).first()
    return reverse("single_sign_on", kwargs={"firm_id": request.firm.pk, "key": provider.key}) if provider else ""


def to_log_in(request: HttpRequest, *, firm: Firm | None = None) -> HttpResponse:
    """Where the way in is shown: the firm's own provider, or else the account's password."""
    page = {"next": request.get_full_path() if request.method == "GET" else "/"}
    if firm is not None and (provider := IdentityProvider.objects.filter(is_active=True).order_by("pk").first()):
        way = reverse("single_sign_on", kwargs={"firm_id": firm.pk, "key": provider.key})
        return redirect(f"{way}?{urlencode(page)}")
    return redirect(f"{reverse('account_reauthenticate')}?{urlencode(page)}")


def needs_own_log_in(view: View) -> View:
    """A page about the account itself, which all its firms rely on: below ``signed_in``."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs) if has_own_log_in(request) else to_log_in(request)

    return checked
