"""What tests of outcomes need in their firm; everything that has a service is made by it."""

from datetime import datetime, timedelta
from typing import Any

from clients.models import Client, Status
from outcomes import services
from outcomes.models import Activity, ActivityKind, ActivityKindType, Fulfilment, Outcome, Relation
from scheduling.models import Appointment, AppointmentType
from tenants.models import Membership
from tests.scheduling.making import NOW, make_client, rome
from tests.scheduling.making import book as book_meeting

__all__ = ["NOW", "book", "fulfil", "make_client", "outcome", "rome", "type_named"]

CALL, MEETING, TRIAL = "Telefonata commerciale", "Incontro", "Consulenza di prova"
INTERESTED, NOT_INTERESTED, SIGNS, SIGNS_NOT = "Interessato", "Non interessato", "Sottoscrive", "Non sottoscrive"


def type_named(name: str) -> AppointmentType:
    return AppointmentType.objects.get(name=name)


def outcome(name: str) -> Outcome:
    return Outcome.objects.get(name=name)


def ids(*names: str) -> dict[str, int]:
    """The ids of types, outcomes and statuses by name."""
    found: dict[str, int] = {}
    for model in (Status, Outcome, AppointmentType):
        found |= dict(model.objects.filter(name__in=names).values_list("name", "pk"))
    return found


def book(client: Client, type_name: str = CALL, starts_at: datetime | None = None, **values: Any) -> Appointment:
    """Planned for the day before, so that its outcome can be recorded."""
    return book_meeting(client, starts_at or NOW - timedelta(days=1), type=type_named(type_name), **values)


def fulfil(appointment: Appointment, name: str, *, by: Membership, at: datetime = NOW, **values: Any) -> Fulfilment:
    return services.fulfil_appointment(appointment, outcome(name), by=by, at=at, **values)


def the_pair(type_name: str, outcome_name: str) -> Relation:
    return Relation.objects.get(type__name=type_name, outcome__name=outcome_name)


def open_activity(client: Client, *type_names: str, by: Membership) -> Activity:
    kind = ActivityKind.objects.create(name=f"Rinnovo {ActivityKind.objects.count()}")
    for name in type_names:
        ActivityKindType.objects.create(kind=kind, type=type_named(name))
    return Activity.objects.create(client=client, kind=kind, opened_at=NOW, opened_by=by)
