"""A mail that came back: for now it is tried again; for good its address is left in peace, with a note (SIS-41)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from clients.models import Client
from clients.services import NoteContent, create_note
from communications import client_mails, deliveries
from communications.bounces import Report
from communications.enums import CommunicationState, MailState, SuppressionReason
from communications.models import ClientMail, Communication, OutgoingMail
from communications.services.suppression import suppress
from tenants import audit
from tenants.binding import bound_firm
from tenants.models import Membership

# It left: also one of which we did not know, since somebody had it to send back.
RETURNABLE = (MailState.SENT, MailState.UNCERTAIN, MailState.SENDING)
# A full mailbox may be emptied: tried on the next day; the third time it counts as one that cannot be delivered.
MOST_SOFT, SOFT_PAUSE = 3, timedelta(days=1)


@transaction.atomic
def note_bounce(report: Report, *, at: datetime) -> bool:
    """Of the bound firm; whether it concerned one of its mails to clients. The same report twice changes nothing."""
    mail = OutgoingMail.objects.select_for_update().filter(message_id=report.message_id).first()
    if mail is None or mail.kind not in (deliveries.KIND, client_mails.KIND):
        return False
    if mail.state not in RETURNABLE or not (report.is_final or report.is_soft):
        return True
    if report.is_soft and mail.soft_bounces + 1 < MOST_SOFT:
        _try_again(mail, report, at=at)
    elif mail.kind == deliveries.KIND:
        _take_back_communication(mail, report, at=at)
    else:
        _take_back_mail(mail, report, at=at)
    return True


def _try_again(mail: OutgoingMail, report: Report, *, at: datetime) -> None:
    """It certainly did not arrive, so it may leave once more, at most once or not."""
    OutgoingMail.objects.filter(pk=mail.pk).update(
        state=MailState.PENDING,
        sent_at=None,
        attempts=0,
        posted_at=at,
        available_at=at + SOFT_PAUSE,
        soft_bounces=F("soft_bounces") + 1,
        last_error=report.words,
    )
    if mail.kind == deliveries.KIND:
        deliveries.follow([mail.pk])


def _take_back_communication(mail: OutgoingMail, report: Report, *, at: datetime) -> None:
    row = Communication.objects.select_related("client", "run__by").filter(mail=mail.pk).first()
    if row is None or row.state == CommunicationState.BOUNCED:
        return
    sent_at = row.sent_at or mail.sent_at or mail.posted_at
    OutgoingMail.objects.filter(pk=mail.pk).update(state=MailState.SENT, sent_at=sent_at, last_error=report.words)
    Communication.objects.filter(pk=row.pk).update(
        state=CommunicationState.BOUNCED, sent_at=sent_at, problem=report.words[:300], version=F("version") + 1
    )
    _leave_in_peace(row.address, row.client, report, by=row.run.by, at=at)
    audit.record("communication.bounced", row, by=None, after={"status": report.status})


def _take_back_mail(mail: OutgoingMail, report: Report, *, at: datetime) -> None:
    """One that somebody wrote by hand: the time line says that it was given up."""
    row = ClientMail.objects.select_related("client", "sent_by").filter(outgoing=mail.pk).first()
    if row is None:
        return
    OutgoingMail.objects.filter(pk=mail.pk).update(state=MailState.DEAD, last_error=report.words)
    _leave_in_peace(row.recipient, row.client, report, by=row.sent_by, at=at)
    audit.record("clientmail.bounced", row, by=None, after={"status": report.status})


def _leave_in_peace(address: str, client: Client, report: Report, *, by: Membership | None, at: datetime) -> None:
    suppress(address, SuppressionReason.BOUNCED, client=client, note=report.words, by=None, at=at)
    with translation.override(bound_firm().language):
        title = _("E-mail came back: %(address)s") % {"address": address}
        create_note(client, NoteContent(title=title[:200], text=report.words, at=at), by=by, at=at)
