"""Entering a client and changing his record (clients/services/records.py)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from clients import services
from clients.models import ChangedClient, Client, ClientWord, Label, ListEntry, Status, StatusChange
from clients.refusals import StaleError
from clients.signals import clients_changed
from tenants.models import AuditEvent
from tests.clients.builders import NOON, new_client, new_company

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bound")]

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def announced():
    heard = []

    def listen(sender, client_ids, changed, **kwargs):
        heard.append((client_ids, set(changed)))

    clients_changed.connect(listen)
    yield heard
    clients_changed.disconnect(listen)


def codes(refusal):
    return {field: [error.code for error in errors] for field, errors in refusal.value.error_dict.items()}


def test_a_person_is_entered_with_the_whole_record(alice, announced):
    status, label = Status.objects.first(), services.create_choice(Label(name="Medico"), by=alice)

    client = services.create_client(
        {
            "last_name": "  Rossi ",
            "first_name": "Mario  Maria",
            "tax_code": "rssmra85t10a562s",
            "advisor": alice,
            "status": status,
            "aum": Decimal("1234.56"),
            "birth_date": date(1985, 12, 10),
            "emails": [{"address": "Mario@Example.COM", "for_communications": True}, {"address": " "}],
            "phones": [{"number": "335 1234567"}, {"number": "02 1234567"}],
            "addresses": [{"street": "via Roma 1", "postal_code": "20100", "city": "Milano", "province": "mi"}],
            "labels": [label],
        },
        by=alice,
        at=NOON,
    )

    read = Client.objects.get(pk=client.pk)
    assert (read.name, read.name_key, read.version) == ("Rossi Mario Maria", "rossi mario maria", 1)
    assert (read.tax_code, read.aum, read.profile.birth_date) == (
        "RSSMRA85T10A562S",
        Decimal("1234.56"),
        date(1985, 12, 10),
    )
    assert [(email.position, email.address, email.address_key) for email in read.emails.all()] == [
        (1, "Mario@example.com", "mario@example.com")
    ]
    assert [(phone.number, phone.kind) for phone in read.phones.all()] == [
        ("+393351234567", "mobile"),
        ("+39021234567", "landline"),
    ]
    assert [str(address) for address in read.addresses.all()] == ["via Roma 1, 20100, Milano, MI"]
    assert [own.label for own in read.client_labels.all()] == [label]
    change = StatusChange.objects.get()
    assert (change.from_status, change.to_status, change.by, change.at, change.cause) == (
        None,
        status,
        alice,
        NOON,
        "manual",
    )
    assert {word.word for word in ClientWord.objects.all()} == {"rossi", "mario", "maria"}
    assert [changed.client_id for changed in ChangedClient.objects.all()] == [client.pk]
    assert announced == [([client.pk], {"created"})]
    event = AuditEvent.objects.get(action="client.created")
    assert (event.by, event.target_id, event.after["aum"]) == (alice, client.pk, "1234.56")


def test_a_client_is_entered_in_at_most_twelve_statements(alice, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        new_client(
            "Rossi",
            by=alice,
            advisor=alice,
            emails=[{"address": "a@example.com"}],
            phones=[{"number": "335 1234567"}],
            addresses=[{"city": "Milano"}],
        )


def test_everything_wrong_is_said_at_once_under_the_name_of_its_field():
    with pytest.raises(ValidationError) as refusal:
        services.create_client(
            {
                "last_name": " ",
                "tax_code": "RSSMRA85T10A562X",
                "vat_number": "123",
                "aum": Decimal("-1"),
                "birth_date": date(2026, 3, 11),
                "mifid_class": "reckless",
                "emails": [{"address": "nobody"}, {"address": "a@example.com"}],
                "phones": [{"number": "12"}],
                "addresses": [{"city": "Milano", "postal_code": "201"}],
            },
            by=None,
            at=NOON,
        )

    assert codes(refusal) == {
        "last_name": ["required"],
        "tax_code": ["tax_code"],
        "vat_number": ["vat_number"],
        "aum": ["min_value"],
        "birth_date": ["future"],
        "mifid_class": ["invalid_choice"],
        "emails": ["email"],
        "phones": ["phone"],
        "addresses": ["postal_code"],
    }
    assert not Client.objects.exists()


def test_a_company_needs_its_name_and_shows_it():
    company = new_company("  Alfa   S.r.l. ", vat_number="IT 00743110157", tax_code="00743110157")

    assert (company.name, company.vat_number) == ("Alfa S.r.l.", "00743110157")
    with pytest.raises(ValidationError) as refusal:
        new_company(" ")
    assert codes(refusal) == {"company_name": ["required"]}


def test_omocodia_is_accepted():
    assert new_client(tax_code="RSSMRA85T10A56NH").tax_code == "RSSMRA85T10A56NH"


def test_duplicates_are_not_refused():
    new_client(tax_code="RSSMRA85T10A562S")
    new_client(tax_code="RSSMRA85T10A562S")

    assert Client.objects.filter(tax_code="RSSMRA85T10A562S").count() == 2


def test_the_key_of_an_integration_is_unique():
    new_client(external_source="bank", external_id="7")
    new_client(external_source="other", external_id="7")

    with pytest.raises(ValidationError) as refusal:
        new_client(external_source="bank", external_id="7")

    assert codes(refusal) == {"external_id": ["unique"]}


def test_only_what_is_on_offer_can_be_chosen(alice):
    inactive = Status.objects.first()
    services.change_choice(inactive, {"active": False}, by=alice)
    rating = ListEntry.objects.filter(list_name="rating").first()
    label = services.create_choice(Label(name="Old"), by=alice)
    services.change_choice(label, {"active": False}, by=alice)

    with pytest.raises(ValidationError) as refusal:
        new_client(status=inactive, category=rating, company=new_client("Not a company"), labels=[label])

    assert codes(refusal) == {
        "labels": ["inactive"],
        "status": ["inactive"],
        "category": ["wrong_list"],
        "company": ["not_a_company"],
    }


def test_a_record_may_keep_what_is_no_longer_on_offer(alice):
    status = Status.objects.first()
    client = new_client(status=status)
    services.change_choice(status, {"active": False}, by=alice)

    changed = services.update_client(client, {"status": status, "notes": "x"}, version=1, by=alice, at=LATER)

    assert (changed.status, changed.profile.notes) == (status, "x")


def test_a_change_is_saved_audited_and_announced(alice, announced):
    client = new_client("Rossi", first_name="Mario", emails=[{"address": "a@example.com"}])
    ChangedClient.objects.all().delete()
    announced.clear()

    changed = services.update_client(
        client,
        {"last_name": "Verdi", "first_name": "Mario", "profession": "Medico", "emails": []},
        version=1,
        by=alice,
        at=LATER,
    )

    assert (changed.name, changed.version, changed.emails.count()) == ("Verdi Mario", 2, 0)
    assert Client.objects.get().profile.profession_key == "medico"
    event = AuditEvent.objects.get(action="client.changed")
    assert event.before == {
        "emails": [{"address": "a@example.com", "for_communications": False}],
        "last_name": "Rossi",
        "profession": "",
    }
    assert event.after == {"emails": [], "last_name": "Verdi", "profession": "Medico"}
    assert {word.word for word in ClientWord.objects.all()} == {"verdi", "mario"}
    assert ChangedClient.objects.count() == 1
    assert announced == [([client.pk], {"last_name", "profession", "emails"})]


def test_a_change_that_changes_nothing_leaves_no_trace(alice, announced):
    client = new_client("Rossi", emails=[{"address": "a@example.com"}], phones=[{"number": "335 1234567"}])
    announced.clear()

    same = services.update_client(
        client,
        {"last_name": "Rossi ", "emails": [{"address": "a@example.com"}], "phones": [{"number": "+393351234567"}]},
        version=1,
        by=alice,
        at=LATER,
    )

    assert (same.version, announced) == (1, [])
    assert not AuditEvent.objects.filter(action="client.changed").exists()


def test_a_stale_change_is_refused_and_tells_who_was_faster(ada, alice):
    client = new_client("Rossi")
    services.update_client(client, {"notes": "first"}, version=1, by=ada, at=LATER)

    with pytest.raises(StaleError) as refusal:
        services.update_client(client, {"notes": "second"}, version=1, by=alice, at=LATER)

    assert refusal.value.messages == [
        "Ada Ferri ha modificato questo cliente nel frattempo. Non è stato salvato nulla."
    ] or ("Ada Ferri" in refusal.value.messages[0])
    assert refusal.value.current.profile.notes == "first"


def test_a_refused_change_leaves_the_client_as_he_was(alice):
    client = new_client("Rossi", emails=[{"address": "a@example.com"}])

    with pytest.raises(ValidationError):
        services.update_client(
            client, {"emails": [{"address": "b@example.com"}], "tax_code": "X"}, version=1, by=alice, at=LATER
        )

    read = Client.objects.get()
    assert ([email.address for email in read.emails.all()], read.version) == (["a@example.com"], 1)


def test_a_new_status_in_the_record_goes_into_the_history(alice):
    first, second = Status.objects.all()[:2]
    client = new_client(status=first)

    services.update_client(client, {"status": second}, version=None, by=alice, at=LATER)

    newest = StatusChange.objects.filter(client=client).first()
    assert (newest.from_status, newest.to_status, newest.at) == (first, second, LATER)
