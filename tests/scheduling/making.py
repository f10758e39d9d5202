"""What tests of scheduling need in their firm; everything that has a service is made by it."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from clients import search
from clients.models import Client, Profile
from scheduling import queries, services
from scheduling.models import Appointment, Check, Reminder
from tenants.models import Membership

ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=ROME)
TODAY = NOW.date()
HOUR = timedelta(hours=1)


def rome(year: int, month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ROME)


def make_client(last_name: str = "Rossi", **values: Any) -> Client:
    client: Client = Client.objects.create(last_name=last_name, name=last_name, **values)
    Profile.objects.create(client=client)
    search.index_names([client.pk])
    return client


def details(starts_at: datetime, **changes: Any) -> services.AppointmentDetails:
    values = {"type": queries.default_meeting_type(), "starts_at": starts_at, "ends_at": starts_at + HOUR, **changes}
    return services.AppointmentDetails(**values)


def book(client: Client, starts_at: datetime, *, by: Membership, at: datetime = NOW, **changes: Any) -> Appointment:
    return services.book_appointment(client, details(starts_at, **changes), by=by, at=at)


def make_reminder(client: Client, due_on: date, **values: Any) -> Reminder:
    reminder: Reminder = Reminder.objects.create(
        check_rule=Check.objects.get(kind="planning"), client=client, due_on=due_on, opened_on=due_on, **values
    )
    return reminder


def at_noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=ROME)
