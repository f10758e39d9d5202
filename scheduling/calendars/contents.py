"""What an appointment says outside, and under which key."""

from __future__ import annotations

import re
from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from scheduling.calendars.adapter import Content
from scheduling.enums import AppointmentState
from scheduling.models import Appointment, OutsideCalendar
from tenants.binding import bound_firm

SHOWN = (AppointmentState.PLANNED, AppointmentState.HELD)
REFERENCE = re.compile(r"cadenza-([0-9]{1,18})-([0-9]{1,18})-([0-9]{1,18})")


def key_of(firm_id: int, member_id: int, appointment_id: int) -> str:
    """The same whenever it is asked for, so that what is tried again meets the same event.

    In letters that Google takes for ids of its clients: base32hex in lower case, 5 to 1024 of them
    (developers.google.com/workspace/calendar/api/v3/reference/events/insert).
    """
    return "crm" + sha256(reference_of(firm_id, member_id, appointment_id).encode()).hexdigest()[:40]


def reference_of(firm_id: int, member_id: int, appointment_id: int) -> str:
    return f"cadenza-{firm_id}-{member_id}-{appointment_id}"


def named_by(reference: str, key: str, calendar: OutsideCalendar) -> int | None:
    """The appointment that an event names, if the event is really the one that we made of it."""
    found = REFERENCE.fullmatch(reference)
    if found is None:
        return None
    firm_id, member_id, appointment_id = (int(part) for part in found.groups())
    is_ours = (firm_id, member_id) == (calendar.firm_id, calendar.member_id)
    return appointment_id if is_ours and key == key_of(firm_id, member_id, appointment_id) else None


def appointments_of_calendar(calendar: OutsideCalendar) -> QuerySet[Appointment]:
    """The member's own that have to stand outside, whenever they begin."""
    own = Q(assignee=calendar.member_id) | Q(assignee__isnull=True, taken_by=calendar.member_id)
    rows: QuerySet[Appointment] = Appointment.objects.filter(
        own, state__in=SHOWN, client__erased_at__isnull=True
    ).select_related("client", "type")
    return rows


def content_of(appointment: Appointment) -> Content:
    """Seconds are as fine as calendars get."""
    path = f"/f/{bound_firm().slug}/appointments/{appointment.pk}/"
    return Content(
        starts_at=whole_seconds(appointment.starts_at),
        ends_at=whole_seconds(appointment.ends_at),
        place=one_line(appointment.place),
        title=one_line(f"{appointment.client.name} · {appointment.type.name}"),
        about=_("In Cadenza: %(address)s") % {"address": settings.SITE_URL.rstrip("/") + path},
        free=appointment.state != AppointmentState.PLANNED,
    )


def whole_seconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def one_line(text: str) -> str:
    """As every calendar gives it back."""
    return " ".join(text.split())
