"""Pages about clients: each action once, and what is refused."""

import pytest

from clients import services
from clients.models import Client, Status
from tenants.binding import use_firm
from tests.cast import page
from tests.clients.builders import NOON, new_client

pytestmark = pytest.mark.django_db

RECORD = {
    "kind": "person",
    "last_name": "Rossi",
    "first_name": "Mario",
    "aum": "1.234,56",
    "phones-TOTAL_FORMS": "1",
    "phones-INITIAL_FORMS": "0",
    "phones-0-number": "335 1234567",
    "emails-TOTAL_FORMS": "1",
    "emails-INITIAL_FORMS": "0",
    "emails-0-address": "mario@example.com",
    "addresses-TOTAL_FORMS": "1",
    "addresses-INITIAL_FORMS": "0",
    "addresses-0-city": "Milano",
    "addresses-0-country": "IT",
}


@pytest.fixture
def make(firm):
    def make(name="Rossi", **values):
        with use_firm(firm):
            return new_client(name, **values)

    return make


def test_a_client_is_entered(browse, alice, firm):
    answer = browse(alice).post(page(alice, "clients/new/"), RECORD | {"advisor": alice.pk})

    with use_firm(firm):
        client = Client.objects.get()
        assert answer.status_code == 302
        assert answer["Location"] == client.get_absolute_url()
        assert (client.name, str(client.aum), client.advisor) == ("Rossi Mario", "1234.56", alice)
        assert [phone.number for phone in client.phones.all()] == ["+393351234567"]
        assert [address.city for address in client.addresses.all()] == ["Milano"]


def test_a_refused_form_keeps_what_was_typed(browse, alice, firm):
    wrong = RECORD | {"last_name": "", "tax_code": "ABC", "phones-0-number": "12", "aum": "mille"}

    answer = browse(alice).post(page(alice, "clients/new/"), wrong)

    assert answer.status_code == 422
    assert "mille" in answer.content.decode()
    assert set(answer.context["forms"].main.errors) >= {"aum"}
    with use_firm(firm):
        assert not Client.objects.exists()


def test_what_the_service_refuses_stands_beside_its_field(browse, alice):
    answer = browse(alice).post(page(alice, "clients/new/"), RECORD | {"last_name": ""})

    assert answer.status_code == 422
    assert set(answer.context["forms"].main.errors) == {"last_name"}


def test_another_row_can_be_asked_for_without_javascript(browse, alice):
    answer = browse(alice).post(page(alice, "clients/new/"), RECORD | {"last_name": "", "more": "phones"})

    forms = answer.context["forms"]
    assert answer.status_code == 200
    assert [row["number"].value() for row in forms.rows["phones"]] == ["335 1234567", None]
    assert len(forms.rows["emails"].forms) == 1
    assert forms.main["first_name"].value() == "Mario"
    assert not forms.main.errors


def test_a_duplicate_is_asked_about_and_then_accepted(browse, alice, make, firm):
    make("Rossi", advisor=alice, emails=[{"address": "mario@example.com"}])
    make("Neri", tax_code="RSSMRA85T10A562S")
    browser, sent = browse(alice), RECORD | {"advisor": alice.pk, "tax_code": "RSSMRA85T10A562S"}

    asked = browser.post(page(alice, "clients/new/"), sent)
    saved = browser.post(page(alice, "clients/new/"), sent | {"accept_duplicates": "1"})

    assert asked.status_code == 422
    assert [(client.name, seen) for client, seen in asked.context["known_duplicates"]] == [
        ("Neri", False),
        ("Rossi", True),
    ]
    assert "Neri" not in asked.content.decode()
    assert saved.status_code == 302


def test_the_record_is_changed_and_rows_can_be_emptied(browse, alice, make, firm):
    client = make("Rossi", advisor=alice, phones=[{"number": "335 1234567"}, {"number": "02 1234567"}])
    sent = RECORD | {
        "advisor": alice.pk,
        "version": "1",
        "last_name": "Verdi",
        "phones-TOTAL_FORMS": "3",
        "phones-INITIAL_FORMS": "2",
        "phones-0-number": "",
        "phones-1-number": "02 1234567",
    }

    answer = browse(alice).post(page(alice, f"clients/{client.pk}/edit/"), sent)

    assert answer.status_code == 302
    with use_firm(firm):
        read = Client.objects.get()
        assert read.name == "Verdi Mario"
        assert [phone.number for phone in read.phones.all()] == ["+39021234567"]


def test_the_form_shows_the_record_in_the_readers_language(browse, alice, make):
    client = make("Rossi", advisor=alice, aum="1234567.8")

    answer = browse(alice).get(page(alice, f"clients/{client.pk}/edit/"))

    assert answer.context["forms"].main["aum"].value() == "1.234.567,80"


def test_a_stale_form_shows_both_values_and_can_be_saved_knowingly(browse, alice, ada, make, firm):
    client = make("Rossi", first_name="Mario", advisor=alice)
    with use_firm(firm):
        services.update_client(client, {"first_name": "Maria"}, version=1, by=ada, at=NOON)
    browser, address = browse(alice), page(alice, f"clients/{client.pk}/edit/")
    sent = RECORD | {"advisor": alice.pk, "version": "1", "first_name": "Mariano"}

    conflict = browser.post(address, sent)
    saved = browser.post(address, sent | {"version": str(conflict.context["version"])})

    assert conflict.status_code == 409
    assert "Ada Ferri" in conflict.content.decode()
    shown = {(row.stored, row.typed) for row in conflict.context["differences"]}
    assert ("Maria", "Mariano") in shown
    assert ("–", "1.234,56\xa0€") in shown
    assert saved.status_code == 302
    with use_firm(firm):
        assert Client.objects.get().first_name == "Mariano"


def test_who_gives_a_client_away_is_led_to_the_list(browse, alice, ada, make):
    client = make("Rossi", advisor=alice)

    answer = browse(alice).post(page(alice, f"clients/{client.pk}/edit/"), RECORD | {"advisor": ada.pk, "version": "1"})

    assert answer["Location"] == page(alice, "clients/")


def test_the_status_is_changed_and_its_history_shown(browse, alice, make, firm):
    with use_firm(firm):
        first, second = Status.objects.all()[:2]
    client = make("Rossi", advisor=alice, status=first)
    browser = browse(alice)

    browser.post(page(alice, f"clients/{client.pk}/status/change/"), {"status": second.pk})
    history = browser.get(page(alice, f"clients/{client.pk}/status/")).context["history"]

    with use_firm(firm):
        assert [(change.from_status, change.to_status) for change in history] == [(first, second), (None, first)]

    browser.post(page(alice, f"clients/{client.pk}/status/undo/"))
    with use_firm(firm):
        assert Client.objects.get().status == first


def test_archived_and_taken_back(browse, alice, make, firm):
    client = make("Rossi", advisor=alice)
    browser = browse(alice)
    states = []
    for action in ("archive", "reactivate", "deceased"):
        assert browser.post(page(alice, f"clients/{client.pk}/{action}/")).status_code == 302
        with use_firm(firm):
            states.append(Client.objects.get().state)

    assert states == ["archived", "active", "deceased"]


def test_marking_as_deceased_asks_first(browse, alice, make, firm):
    client = make("Rossi", advisor=alice)

    answer = browse(alice).get(page(alice, f"clients/{client.pk}/deceased/"))

    assert answer.status_code == 200
    with use_firm(firm):
        assert Client.objects.get().state == "active"


PATHS = ["", "profile/", "edit/", "status/", "deceased/"]


@pytest.mark.parametrize("path", PATHS)
def test_the_pages_of_a_client_open(browse, alice, make, path):
    client = make(
        "Rossi",
        advisor=alice,
        emails=[{"address": "a@example.com"}],
        phones=[{"number": "335 1234567"}],
        addresses=[{"street": "Via Roma 1", "city": "Milano", "province": "MI", "postal_code": "20100"}],
        notes="A note",
    )

    answer = browse(alice).get(page(alice, f"clients/{client.pk}/{path}"))

    assert answer.status_code == 200
    assert "Rossi" in answer.content.decode()


@pytest.mark.parametrize("path", PATHS)
def test_a_client_that_one_does_not_see_does_not_exist(browse, alice, ada, make, path):
    client = make("Rossi", advisor=ada)

    assert browse(alice).get(page(alice, f"clients/{client.pk}/{path}")).status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "new/"),
        ("get", "{pk}/edit/"),
        ("post", "{pk}/status/change/"),
        ("post", "{pk}/archive/"),
        ("post", "{pk}/reactivate/"),
        ("post", "{pk}/deceased/"),
        ("get", "settings/"),
        ("get", "settings/labels/"),
        ("get", "settings/statuses/new/"),
    ],
)
def test_a_reader_changes_nothing(browse, rita, make, method, path):
    client = make("Rossi")

    answer = getattr(browse(rita), method)(page(rita, "clients/" + path.format(pk=client.pk)))

    assert answer.status_code == 403
