"""Posting mail into the outbox, and what a person may do with what is stuck there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from communications import deliveries
from communications.enums import MailState, Promise
from communications.models import OutgoingMail
from tenants import audit
from tenants.binding import bound_firm_id
from tenants.models import Membership


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMail:
    """A message as its author wrote it; ``occasion`` and recipient together may be posted once."""

    kind: str
    occasion: str
    recipient: str
    subject: str
    body: str
    html: str = ""
    reply_to: str = ""
    promise: Promise = Promise.AT_LEAST_ONCE


def post_mails(mails: Sequence[NewMail], *, at: datetime) -> int:
    """Into the outbox, in the caller's transaction: it is sent if that commits. How many are new.

    One whose occasion was posted before is left as it is, so that whoever posts may be repeated.
    """
    rows = [_row(mail, at) for mail in mails]
    keys = {row.dedupe_key for row in rows}
    known = set(OutgoingMail.objects.filter(dedupe_key__in=keys).values_list("dedupe_key", flat=True))
    fresh = {row.dedupe_key: row for row in rows if row.dedupe_key not in known}
    OutgoingMail.objects.bulk_create(fresh.values(), ignore_conflicts=True, batch_size=500)
    return len(fresh)


@transaction.atomic
def send_again(mail: OutgoingMail, *, by: Membership, at: datetime) -> OutgoingMail:
    """A person takes it on himself that it may arrive twice; the Message-ID stays."""
    locked = _lock_stuck(mail)
    before = locked.state
    locked.state, locked.attempts = MailState.PENDING, 0
    locked.posted_at = locked.available_at = at
    locked.save(update_fields=["state", "attempts", "posted_at", "available_at"])
    _follow(locked)
    audit.record("mail.sent_again", locked, by=by, before={"state": before}, after={"state": locked.state})
    return locked


@transaction.atomic
def settle(mail: OutgoingMail, *, by: Membership, at: datetime) -> OutgoingMail:
    """An uncertain one did arrive: somebody has asked."""
    locked = _lock_stuck(mail)
    if locked.state != MailState.UNCERTAIN:
        raise ValidationError(_("Only an uncertain mail can be taken as arrived."), code="not_uncertain")
    locked.state, locked.sent_at = MailState.SENT, at
    locked.save(update_fields=["state", "sent_at"])
    _follow(locked)
    audit.record("mail.settled", locked, by=by, before={"state": "uncertain"}, after={"state": locked.state})
    return locked


@transaction.atomic
def cancel(mail: OutgoingMail, *, by: Membership, at: datetime) -> OutgoingMail:
    """It is not sent, or not tried again; what a sender holds at this moment may have left already."""
    locked: OutgoingMail = OutgoingMail.objects.select_for_update().get(pk=mail.pk)
    if not locked.may_be_cancelled:
        raise ValidationError(_("This mail can no longer be called back."), code="not_cancellable")
    before = locked.state
    locked.state = MailState.CANCELLED
    locked.save(update_fields=["state"])
    _follow(locked)
    audit.record("mail.cancelled", locked, by=by, before={"state": before}, after={"state": locked.state})
    return locked


def _follow(mail: OutgoingMail) -> None:
    if mail.kind == deliveries.KIND:
        deliveries.follow([mail.pk])


def _lock_stuck(mail: OutgoingMail) -> OutgoingMail:
    locked: OutgoingMail = OutgoingMail.objects.select_for_update().get(pk=mail.pk)
    if not locked.is_stuck:
        raise ValidationError(_("This mail is not stuck."), code="not_stuck")
    return locked


def _row(mail: NewMail, at: datetime) -> OutgoingMail:
    validate_email(mail.recipient)
    return OutgoingMail(
        kind=mail.kind,
        promise=mail.promise,
        dedupe_key=f"{mail.occasion}|{mail.recipient.lower()}",
        recipient=mail.recipient,
        subject=" ".join(mail.subject.split()),
        body=mail.body,
        html=mail.html,
        reply_to=mail.reply_to,
        # As communications have it: what comes back names the firm (communications/bounces.py).
        message_id=f"<{uuid4()}.{bound_firm_id()}@cadenza>",
        posted_at=at,
        available_at=at,
    )
