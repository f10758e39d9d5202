"""Types of appointment: what a firm starts with, and what changing one does."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.models import ChangedClient
from crm import onboarding
from scheduling import queries, services
from scheduling.models import Appointment, AppointmentType, Check
from tenants.binding import use_firm
from tenants.models import AuditEvent, Firm, Membership
from tests.scheduling.making import NOW, book, make_client, rome

NOT_COUNTING = {
    "advisor": ["Telefonata commerciale", "Non rinnova alla scadenza", "Scaduto da tempo", "Proposta"],
    "inforyou": ["Telemarketing", "Non rinnova alla scadenza", "Scaduto da tempo", "Preventivo"],
}


@pytest.mark.parametrize("scheme", ["advisor", "inforyou"])
def test_a_new_firm_has_the_types_of_its_scheme(db: None, scheme: str) -> None:
    firm = onboarding.create_firm(name="Nuova", slug="nuova", scheme=scheme)

    with use_firm(firm):
        types = list(queries.appointment_types())

        assert len(types) == 10
        assert [kind.name for kind in types if not kind.counts_for_cadence] == NOT_COUNTING[scheme]
        assert [kind.name for kind in types if kind.is_default_meeting] == ["Incontro"]
        assert (Check.objects.get(kind="planning").kind, Check.objects.get(kind="planning").lead_days) == (
            "planning",
            7,
        )


def test_a_new_type_goes_to_the_end(bound: Firm, ada: Membership) -> None:
    kind = services.create_type(services.TypeDetails(name="Videochiamata", symbol="video"), by=ada)

    assert list(queries.appointment_types())[-1] == kind
    assert AuditEvent.objects.get(action="appointment_type.created").target_id == kind.pk


@pytest.mark.parametrize("name", ["Incontro", ""])
def test_a_name_taken_or_missing_is_refused(bound: Firm, ada: Membership, name: str) -> None:
    with pytest.raises(ValidationError):
        services.create_type(services.TypeDetails(name=name), by=ada)


def test_what_counts_changes_in_one_statement_and_marks_the_clients(
    bound: Firm, ada: Membership, alice: Membership
) -> None:
    kind = queries.default_meeting_type()
    assert kind is not None
    appointments = [book(make_client(f"Rossi {n}"), rome(2026, 3, 20 + n), by=alice) for n in range(3)]
    cancelled = services.cancel_appointment(book(make_client("Verdi"), rome(2026, 3, 25), by=alice), by=alice, at=NOW)
    ChangedClient.objects.all().delete()
    details = services.TypeDetails(name="Incontro", counts_for_cadence=False)

    with CaptureQueriesContext(
        connection,
    ) as statements:
        services.edit_type(kind, details, by=ada)

    updates = [one["sql"] for one in statements if one["sql"].startswith('UPDATE "scheduling_appointment" ')]
    assert len(updates) == 1
    assert not Appointment.objects.filter(counts=True).exists()
    assert set(ChangedClient.objects.values_list("client_id", flat=True)) == {a.client_id for a in appointments}

    services.edit_type(kind, services.TypeDetails(name="Incontro"), by=ada)

    cancelled.refresh_from_db()
    assert Appointment.objects.filter(counts=True).count() == 3
    assert cancelled.counts is False


def test_an_inactive_type_is_not_offered_but_stays_readable(bound: Firm, ada: Membership) -> None:
    kind = AppointmentType.objects.get(name="Proposta")

    services.deactivate_type(kind, by=ada)

    assert kind not in queries.offered_types()
    assert kind in queries.offered_types(also=kind)
    assert kind in queries.appointment_types()


def test_the_default_meeting_type_cannot_be_switched_off(bound: Firm, ada: Membership) -> None:
    kind = AppointmentType.objects.get(is_default_meeting=True)

    with pytest.raises(ValidationError) as refusal:
        services.deactivate_type(kind, by=ada)

    assert refusal.value.code == "default_meeting_type"


def test_another_default_replaces_the_old_one(bound: Firm, ada: Membership) -> None:
    visit = AppointmentType.objects.get(name="Visita spontanea")
    call = AppointmentType.objects.get(name="Telefonata commerciale")

    services.set_default_meeting_type(visit, by=ada)
    with pytest.raises(ValidationError) as refusal:
        services.set_default_meeting_type(call, by=ada)

    assert queries.default_meeting_type() == visit
    assert AppointmentType.objects.filter(is_default_meeting=True).count() == 1
    assert refusal.value.code == "not_a_meeting"


def test_types_are_put_in_order(bound: Firm, ada: Membership) -> None:
    before = list(queries.appointment_types())
    last, first, *others = before[-1], before[0], *before[1:-1]

    services.reorder_types([last.pk, first.pk], by=ada)

    assert list(queries.appointment_types()) == [last, first, *others]
