"""A client objects: with one click in his mail (RFC 8058, GDPR art. 21)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from clients.enums import ConsentPurpose, ConsentSource
from clients.services import ConsentGiven, record_consent
from communications.enums import SuppressionReason
from communications.models import Communication
from communications.services.suppression import suppress
from tenants import audit
from tenants.binding import bound_firm, local_today


@transaction.atomic
def unsubscribe(row: Communication, *, at: datetime) -> None:
    """His address is left in peace, and his consent to marketing is withdrawn, with the proof. Twice is once."""
    proof = f"unsubscribe {row.pk}"
    suppress(row.address, SuppressionReason.UNSUBSCRIBED, client=row.client, note=row.run.name, by=None, at=at)
    if row.client.profile.marketing_consent:
        said = ConsentGiven(
            purpose=ConsentPurpose.MARKETING,
            granted=False,
            on=local_today(bound_firm(), at=at),
            source=ConsentSource.WEB,
            proof=proof,
        )
        record_consent(row.client, said, by=None, at=at)
        audit.record("communication.unsubscribed", row, by=None)
