"""The address under which a client unsubscribes with one click (RFC 8058): signed, with its firm, without a log-in."""

from __future__ import annotations

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from tenants.binding import bound_firm_id

_signer = Signer(salt="communications.unsubscribe", sep=".")


def unsubscribe_url(communication_id: int) -> str:
    """From the setting, never from a request (security.md T26)."""
    firm_id = bound_firm_id()
    token = _signer.sign(f"{firm_id}-{communication_id}")
    return f"{settings.SITE_URL.rstrip('/')}{reverse('unsubscribe', kwargs={'firm_id': firm_id, 'token': token})}"


def communication_of(token: str) -> int | None:
    """Which communication of the bound firm a token names; nothing for one that was not signed for it."""
    try:
        firm, communication = _signer.unsign(token).split("-")
    except (BadSignature, ValueError):
        return None
    return int(communication) if int(firm) == bound_firm_id() else None
