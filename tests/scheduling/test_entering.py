"""Many appointments at once."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.enums import ClientState
from clients.models import ChangedClient, Client
from scheduling import queries, services
from scheduling.enums import AppointmentState
from scheduling.models import Appointment, AppointmentType
from scheduling.services import NewAppointment
from tenants.models import Firm, Membership
from tests.scheduling.making import HOUR, NOW, make_client, rome

pytestmark = pytest.mark.usefixtures("bound")


def entry(client: Client, day: int = 2, **values: object) -> NewAppointment:
    starts_at = rome(2026, 3, day)
    facts = {
        "client_id": client.pk,
        "type": queries.default_meeting_type(),
        "starts_at": starts_at,
        "ends_at": starts_at + HOUR,
        "state": AppointmentState.HELD,
        **values,
    }
    return NewAppointment(**facts)  # type: ignore[arg-type]


def statements_for(number: int, by: Membership) -> int:
    entries = [entry(make_client(f"Rossi {number}-{n}"), assignee=by) for n in range(number)]
    with CaptureQueriesContext(connection) as statements:
        services.enter_appointments(entries, by=by, at=NOW)
    return len(statements)


def test_the_number_of_statements_does_not_depend_on_how_many(bound: Firm, ada: Membership) -> None:
    few, many = statements_for(2, ada), statements_for(40, ada)

    assert few == many
    assert Appointment.objects.filter(state="held", counts=True, created_by=ada).count() == 42
    assert ChangedClient.objects.count() == 42


def test_each_refused_one_is_named_and_nothing_is_entered(bound: Firm, ada: Membership) -> None:
    client, archived = make_client(), make_client("Archiviato", state=ClientState.ARCHIVED)
    off = AppointmentType.objects.get(name="Proposta")
    off.active = False
    entries = [
        entry(client),
        entry(client, ends_at=rome(2026, 3, 2) - timedelta(hours=1)),
        entry(archived, day=20, state=AppointmentState.PLANNED),
        entry(archived),
        entry(client, day=20),
        entry(client, type=off),
        entry(client, client_id=client.pk + 1_000_000),
        entry(client, external_source="x", external_id="1"),
        entry(client, external_source="x", external_id="1"),
    ]

    with pytest.raises(ValidationError) as refusal:
        services.enter_appointments(entries, by=ada, at=NOW)

    assert {place: errors[0].code for place, errors in refusal.value.error_dict.items()} == {
        "1": "ends_early",
        "2": "client_not_active",
        "4": "still_to_come",
        "5": "type_not_active",
        "6": "does_not_exist",
        "8": "external_id_taken",
    }
    assert not Appointment.objects.exists()
