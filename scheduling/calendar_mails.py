"""The calendar file of a mail: opened when the mail leaves."""

from __future__ import annotations

from communications.enclosures import Enclosed, File, enclose
from communications.models import OutgoingMail
from scheduling.enums import BOOKED_MAIL, INVITATION_MAIL
from scheduling.models import CalendarMail

NAME = "invite.ics"


def register() -> None:
    """Called when the app is ready."""
    for kind in (INVITATION_MAIL, BOOKED_MAIL):
        enclose(kind, _enclosed)


def _enclosed(outgoing: OutgoingMail) -> Enclosed:
    """The method is said in the type as well, as mail programs read it there (RFC 6047)."""
    mail = CalendarMail.objects.get(outgoing=outgoing)
    return Enclosed([], [File(NAME, mail.content.encode(), f"text/calendar; method={mail.method}")])
