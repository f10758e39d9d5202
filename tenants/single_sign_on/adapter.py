"""How allauth's log-in by other systems behaves here (settings.SOCIALACCOUNT_ADAPTER).

Its own tables stay empty: providers are the bound firm's rows, and so is who is who at them.
"""

from __future__ import annotations

import hmac
import logging
import time
from typing import Any, NoReturn

import requests
from allauth.account.adapter import get_adapter as account_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from tenants.binding import bound_firm, bound_firm_id, is_firm_bound
from tenants.enums import LogInProtocol
from tenants.models import IdentityProvider, User
from tenants.services.providers import opened_secret, recognise
from tenants.single_sign_on import saml, wire
from tenants.single_sign_on.opening import BY_PROVIDER

logger = logging.getLogger(__name__)
# How old a log-in at the provider may be that was asked for anew.
FRESH = 5 * 60
NAMES = {LogInProtocol.OPENID_CONNECT: "openid_connect", LogInProtocol.SAML: "saml"}
SUBJECT = ["urn:oasis:names:tc:SAML:attribute:subject-id"]


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[Any]:
        """The bound firm's provider of that name; nobody else's, and none where no firm is bound."""
        firm_id, _hyphen, key = (client_id or provider or "").partition("-")
        if not is_firm_bound() or firm_id != str(bound_firm_id()):
            return []
        return [as_app(row) for row in IdentityProvider.objects.filter(key=key, is_active=True)]

    def get_requests_session(self) -> requests.Session:
        return wire.session()

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def on_authentication_error(self, request: HttpRequest, provider: Any, **kwargs: Any) -> NoReturn:
        """One word for whatever went wrong on the way; the log says which kind it was, not what was said."""
        said = kwargs.get("exception") or kwargs.get("error")
        logger.warning("Log-in by provider %s failed: %s", provider.sub_id, type(said).__name__)
        raise ImmediateHttpResponse(failed("failed"))

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> NoReturn:
        """allauth would make accounts of its own from here on; who is who is decided by the firm's rows instead."""
        row = IdentityProvider.objects.get(key=sociallogin.provider.sub_id.partition("-")[2])
        if not _is_answer(sociallogin):
            raise ImmediateHttpResponse(failed("failed"))
        address = next(iter(sociallogin.email_addresses), None)
        try:
            member = recognise(
                row,
                subject=sociallogin.account.uid,
                email=address.email if address else "",
                is_verified=bool(address and address.verified is True),
                at=timezone.now(),
            )
        except ValidationError:
            raise ImmediateHttpResponse(failed("refused")) from None
        onward = sociallogin.state.get("next") or reverse("overview", kwargs={"firm_slug": bound_firm().slug})
        raise ImmediateHttpResponse(_entered(request, member.user, sociallogin, onward))


def as_app(row: IdentityProvider) -> SocialApp:
    """The row as allauth sees it; never saved."""
    return SocialApp(
        provider=NAMES[LogInProtocol(row.protocol)],
        provider_id=row.door,
        name=row.name,
        client_id=row.application_id if row.protocol == LogInProtocol.OPENID_CONNECT else row.door,
        secret=opened_secret(row),
        settings={"issuer": row.issuer, "row": row, "attribute_mapping": {"uid": SUBJECT, "email": saml.ADDRESS}},
    )


def failed(problem: str) -> HttpResponse:
    """A redirect, so that what was used up stays used up: an answer of 400 and more would be rolled back."""
    return redirect(f"{reverse('company_log_in')}?problem={problem}")


def _is_answer(sociallogin: SocialLogin) -> bool:
    """Whether the token answers this question, and was made after it where a new log-in was asked for.

    Of SAML that was looked at where the assertion was read.
    """
    if sociallogin.provider.id == saml.FirmSamlProvider.id:
        return True
    claims, asked = sociallogin.account.extra_data["id_token"], sociallogin.state
    if not hmac.compare_digest(str(claims["nonce"]).encode(), str(asked.get("nonce")).encode()):
        return False
    known = claims.get("auth_time")
    return not asked.get("again") or (isinstance(known, int) and time.time() - known < FRESH)


def _entered(request: HttpRequest, user: User, sociallogin: SocialLogin, onward: str) -> HttpResponse:
    """Whoever is logged in already keeps what he has shown; anybody else's session ends here."""
    proof = {"provider": sociallogin.provider.sub_id, "uid": sociallogin.account.uid}
    if request.user.is_authenticated and request.user.pk == user.pk:
        record_authentication(request, user, BY_PROVIDER, **proof)
        request.session.cycle_key()
        return redirect(onward)
    if request.user.is_authenticated:
        account_adapter(request).logout(request)
    record_authentication(request, user, BY_PROVIDER, **proof)
    entered: HttpResponse = perform_login(request, user, redirect_url=onward)
    return entered
