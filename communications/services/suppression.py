"""Addresses left in peace: who unsubscribed, what cannot be delivered, what somebody entered (RFC 8058)."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from clients.models import Client, Email
from communications.addresses import digest_of
from communications.enums import SuppressionReason
from communications.models import Suppression
from tenants import audit
from tenants.models import Membership


@transaction.atomic
def suppress(
    address: str,
    reason: SuppressionReason,
    *,
    client: Client | None = None,
    note: str = "",
    by: Membership | None,
    at: datetime,
) -> Suppression:
    """No communication goes there any more; who is on the list already stays as he is."""
    address = address.strip()
    validate_email(address)
    owner = client or _owner(address)
    row: Suppression
    row, is_new = Suppression.objects.get_or_create(
        digest=digest_of(address),
        defaults={"address": address, "client": owner, "reason": reason, "note": note[:300], "at": at, "by": by},
    )
    if is_new:
        audit.record("suppression.added", row, by=by, after={"reason": reason.value})
    return row


@transaction.atomic
def enter_suppression(address: str, *, note: str, by: Membership, at: datetime) -> Suppression:
    """By hand; refused when the address is there already."""
    if Suppression.objects.filter(digest=digest_of(address.strip())).exists():
        problem = ValidationError(_("This address is on the list already."), code="unique")
        raise ValidationError({"address": problem})
    return suppress(address, SuppressionReason.BY_HAND, note=note, by=by, at=at)


@transaction.atomic
def lift_suppression(row: Suppression, *, by: Membership) -> None:
    """Written to again: for whoever has asked for it, or whose mailbox works again."""
    audit.record("suppression.lifted", row, by=by, before={"reason": row.reason})
    row.delete()


def _owner(address: str) -> Client | None:
    """Whose address it is, so that it can be emptied with him."""
    found = Email.objects.filter(address__iexact=address).select_related("client").order_by("pk").first()
    return found.client if found else None
