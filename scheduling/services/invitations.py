"""Invitations for a client's calendar: mails with a calendar file that follow the appointment (RFC 5545, 5546).

Who was invited once hears of every later change and of the end; what has not left yet when the next thing happens is
called back, so that a drag and its undo write to nobody twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clients.models import Client, Email
from communications.addresses import reachable
from communications.enums import MailState
from communications.models import OutgoingMail
from communications.services import NewMail, post_mails
from scheduling.enums import BOOKED_MAIL, INVITATION_MAIL, AppointmentState, InvitationMethod
from scheduling.events import Parties, mailed_calendar, mailed_series
from scheduling.meeting_letters import booked_words, invitation_words, letter_of, meeting_values, series_values, written
from scheduling.models import Appointment, CalendarMail, Series
from tenants import audit
from tenants.binding import bound_firm
from tenants.models import Membership


@dataclass(frozen=True, slots=True)
class Telling:
    """Who tells, when; to which address (empty: as before), and on which link the client may change it himself."""

    by: Membership | None
    at: datetime
    link: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """What goes with the mail."""

    method: InvitationMethod
    content: str
    to_client: bool
    client_id: int


def is_invited(appointment: Appointment) -> bool:
    """Whether the client has been sent an invitation that stands."""
    last = _told(appointment).order_by("-pk").values_list("method", flat=True).first()
    whole = bool(appointment.series and appointment.series.invited)
    return whole if last is None else bool(last == InvitationMethod.REQUEST)


def follow_appointment(
    appointment: Appointment, telling: Telling, *, is_changed: bool, invite: bool | None = None
) -> None:
    """Tell the client what has become of it. ``invite=None``: as before, whoever was invited is told of a change."""
    last = _told(appointment).order_by("-pk").first() if appointment.version > 1 else None
    whole = appointment.series.invited if appointment.series else ""
    was_invited = last.method == InvitationMethod.REQUEST if last else bool(whole)
    # One that is planned again after all: he was told that it is cancelled.
    wanted = last is not None or bool(whole) if invite is None else invite
    if not wanted or appointment.state not in (AppointmentState.PLANNED, AppointmentState.CANCELLED):
        return
    if (was_invited and not is_changed) or appointment.ends_at <= telling.at:
        return
    is_over = appointment.state == AppointmentState.CANCELLED
    method = InvitationMethod.CANCEL if is_over else InvitationMethod.REQUEST
    _call_back(appointment)
    if is_over and not (whole or _has_left(appointment)):
        return
    recipient = telling.address or (last.recipient if last else whole) or _address_of(appointment.client_id)
    _invite(appointment, method, replace(telling, address=recipient), is_change=was_invited)


def follow_series(series: Series, telling: Telling, *, is_change: bool, is_over: bool = False) -> None:
    """One mail for all of them, with the rule; the address is kept, for what becomes of a single one."""
    series.invited = series.invited or _address_of(series.client_id)
    method = InvitationMethod.CANCEL if is_over else InvitationMethod.REQUEST
    organizer = _member(series.assignee_id or (telling.by.pk if telling.by else series.created_by_id))
    letter = letter_of(invitation_words(method, is_change=is_change, has_link=False))
    own = {series.client_id: series_values(series, advisor=organizer.name)}
    made = written(letter, own, links={}, by=telling.by, at=telling.at)[series.client_id]
    mail = NewMail(
        kind=INVITATION_MAIL,
        occasion=f"{INVITATION_MAIL}:series:{series.pk}:{series.version}:{method}",
        recipient=series.invited,
        subject=made.subject,
        body=made.text,
        html=made.html,
        reply_to=organizer.user.email,
    )
    content = mailed_series(series, method, _parties(series.client, organizer, series.invited), at=telling.at)
    _post(None, mail, CalendarPart(method, content, to_client=True, client_id=series.client_id), at=telling.at)
    Series.objects.filter(pk=series.pk).update(invited=series.invited)


def part_with(appointment: Appointment, telling: Telling) -> None:
    """It is about to be deleted: whoever was invited hears that it will not take place; what was said is kept."""
    last = _told(appointment).order_by("-pk").first()
    whole = appointment.series.invited if appointment.series else ""
    stands = last.method == InvitationMethod.REQUEST if last else bool(whole)
    if stands and appointment.ends_at > telling.at:
        _call_back(appointment)
        if whole or _has_left(appointment):
            recipient = last.recipient if last else whole
            _invite(appointment, InvitationMethod.CANCEL, replace(telling, address=recipient), is_change=True)
    CalendarMail.objects.filter(appointment=appointment).update(appointment=None)


def tell_advisor(appointment: Appointment, member: Membership, *, what: str, at: datetime) -> None:
    """The client has booked, moved or cancelled by himself."""
    words = booked_words(appointment, appointment.client, what=what, language=member.language)
    method = InvitationMethod.CANCEL if what == "cancelled" else InvitationMethod.PUBLISH
    own = (member.name, member.user.email)
    content = mailed_calendar(appointment, method, Parties(appointment.client.name, own, own), at=at)
    mail = NewMail(
        kind=BOOKED_MAIL,
        occasion=f"{BOOKED_MAIL}:{appointment.pk}:{appointment.version}",
        recipient=member.user.email,
        subject=words.subject,
        body=words.body,
    )
    part = CalendarPart(method, content, to_client=False, client_id=appointment.client_id)
    _post(appointment, mail, part, at=at)


def _invite(
    appointment: Appointment,
    method: InvitationMethod,
    telling: Telling,
    *,
    is_change: bool,
) -> None:
    client, organizer = appointment.client, _organizer(appointment, telling.by)
    letter = letter_of(invitation_words(method, is_change=is_change, has_link=bool(telling.link)))
    own = {client.pk: meeting_values(appointment, advisor=organizer.name)}
    made = written(letter, own, links={client.pk: telling.link}, by=telling.by, at=telling.at)[client.pk]
    parties = _parties(client, organizer, telling.address)
    content = mailed_calendar(appointment, method, parties, at=telling.at)
    mail = NewMail(
        kind=INVITATION_MAIL,
        occasion=f"{INVITATION_MAIL}:{appointment.pk}:{appointment.version}:{method}",
        recipient=telling.address,
        subject=made.subject,
        body=made.text,
        html=made.html,
        reply_to=organizer.user.email,
    )
    _post(appointment, mail, CalendarPart(method, content, to_client=True, client_id=client.pk), at=telling.at)
    facts = {"method": str(method), "recipient": telling.address}
    audit.record("invitation.sent", appointment, by=telling.by, after=facts)


def _post(appointment: Appointment | None, mail: NewMail, part: CalendarPart, *, at: datetime) -> None:
    if not post_mails([mail], at=at):
        return
    CalendarMail.objects.create(
        client_id=part.client_id,
        appointment=appointment,
        outgoing=OutgoingMail.objects.get(dedupe_key=f"{mail.occasion}|{mail.recipient.lower()}"),
        method=part.method,
        recipient=mail.recipient,
        to_client=part.to_client,
        at=at,
        content=part.content,
    )


def _parties(client: Client, organizer: Membership, address: str) -> Parties:
    own = (organizer.name, organizer.user.email)
    return Parties(f"{organizer.name} · {bound_firm().name}", own, (client.name, address))


def _organizer(appointment: Appointment, by: Membership | None) -> Membership:
    """Whoever meets him; of what is for all, who has planned it."""
    return _member(appointment.assignee_id or (by.pk if by else appointment.created_by_id))


def _member(pk: int | None) -> Membership:
    found: Membership = Membership.objects.select_related("user").get(pk=pk)
    return found


def _told(appointment: Appointment) -> QuerySet[CalendarMail]:
    told: QuerySet[CalendarMail] = CalendarMail.objects.filter(appointment=appointment, to_client=True)
    return told


def _call_back(appointment: Appointment) -> None:
    waiting = _told(appointment).values("outgoing_id")
    OutgoingMail.objects.filter(pk__in=waiting, state=MailState.PENDING).update(state=MailState.CANCELLED)


def _has_left(appointment: Appointment) -> bool:
    kept = (MailState.PENDING, MailState.CANCELLED, MailState.DEAD)
    return bool(_told(appointment).exclude(outgoing__state__in=kept).exists())


def _address_of(client_id: int) -> str:
    """Where communications to him go."""
    address = reachable(Email.objects.filter(client_id=client_id)).address
    if not address:
        refusal = ValidationError(
            _("The client has no e-mail address, or several of which none is chosen."), code="no_address"
        )
        raise ValidationError({"invite": refusal})
    return address
