"""Consents with their proof, and who looked at whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from clients.changes import mark_changed
from clients.enums import AccessDoor, ConsentPurpose, ConsentSource
from clients.models import Client, Consent
from clients.services.records import lock
from clients.signals import clients_changed
from tenants import audit
from tenants.binding import bound_firm, bound_firm_id, local_today
from tenants.models import Membership

# Once in five minutes for the same member and client: a page and its parts are one look. Losing the last moments of
# this log in a crash of the database is accepted, so that reading a page need not wait for the disk.
NEED_NOT_WAIT = "SET LOCAL synchronous_commit = off;"
LOOK = """
INSERT INTO clients_access (firm_id, at, by_id, door, address, seen)
SELECT %(firm)s, %(at)s, %(by)s, %(door)s, %(address)s::inet, %(seen)s::bigint[]
WHERE NOT EXISTS (
    SELECT FROM clients_access a
    WHERE a.firm_id = %(firm)s AND a.by_id = %(by)s AND a.at > %(at)s - interval '5 minutes'
      AND a.door = %(door)s AND a.seen = %(seen)s::bigint[]
)
"""


@dataclass(frozen=True, kw_only=True)
class ConsentGiven:
    """What a person said about a purpose: when, how, and where the proof is."""

    purpose: ConsentPurpose
    granted: bool
    on: date
    source: ConsentSource
    proof: str = ""


@transaction.atomic
def record_consent(client: Client, said: ConsentGiven, *, by: Membership | None, at: datetime) -> Consent:
    """Write a consent or its withdrawal into the ledger and the record (GDPR art. 7)."""
    if said.on > local_today(bound_firm(), at=at):
        raise ValidationError({"on": ValidationError(_("This day is still to come."), code="future")})
    current = lock(client, version=None)
    line = Consent(client=current, **asdict(said), by=by, at=at)
    line.save(force_insert=True)
    field = f"{said.purpose.value}_consent"
    before = getattr(current.profile, field)
    setattr(current.profile, field, said.granted)
    setattr(current.profile, f"{field}_on", said.on)
    current.profile.save()
    current.version += 1
    current.save()
    audit.record(
        "client.consent", current, by=by, before={field: before}, after={field: said.granted, "on": str(said.on)}
    )
    mark_changed([current.pk])
    clients_changed.send(Client, client_ids=[current.pk], changed=frozenset({field, f"{field}_on"}))
    return line


def note_look(
    client_ids: Sequence[int], *, by: Membership, door: AccessDoor, address: str | None, at: datetime, is_reading: bool
) -> None:
    """Record that ``by`` has looked at the clients (Garante 192/2011), in one statement."""
    params: dict[str, Any] = {
        "firm": bound_firm_id(),
        "at": at,
        "by": by.pk,
        "door": door.value,
        "address": address or None,
        "seen": list(client_ids),
    }
    with connection.cursor() as cursor:
        cursor.execute(NEED_NOT_WAIT + LOOK if is_reading else LOOK, params)
