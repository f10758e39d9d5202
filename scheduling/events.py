"""Appointments as events of iCalendar (RFC 5545): in the feed, and in mails that invite (RFC 5546)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vInt, vRecur, vText

from scheduling.enums import AppointmentState, InvitationMethod
from scheduling.models import Appointment, Series
from tenants.binding import bound_firm

PRODUCT = "-//Cadenza//Calendar//IT"


def new_calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    return calendar


def event_of(appointment: Appointment, *, summary: str, stamp: datetime | None = None) -> Event:
    """The same appointment is the same event wherever it is told of; each change raises its number."""
    zone = ZoneInfo(bound_firm().time_zone)
    event = Event()
    event.add("uid", f"appointment-{appointment.pk}@{appointment.firm_id}.cadenza")
    event.add("dtstamp", stamp or appointment.updated_at)
    event.add("last-modified", appointment.updated_at)
    event.add("sequence", appointment.version - 1)
    event.add("dtstart", appointment.starts_at.astimezone(zone))
    event.add("dtend", appointment.ends_at.astimezone(zone))
    event.add("summary", summary)
    event.add("status", "CONFIRMED")
    event.add("transp", "OPAQUE" if appointment.state == AppointmentState.PLANNED else "TRANSPARENT")
    if appointment.place:
        event.add("location", appointment.place)
    return event


@dataclass(frozen=True, slots=True)
class Parties:
    """Who invites whom, each with name and address, and how the event is called."""

    summary: str
    organizer: tuple[str, str]
    attendee: tuple[str, str]


def mailed_calendar(appointment: Appointment, method: InvitationMethod, parties: Parties, *, at: datetime) -> str:
    """What a mail carries. Nobody is asked for an answer: what a client says to his advisor he says in words."""
    event = event_of(appointment, summary=parties.summary, stamp=at)
    if appointment.series is not None and appointment.series.invited and appointment.series_start is not None:
        event["uid"] = vText(_uid_of(appointment.series))
        event.add("recurrence-id", appointment.series_start.astimezone(ZoneInfo(appointment.series.zone)))
    return _mailed(event, method, parties, sequence=_raised(appointment))


def mailed_series(series: Series, method: InvitationMethod, parties: Parties, *, at: datetime) -> str:
    """All of them in one event, with the rule."""
    zone, event = ZoneInfo(series.zone), Event()
    event.add("uid", _uid_of(series))
    event.add("dtstamp", at)
    event.add("sequence", series.version - 1)
    event.add("dtstart", series.first_at.astimezone(zone))
    event.add("duration", timedelta(minutes=series.minutes))
    event["rrule"] = vRecur.from_ical(series.rule)
    event.add("summary", parties.summary)
    event.add("status", "CONFIRMED")
    if series.place:
        event.add("location", series.place)
    return _mailed(event, method, parties, sequence=series.version - 1)


def _mailed(event: Event, method: InvitationMethod, parties: Parties, *, sequence: int) -> str:
    calendar = new_calendar()
    calendar.add("method", method.value)
    event.add("organizer", _person(parties.organizer))
    if method != InvitationMethod.PUBLISH:
        guest = _person(parties.attendee, role="REQ-PARTICIPANT", partstat="ACCEPTED", rsvp="FALSE")
        event.add("attendee", guest)
    if method == InvitationMethod.CANCEL:
        event["status"], event["sequence"] = vText("CANCELLED"), vInt(sequence)
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical()).decode()


def _uid_of(series: Series) -> str:
    return f"series-{series.pk}@{series.firm_id}.cadenza"


def _raised(appointment: Appointment) -> int:
    """A deletion changes no row: its number is that of the change that it is."""
    return int(appointment.version) - (1 if appointment.state == AppointmentState.CANCELLED else 0)


def _person(who: tuple[str, str], **parameters: str) -> vCalAddress:
    name, address = who
    person = vCalAddress(f"mailto:{address}")
    person.params["cn"] = vText(name)
    for key, value in parameters.items():
        person.params[key] = vText(value)
    return person
