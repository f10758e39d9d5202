"""The address under which a client unsubscribes with one click (RFC 8058): signed, with its firm, without a log-in."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from tenants.binding import bound_firm_id

_signer = Signer(salt="communications.unsubscribe", sep=".")


@dataclass(frozen=True, slots=True)
class Presented:
    firm_id: int
    communication_id: int


def unsubscribe_url(communication_id: int) -> str:
    """From the setting, never from a request (security.md T26)."""
    token = _signer.sign(f"{bound_firm_id()}-{communication_id}")
    return f"{settings.SITE_URL.rstrip('/')}{reverse('unsubscribe', kwargs={'token': token})}"


def presented(token: str) -> Presented | None:
    """What a token names; nothing for one that we have not signed."""
    try:
        firm, communication = _signer.unsign(token).split("-")
        return Presented(int(firm), int(communication))
    except (BadSignature, ValueError):
        return None
