"""Appointments as events of iCalendar (RFC 5545): in the feed, and in mails that invite (RFC 5546)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vInt, vText

from scheduling.enums import AppointmentState, InvitationMethod
from scheduling.models import Appointment
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


def mailed_calendar(
    appointment: Appointment,
    method: InvitationMethod,
    *,
    summary: str,
    organizer: tuple[str, str],
    attendee: tuple[str, str],
    at: datetime,
) -> str:
    """What a mail carries. Nobody is asked for an answer: what a client says to his advisor he says in words."""
    calendar, event = new_calendar(), event_of(appointment, summary=summary, stamp=at)
    calendar.add("method", method.value)
    event.add("organizer", _person(organizer))
    if method != InvitationMethod.PUBLISH:
        event.add("attendee", _person(attendee, role="REQ-PARTICIPANT", partstat="ACCEPTED", rsvp="FALSE"))
    if method == InvitationMethod.CANCEL:
        event["status"] = vText("CANCELLED")
        event["sequence"] = vInt(_raised(appointment))
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical()).decode()


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
