"""A communication that came back: it counts as bounced, its address is left in peace, and a note says so (SIS-41)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from clients.services import NoteContent, create_note
from communications.bounces import Report
from communications.enums import CommunicationState, MailState, SuppressionReason
from communications.models import Communication, OutgoingMail
from communications.services.suppression import suppress
from tenants import audit
from tenants.binding import bound_firm

# It left: also one of which we did not know, since somebody had it to send back.
RETURNABLE = (CommunicationState.SENT, CommunicationState.UNCERTAIN, CommunicationState.SENDING)


@transaction.atomic
def note_bounce(report: Report, *, at: datetime) -> bool:
    """Of the bound firm; whether it concerned one of its communications. The same report twice changes nothing."""
    mail = OutgoingMail.objects.select_for_update().filter(message_id=report.message_id).first()
    row = Communication.objects.select_related("client", "run__by").filter(mail=mail.pk).first() if mail else None
    if mail is None or row is None:
        return False
    if not report.is_final or row.state not in RETURNABLE:
        return True
    sent_at = row.sent_at or mail.sent_at or mail.posted_at
    OutgoingMail.objects.filter(pk=mail.pk).update(state=MailState.SENT, sent_at=sent_at, last_error=report.words)
    Communication.objects.filter(pk=row.pk).update(
        state=CommunicationState.BOUNCED, sent_at=sent_at, problem=report.words[:300], version=F("version") + 1
    )
    suppress(row.address, SuppressionReason.BOUNCED, client=row.client, note=report.words, by=None, at=at)
    with translation.override(bound_firm().language):
        title = _("E-mail came back: %(address)s") % {"address": row.address}
        create_note(row.client, NoteContent(title=title[:200], text=report.words, at=at), by=row.run.by, at=at)
    audit.record("communication.bounced", row, by=None, after={"status": report.status})
    return True
