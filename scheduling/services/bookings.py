"""Booking links: made for one client or for many, used by the client himself, withdrawn."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from clients.company_links import companies_of
from clients.enums import ClientState
from clients.models import Client, Email
from communications.addresses import reachable
from communications.enums import MailState
from communications.models import ClientMail, OutgoingMail
from communications.rendering import Rendered
from communications.services import NewMail, post_mails
from scheduling import queries
from scheduling.bookable import Moments, is_bookable
from scheduling.enums import BOOKING_MAIL, AppointmentOrigin, AppointmentState
from scheduling.meeting_letters import letter_of, link_words, written
from scheduling.models import Appointment, BookingLink
from scheduling.services.appointments import (
    AppointmentDetails,
    book_appointment,
    cancel_appointment,
    edit_appointment,
)
from scheduling.services.invitations import Telling, follow_appointment, tell_advisor
from tenants import audit
from tenants.binding import bound_firm, local_today
from tenants.models import Membership
from tenants.queries import hash_secret

FEWEST_DAYS, USUAL_DAYS, MOST_DAYS = 1, 14, 60
BATCH = 1_000
HIDDEN = "…"


@dataclass(frozen=True, slots=True)
class NewLink:
    """For whom, with whom, and where the mail goes; without an address nobody is written to."""

    client: Client
    member: Membership
    address: str = ""


@transaction.atomic
def make_booking_links(
    wanted: Sequence[NewLink], *, days: int = USUAL_DAYS, by: Membership, at: datetime
) -> list[tuple[BookingLink, str]]:
    """With each the address on which the client books, which is kept nowhere. Those he had before are withdrawn."""
    if not FEWEST_DAYS <= days <= MOST_DAYS:
        raise ValidationError({"days": ValidationError(_("Between 1 and 60 days."), code="out_of_reach")})
    if any(each.client.state != ClientState.ACTIVE for each in wanted):
        refusal = ValidationError(_("An archived client gets no new appointments."), code="client_not_active")
        raise ValidationError({"client": refusal})
    _end(BookingLink.objects.filter(client__in=[each.client.pk for each in wanted], appointment__isnull=True), at=at)
    found = [_new(each, days=days, by=by, at=at) for each in wanted]
    _write_to(found, by=by, at=at)
    BookingLink.objects.bulk_create((link for link, _url in found), batch_size=BATCH)
    if found:
        about = found[0][0].client if len(found) == 1 else None
        audit.record("booking_link.made", about, by=by, after={"links": len(found)})
    return found


@transaction.atomic
def withdraw_booking_links(links: Collection[int], *, by: Membership, at: datetime) -> list[int]:
    """They no longer work, and what has not left is not sent; whose they were. A booked appointment stays."""
    rows = BookingLink.objects.filter(pk__in=links, withdrawn_at__isnull=True)
    gone = _end(rows, at=at)
    if gone:
        audit.record("booking_link.withdrawn", None, by=by, after={"withdrawn": len(gone)})
    return gone


def link_of(secret: str) -> BookingLink | None:
    """The link of the bound firm with this secret, of a client and an advisor who are still there."""
    found: BookingLink | None = (
        BookingLink.objects.select_related("client", "member__user", "appointment__type")
        .filter(secret_hash=hash_secret(secret), client__state=ClientState.ACTIVE, member__is_active=True)
        .first()
    )
    return found


@transaction.atomic
def book_slot(link: BookingLink, starts_at: datetime, *, url: str, at: datetime) -> Appointment:
    """The time becomes his, or another one if he had booked before; refused when somebody else was quicker.

    Whoever books with one advisor waits for whoever books at the same moment: no time is given away twice.
    """
    locked = _locked(link, at=at)
    Membership.objects.select_for_update(no_key=True).get(pk=locked.member_id)
    standing: Appointment | None = locked.appointment if is_standing(locked.appointment, at=at) else None
    if standing is not None and standing.starts_at == starts_at:
        # A second click.
        return standing
    slot = is_bookable(locked.member, starts_at, at=at)
    if slot is None:
        raise ValidationError(_("This time has just been taken: choose another one."), code="slot_taken")
    if standing is not None:
        return _followed(locked, _move(locked, slot, at=at), "moved", url=url, at=at)
    kind = queries.default_meeting_type()
    if kind is None:
        raise ValidationError(_("Nothing can be booked at the moment."), code="no_type")
    details = AppointmentDetails(type=kind, starts_at=slot[0], ends_at=slot[1], assignee=locked.member)
    made = book_appointment(locked.client, details, by=None, at=at, origin=AppointmentOrigin.BOOKING)
    BookingLink.objects.filter(pk=locked.pk).update(appointment=made)
    return _followed(locked, made, "booked", url=url, at=at)


@transaction.atomic
def cancel_booking(link: BookingLink, *, at: datetime) -> Appointment:
    """By the client himself; he may book again as long as the link works."""
    locked = _locked(link, at=at)
    if not is_standing(locked.appointment, at=at):
        raise ValidationError(_("There is nothing to cancel."), code="not_booked")
    gone = cancel_appointment(locked.appointment, by=None, at=at)
    tell_advisor(gone, locked.member, what="cancelled", at=at)
    return gone


def _move(link: BookingLink, slot: Moments, *, at: datetime) -> Appointment:
    """The rest of it stays as the advisor has made it."""
    kept = {name: getattr(link.appointment, name) for name in ("type", "place", "notes")}
    details = AppointmentDetails(starts_at=slot[0], ends_at=slot[1], assignee=link.member, **kept)
    return edit_appointment(link.appointment, details, by=None, at=at, invite=False)


def is_standing(appointment: Appointment | None, *, at: datetime) -> bool:
    """Whether something is booked that the client may still change."""
    return appointment is not None and appointment.state == AppointmentState.PLANNED and appointment.starts_at > at


def booking_url(secret: str) -> str:
    """From the setting, never from a request (security.md T26)."""
    firm = bound_firm()
    return f"{settings.SITE_URL.rstrip('/')}{reverse('booking', kwargs={'firm_id': firm.pk, 'secret': secret})}"


def address_for(client: Client) -> str:
    """Where communications to him go; nothing where there is none, or several of which none is chosen."""
    return reachable(Email.objects.filter(client=client)).address


def _locked(link: BookingLink, *, at: datetime) -> BookingLink:
    rows = BookingLink.objects.select_for_update(of=("self",)).select_related("client", "member__user", "appointment")
    locked: BookingLink = rows.get(pk=link.pk)
    if not locked.is_open(at):
        raise ValidationError(_("This link no longer works."), code="link_over")
    return locked


def _followed(link: BookingLink, appointment: Appointment, what: str, *, url: str, at: datetime) -> Appointment:
    """Both are told, each with a file for his calendar."""
    if link.address:
        telling = Telling(None, at, link=url, address=link.address)
        follow_appointment(appointment, telling, invite=True, is_changed=True)
    tell_advisor(appointment, link.member, what=what, at=at)
    return appointment


def _new(wanted: NewLink, *, days: int, by: Membership, at: datetime) -> tuple[BookingLink, str]:
    secret = secrets.token_urlsafe(32)
    link = BookingLink(
        client=wanted.client,
        member=wanted.member,
        secret_hash=hash_secret(secret),
        address=wanted.address,
        made_at=at,
        made_by=by,
        expires_at=at + timedelta(days=days),
    )
    return link, booking_url(secret)


def _end(links: QuerySet[BookingLink], *, at: datetime) -> list[int]:
    rows = list(links.filter(withdrawn_at__isnull=True).values_list("pk", "client_id", "outgoing_id"))
    mails = [outgoing for _pk, _client, outgoing in rows if outgoing]
    OutgoingMail.objects.filter(pk__in=mails, state=MailState.PENDING).update(state=MailState.CANCELLED)
    BookingLink.objects.filter(pk__in=[pk for pk, *_rest in rows]).update(withdrawn_at=at)
    return [client for _pk, client, _outgoing in rows]


def _write_to(found: Sequence[tuple[BookingLink, str]], *, by: Membership, at: datetime) -> None:
    """The mails of those who have an address, and the lines of their time lines, which do not tell the secret."""
    told = {link.client_id: (link, url) for link, url in found if link.address}
    if not told:
        return
    firm = bound_firm()
    letter = letter_of(link_words(until=local_today(firm, at=found[0][0].expires_at)))
    own = {pk: {"meeting.advisor": link.member.name} for pk, (link, _url) in told.items()}
    made = written(letter, own, links={pk: url for pk, (_link, url) in told.items()}, by=by, at=at)
    mails = {pk: _mail(link, made[pk]) for pk, (link, _url) in told.items()}
    post_mails(list(mails.values()), at=at)
    keys = {f"{mail.occasion}|{mail.recipient.lower()}": pk for pk, mail in mails.items()}
    posted = OutgoingMail.objects.filter(dedupe_key__in=keys)
    outgoing = {keys[mail.dedupe_key]: mail for mail in posted}
    for pk, (link, _url) in told.items():
        link.outgoing = outgoing[pk]
    companies = companies_of(told)
    rows = [_line(link, made[pk], url, companies.get(pk), by=by, at=at) for pk, (link, url) in told.items()]
    ClientMail.objects.bulk_create(rows, batch_size=BATCH)


def _mail(link: BookingLink, made: Rendered) -> NewMail:
    return NewMail(
        kind=BOOKING_MAIL,
        occasion=f"{BOOKING_MAIL}:{link.secret_hash}",
        recipient=link.address,
        subject=made.subject,
        body=made.text,
        html=made.html,
        reply_to=link.member.user.email,
    )


def _line(
    link: BookingLink, made: Rendered, url: str, company: int | None, *, by: Membership, at: datetime
) -> ClientMail:
    return ClientMail(
        client_id=link.client_id,
        company_id=company,
        at=at,
        recipient=link.address,
        subject=made.subject,
        text=made.text.replace(url, HIDDEN).strip(),
        outgoing=link.outgoing,
        sent_by=by,
    )
