"""Distribuzione documenti (SIS-40, SIS-41): send what was generated, try again, generate again, cancel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from communications import deliveries
from communications.addresses import OF_CHOSEN
from communications.enums import UNSENT, CommunicationState, MailState
from communications.models import Communication, OutgoingMail
from communications.queries.communications import is_current
from tenants import audit
from tenants.binding import bound_firm_id
from tenants.models import Membership

REGENERATE = f"""
WITH chosen (id) AS (
    SELECT c.client_id FROM communications_communication c WHERE c.firm_id = %(firm)s AND c.id = ANY(%(ids)s)
), reached AS ({OF_CHOSEN}), again AS (
    UPDATE communications_communication c SET address = reached.address, state = 'generated', problem = '',
        generated_at = %(at)s, subject = '', text = '', version = c.version + 1
    FROM reached
    WHERE c.firm_id = %(firm)s AND c.id = ANY(%(ids)s) AND c.state = ANY(%(unsent)s)
      AND reached.client_id = c.client_id AND reached.address IS NOT NULL AND reached.address <> c.address
    RETURNING c.id, c.mail_id, c.address
), mails AS (
    UPDATE communications_outgoingmail m SET recipient = again.address, subject = '', body = '', html = ''
    FROM again WHERE m.firm_id = %(firm)s AND m.id = again.mail_id
)
SELECT id FROM again ORDER BY id
"""  # noqa: S608 - put together of constants


@dataclass(frozen=True, slots=True)
class Sent:
    """How many were put into the outbox, and how many have to be generated again first."""

    posted: int
    stale: int


@transaction.atomic
def send(communications: QuerySet[Communication], *, by: Membership, at: datetime) -> Sent:
    """Those that were generated, or failed, and whose address is still the client's. Never one that has left."""
    rows = communications.filter(state__in=UNSENT).order_by("pk")
    locked = list(Communication.objects.filter(pk__in=rows.values("pk")).order_by("pk").select_for_update(of=("self",)))
    fresh = set(Communication.objects.filter(is_current(), pk__in=rows.values("pk")).values_list("pk", flat=True))
    ids = [row.pk for row in locked if row.pk in fresh and row.state in UNSENT]
    deliveries.post(ids, at=at)
    _update(ids, CommunicationState.SENDING)
    if ids:
        audit.record("communication.sent", None, by=by, after={"communications": ids})
    return Sent(len(ids), len(locked) - len(ids))


@transaction.atomic
def regenerate(communications: QuerySet[Communication], *, by: Membership, at: datetime) -> list[int]:
    """Again for the address that the client has now; what has left never changes (O-42)."""
    ids = _lock(communications.filter(state__in=UNSENT))
    given: dict[str, Any] = {"firm": bound_firm_id(), "ids": ids, "at": at, "unsent": [state.value for state in UNSENT]}
    with connection.cursor() as cursor:
        cursor.execute(REGENERATE, given)
        again = [int(pk) for (pk,) in cursor.fetchall()]
    if again:
        audit.record("communication.regenerated", None, by=by, after={"communications": again})
    return again


@transaction.atomic
def cancel_communications(communications: QuerySet[Communication], *, by: Membership) -> list[int]:
    """Not to be sent: what was generated, and what waits in the outbox; what a sender holds cannot be stopped."""
    mails = OutgoingMail.objects.filter(pk__in=communications.values("mail_id"), state=MailState.PENDING)
    waiting = list(mails.order_by("pk").select_for_update().values_list("pk", flat=True))
    generated = _lock(communications.filter(state__in=UNSENT))
    queued = _lock(communications.filter(mail__in=waiting, state=CommunicationState.SENDING))
    OutgoingMail.objects.filter(pk__in=waiting).update(state=MailState.CANCELLED)
    _update([*generated, *queued], CommunicationState.CANCELLED)
    if generated or queued:
        audit.record("communication.cancelled", None, by=by, after={"communications": [*generated, *queued]})
    return [*generated, *queued]


@transaction.atomic
def restore(communications: QuerySet[Communication], *, by: Membership) -> list[int]:
    """The undo of a cancellation: generated again, to be sent or not."""
    ids = _lock(communications.filter(state=CommunicationState.CANCELLED).exclude(problem="replaced"))
    _update(ids, CommunicationState.GENERATED)
    if ids:
        audit.record("communication.restored", None, by=by, after={"communications": ids})
    return ids


@transaction.atomic
def settle_communication(row: Communication, *, arrived: bool, by: Membership, at: datetime) -> None:
    """An uncertain one did arrive; or it did not, and a person takes it on himself that it may arrive twice."""
    mail = OutgoingMail.objects.select_for_update().filter(pk=row.mail_id).first()
    if mail is None or mail.state != MailState.UNCERTAIN:
        raise ValidationError(_("Only an uncertain communication can be settled."), code="not_uncertain")
    if arrived:
        OutgoingMail.objects.filter(pk=mail.pk).update(state=MailState.SENT, sent_at=at)
    else:
        deliveries.post([row.pk], at=at)
    deliveries.follow([mail.pk])
    after = {"arrived": arrived}
    audit.record("communication.settled", row, by=by, before={"state": "uncertain"}, after=after)


def _lock(communications: QuerySet[Communication]) -> list[int]:
    rows = Communication.objects.filter(pk__in=communications.values("pk")).order_by("pk")
    return list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))


def _update(ids: Sequence[int], state: CommunicationState) -> None:
    Communication.objects.filter(pk__in=ids).update(state=state, problem="", version=F("version") + 1)
