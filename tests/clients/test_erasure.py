"""Erasing a person leaves him nowhere but under lock (GDPR art. 17; security.md 7)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import ProgrammingError, connection, models, transaction

from clients import dossier, queries, services
from clients.enums import ConsentPurpose, ConsentSource, ErasureGround, RetentionClass
from clients.models import Client, Label, LockedRecord, Profile
from clients.services import NoteContent
from clients.services.erasure import KEPT, nothing
from groups.enums import GroupKind
from groups.services import GroupDetails, add_members, create_group
from scheduling.models import Appointment
from scheduling.services import set_cadence_exception
from tenants.models import AuditEvent, Firm, FirmOwned, Membership
from tests.clients.builders import NOON, new_client
from tests.scheduling import making

CANARY = "zxqcanary"
NOW = datetime.now(UTC)


@pytest.fixture
def person(bound: Firm, alice: Membership, ada: Membership) -> Client:
    """Somebody with the canary in everything that can hold a text."""
    values: dict[str, Any] = {
        "first_name": f"{CANARY} first",
        "birth_place": f"{CANARY} birth",
        "profession": f"{CANARY} profession",
        "marital_status": f"{CANARY} marital",
        "education": f"{CANARY} education",
        "time_horizon": f"{CANARY} horizon",
        "objectives": f"{CANARY} objectives",
        "document_type": f"{CANARY} kind",
        "document_number": f"{CANARY} number",
        "due_diligence_on": date(2026, 1, 7),
        "notes": f"{CANARY} notes",
        "pec": f"{CANARY}@pec.example.it",
        "external_source": f"{CANARY}",
        "external_id": f"{CANARY}-1",
        "emails": [{"address": f"{CANARY}@example.it"}],
        "phones": [{"number": "+393351234567"}],
        "addresses": [{"street": f"{CANARY} street", "city": f"{CANARY} city"}],
        "labels": [services.create_choice(Label(name="Medico"), by=ada)],
        "privacy_consent": True,
    }
    client = new_client(f"{CANARY} last", by=ada, advisor=alice, **values)
    services.update_client(client, {"notes": f"{CANARY} notes again"}, version=None, by=ada, at=NOON)
    old, recent, coming = NOW - timedelta(days=365 * 6), NOW - timedelta(days=30), NOW + timedelta(days=9)
    for start in (old, recent, coming):
        place = {"place": f"{CANARY} place", "notes": f"{CANARY} minutes"}
        making.book(client, start, at=start - timedelta(days=1), by=alice, assignee=alice, **place)
    set_cadence_exception(client, yearly_meetings=3, reason=f"{CANARY} reason", by=ada, at=NOON)
    group = create_group(GroupDetails(name="Fixed", kind=GroupKind.FIXED), by=ada, at=NOON)
    add_members(group, Client.objects.filter(pk=client.pk), by=ada, at=NOON)
    said = services.ConsentGiven(
        purpose=ConsentPurpose.MARKETING,
        granted=True,
        on=date(2026, 1, 2),
        source=ConsentSource.PAPER,
        proof=f"{CANARY} form",
    )
    services.record_consent(client, said, by=ada, at=NOON)
    services.create_note(client, NoteContent(text=f"{CANARY} note"), by=alice, at=NOON)
    return client


def places_of(text: str) -> set[str]:
    """The tables of the firm in which a text stands, whatever the column."""
    found = set()
    for model in apps.get_models():
        if issubclass(model, FirmOwned):
            table = model._meta.db_table
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text ILIKE %s", [f"%{text}%"])  # noqa: S608
                if cursor.fetchone()[0]:
                    found.add(table)
    return found


def erase(client: Client, by: Membership) -> None:
    services.erase_client(client, ground=ErasureGround.REQUEST, by=by, at=NOW)


def test_nothing_of_the_person_is_left_but_under_lock(person: Client, ada: Membership) -> None:
    before = places_of(CANARY)
    assert {
        "clients_client",
        "clients_profile",
        "clients_email",
        "scheduling_appointment",
        "tenants_auditevent",
    } <= before

    erase(person, ada)

    assert places_of(CANARY) == {"clients_lockedrecord"}


def test_the_law_keeps_what_it_keeps(person: Client, ada: Membership) -> None:
    erase(person, ada)

    kept = {(record.retention, record.kind) for record in LockedRecord.objects.all()}
    assert (RetentionClass.MIFID, "scheduling.appointment.client") in kept
    assert (RetentionClass.AML, "clients.profile") in kept
    assert (RetentionClass.CONSENT, "clients.consent.client") in kept
    meetings = LockedRecord.objects.filter(kind="scheduling.appointment.client")
    assert meetings.count() == 2, "the one of six years ago need not be kept"


def test_what_is_locked_goes_when_its_time_is_over(person: Client, ada: Membership) -> None:
    erase(person, ada)

    services.purge_locked(today=NOW.date() + timedelta(days=365 * 6))
    assert {record.retention for record in LockedRecord.objects.all()} == {RetentionClass.AML, RetentionClass.CONSENT}
    services.purge_locked(today=NOW.date() + timedelta(days=365 * 12))

    assert places_of(CANARY) == set()


def test_the_firm_keeps_its_figures(person: Client, ada: Membership) -> None:
    erase(person, ada)

    left = Appointment.objects.filter(client=person).order_by("starts_at")
    assert [(one.state, one.notes) for one in left] == [("planned", ""), ("planned", ""), ("cancelled", "")]
    again = Client.objects.get(pk=person.pk)
    assert (again.name, again.state, again.merged_into_id) == ("Persona cancellata", "archived", None)
    assert not queries.visible_clients(ada).filter(pk=person.pk).exists()


def test_the_trail_keeps_who_and_when(person: Client, ada: Membership) -> None:
    told = AuditEvent.objects.filter(target_kind="clients.client", target_id=person.pk)
    before = [(event.action, event.at, event.by_id, sorted(event.after)) for event in told.order_by("id")]

    erase(person, ada)

    after = [(event.action, event.at, event.by_id, sorted(event.after)) for event in told.order_by("id")]
    assert after[: len(before)] == before
    assert after[-1][0] == "client.erased"
    assert all(value is None for event in told.exclude(action="client.erased") for value in event.after.values())


def test_the_trail_of_others_is_left_alone(person: Client, ada: Membership) -> None:
    other = new_client("Bianchi", by=ada)

    erase(person, ada)

    [event] = AuditEvent.objects.filter(target_kind="clients.client", target_id=other.pk)
    assert event.after["last_name"] == "Bianchi"


def test_an_erased_person_is_erased_once(person: Client, ada: Membership) -> None:
    erase(person, ada)

    with pytest.raises(ValidationError) as refused:
        erase(person, ada)

    assert refused.value.code == "gone"


def test_whoever_was_merged_into_him_goes_too(bound: Firm, ada: Membership) -> None:
    survivor, other = new_client("Rossi"), new_client(f"{CANARY}", notes=f"{CANARY} notes")
    services.merge_clients(survivor, other, {}, by=ada, at=NOON)

    erase(survivor, ada)

    assert places_of(CANARY) == set()


def test_every_column_of_the_client_is_emptied_or_known_to_stay(person: Client, ada: Membership) -> None:
    erase(person, ada)

    row = Client.objects.get(pk=person.pk)
    fields: list[Any] = [field for field in Client._meta.concrete_fields if field.name not in KEPT]
    left = {field.name for field in fields if getattr(row, field.attname) != nothing(field)}
    assert left == {"name", "name_key"}
    telling = (models.CharField, models.TextField)
    assert not [
        name for name in KEPT if isinstance(Client._meta.get_field(name), telling) and name not in ("kind", "state")
    ]
    assert Profile.objects.filter(client=person).count() == 1


def test_the_dossier_tells_everything(person: Client, ada: Membership) -> None:
    """Each table in which something of the person stands has its words in the dossier."""
    told = str(dossier.build(person, at=NOW).as_json())

    for what in ("first", "birth", "profession", "notes again", "street", "minutes", "reason", "form", "note"):
        assert f"{CANARY} {what}" in told, what


def test_the_database_refuses_to_rewrite_the_trail_otherwise(person: Client, ada: Membership) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic():
        AuditEvent.objects.all().update(after={})
