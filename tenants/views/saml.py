"""A SAML provider's answer: posted from another site, so that the session of who asked is there one step later."""

from __future__ import annotations

import logging

from allauth.core import ratelimit
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.sessions import LoginSession
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from tenants.enums import LogInProtocol
from tenants.models import IdentityProvider
from tenants.requests import public
from tenants.single_sign_on import saml
from tenants.single_sign_on.adapter import failed

logger = logging.getLogger(__name__)
# The cookie that names the answer for the length of one redirect.
CARRIED, COOKIE, SECONDS = "saml_answer", "saml-answer", 120


def _row(key: str) -> IdentityProvider:
    found: IdentityProvider = get_object_or_404(IdentityProvider, key=key, is_active=True, protocol=LogInProtocol.SAML)
    return found


@public
@require_safe
def own_metadata(request: HttpRequest, firm_id: int, key: str) -> HttpResponse:
    return HttpResponse(saml.own_metadata(_row(key)), content_type="application/samlmetadata+xml")


@csrf_exempt
@public
@never_cache
@require_POST
def answer(request: HttpRequest, firm_id: int, key: str) -> HttpResponse:
    """Only kept, as long as it is no longer than an answer is; who asked is known after a redirect to ourselves."""
    row, said = _row(key), request.POST.get("SAMLResponse", "")
    if not 0 < len(said) <= saml.MOST_ANSWERED or ratelimit.consume_or_429(request, action="login"):
        return failed("failed")
    onward = redirect(reverse("single_sign_on_finish", kwargs={"firm_id": firm_id, "key": row.key}))
    # A new one each time: what another answer has left behind is not looked at.
    request.COOKIES.pop(COOKIE, None)
    carried = LoginSession(request, CARRIED, COOKIE)
    carried.store["said"] = said
    carried.store.set_expiry(SECONDS)
    carried.save(onward)
    onward.cookies[COOKIE]["httponly"] = True
    return onward


@public
@never_cache
@require_safe
def finish(request: HttpRequest, firm_id: int, key: str) -> HttpResponse:
    row = _row(key)
    carried = LoginSession(request, CARRIED, COOKIE)
    said = str(carried.store.get("said", ""))
    carried.delete()
    if not said:
        return failed("failed")
    provider = get_adapter(request).get_provider(request, row.door)
    try:
        login = saml.answered(request, row, provider, said)
    except saml.RefusedError as refused:
        logger.warning("Log-in by provider %s failed: %s", row.door, refused)
        return failed("failed")
    done: HttpResponse = complete_social_login(request, login)
    return done
