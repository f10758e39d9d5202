"""Connecting a calendar outside, taking the connection away, and asking for a round now."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from scheduling.calendars import google_consent
from scheduling.calendars.adapter import NotAllowedError, NotTakenError, TryLaterError
from scheduling.calendars.caldav import CalDavCalendar
from scheduling.calendars.google_consent import Tokens
from scheduling.calendars.opening import sealed, secret_of
from scheduling.enums import OutsideCalendarState, OutsideProvider, OutsideState
from scheduling.models import Appointment, OutsideCalendar, OutsideEvent
from scheduling.queries import calendar_counts
from tenants import audit
from tenants.models import Membership

logger = logging.getLogger(__name__)

# Meetings of the last weeks are written too: the member looks back in his calendar.
PAST = timedelta(days=30)
MOST_NOTED = 10


def connect_google(member: Membership, *, code: str, verifier: str, at: datetime) -> OutsideCalendar:
    """With the code that Google has given for the member's consent. Raises ValidationError."""
    try:
        tokens = google_consent.exchange(code, verifier)
    except (NotAllowedError, TryLaterError) as failed:
        raise ValidationError(why(failed.code), code=failed.code) from failed
    return _connect(member, OutsideProvider.GOOGLE, tokens.text(), address="", account="", at=at)


def connect_caldav(member: Membership, *, url: str, user: str, password: str, at: datetime) -> OutsideCalendar:
    """A calendar's address, or its server's. Raises ValidationError that names ``url``."""
    try:
        place, name = CalDavCalendar(url, user, password).find()
    except (NotAllowedError, NotTakenError, TryLaterError) as failed:
        raise ValidationError({"url": ValidationError(why(failed.code), code=failed.code)}) from failed
    secret = json.dumps([user, password])
    return _connect(member, OutsideProvider.CALDAV, secret, address=place, account=name or user, at=at)


@transaction.atomic
def disconnect(calendar: OutsideCalendar, *, by: Membership) -> None:
    """The tokens are deleted here and now, and given back; what stands outside stays there, as the member's own."""
    held = _tokens(calendar)
    audit.record("outside_calendar.disconnected", calendar.member, by=by, before={"provider": calendar.provider})
    calendar.delete()
    if held is not None:
        transaction.on_commit(lambda: _give_back(held), robust=True)


@transaction.atomic
def sync_now(calendar: OutsideCalendar, *, at: datetime) -> None:
    """Do not wait for the next round; what was given up gets another chance."""
    again = calendar.events.filter(state__in=[OutsideState.PENDING, OutsideState.ERROR])
    again.update(state=OutsideState.PENDING, available_at=at, attempts=0)
    OutsideCalendar.objects.filter(pk=calendar.pk).update(next_at=at, paused_until=None)


@transaction.atomic
def leave_out(appointment: Appointment, *, out: bool, by: Membership, at: datetime) -> None:
    """Whether an appointment of one's own is kept out of one's calendars outside (the flag of O-55)."""
    events = OutsideEvent.objects.filter(appointment_id=appointment.pk, calendar__member=by)
    changed = events.exclude(left_out=out).update(left_out=out, state=OutsideState.PENDING, available_at=at, note="")
    if changed:
        action = "appointment.left_out" if out else "appointment.let_in"
        audit.record(action, appointment, by=by, before={"left_out": not out}, after={"left_out": out})


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a connection: by the page and by the API."""

    calendar: OutsideCalendar
    counts: dict[str, int]
    reason: str
    # Those that the member should look at, with their appointments.
    noted: list[tuple[OutsideEvent, Appointment | None]]

    @property
    def waiting(self) -> int:
        return self.counts.get(OutsideState.PENDING, 0)

    @property
    def standing(self) -> int:
        return self.counts.get(OutsideState.SYNCED, 0) + self.counts.get(OutsideState.CONFLICT, 0)


def told(calendar: OutsideCalendar) -> Told:
    noted = calendar.events.filter(state__in=[OutsideState.ERROR, OutsideState.CONFLICT]).order_by("-synced_at", "-pk")
    events = list(noted[:MOST_NOTED])
    rows = Appointment.objects.filter(pk__in=[event.appointment_id for event in events])
    found = {one.pk: one for one in rows.select_related("client", "type")}
    reason = why(calendar.last_error) if calendar.last_error else ""
    return Told(calendar, calendar_counts(calendar), reason, [(one, found.get(one.appointment_id)) for one in events])


def note_of(event: OutsideEvent) -> str:
    """What happened with an event, in words."""
    if event.state == OutsideState.ERROR:
        return why(event.last_error)
    return {
        "both_changed": _("Changed on both sides: time and place were taken from the other calendar."),
        "changed_there": _("Time or place were changed in the other calendar and taken over."),
        "put_back": _("It had been deleted in the other calendar and was put back: cancel it here if it is off."),
        "cannot_follow": _("It was made a whole day or a repetition in the other calendar: put back as it is here."),
        "not_movable": _("It was moved in the other calendar, but cannot be moved any more: put back."),
    }.get(event.note, "")


def _connect(
    member: Membership, provider: OutsideProvider, secret: str, *, address: str, account: str, at: datetime
) -> OutsideCalendar:
    """Anew, or again: the events that are known stay known, and both sides are read whole."""
    with transaction.atomic():
        rows = OutsideCalendar.objects.select_for_update().filter(member=member, provider=provider)
        calendar = rows.first() or OutsideCalendar(member=member, provider=provider, from_at=at - PAST)
        calendar.state, calendar.connected_at, calendar.next_at = OutsideCalendarState.ACTIVE, at, at
        calendar.secret = sealed(calendar, secret)
        calendar.address, calendar.account = address, account[:200]
        calendar.position, calendar.token = -1, ""
        calendar.failures, calendar.last_error, calendar.paused_until = 0, "", None
        calendar.lease_until = calendar.lease_token = None
        calendar.save()
        audit.record("outside_calendar.connected", member, by=member, after={"provider": provider.value})
    return calendar


def _tokens(calendar: OutsideCalendar) -> Tokens | None:
    if calendar.provider != OutsideProvider.GOOGLE:
        return None
    try:
        return Tokens.read(secret_of(calendar))
    except (NotAllowedError, json.JSONDecodeError):
        return None


def _give_back(tokens: Tokens) -> None:
    """Nobody can use the tokens any more, even if Google should be out of reach now: nowhere is a copy."""
    try:
        google_consent.revoke(tokens)
    except TryLaterError:
        logger.warning("Google could not be told that a consent has ended.")


def why(code: str) -> str:
    """Why a calendar is not in step, in words."""
    if code.startswith("address_"):
        return _("This address may not be spoken to: it is not public, or has no encrypted connection.")
    return {
        "revoked": _("The consent was withdrawn or has expired: connect again."),
        "unauthorised": _("The other side does not accept the log-in any more: connect again."),
        "unsealed": _("The stored log-in cannot be opened any more: connect again."),
        "not_offered": _("This installation is not registered with Google any more."),
        "forbidden": _("The account may not write into this calendar."),
        "scope": _("Access to the events was not granted: leave the box ticked on Google's page."),
        "no_token": _("The other side has not given what was asked for: try again."),
        "quota": _("The other side asks us to wait: too many requests."),
        "unavailable": _("The other side is not working at the moment."),
        "unreachable": _("The other side cannot be reached."),
        "not_found": _("There is no calendar at this address."),
        "no_calendar": _("No calendar for events was found at this address."),
        "failed": _("The last attempt broke off: it is tried again."),
    }.get(code, _("The other side refused: %(code)s") % {"code": code})
