"""Pages about clients: each action once, and what is refused."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients import services
from clients.models import Client, Label, Status
from tenants.binding import use_firm
from tests.cast import page
from tests.clients.builders import NOON, new_client, new_company

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


def names(answer):
    return [row.client.name for row in answer.context["listing"].rows]


def statements(browser, address):
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(address).status_code == 200
    return [query["sql"] for query in captured if "clients_" in query["sql"] or "tenants_membership" in query["sql"]]


def test_the_list_shows_the_clients_that_one_sees(browse, alice, ada, make):
    make("Verdi", advisor=alice)
    make("Rossi", advisor=ada)

    assert names(browse(alice).get(page(alice, "clients/"))) == ["Verdi"]
    assert names(browse(ada).get(page(ada, "clients/"))) == ["Rossi", "Verdi"]


def test_the_list_takes_the_same_statements_for_any_number_of_clients(browse, ada, make, firm):
    browser, address = browse(ada), page(ada, "clients/")
    with use_firm(firm):
        status = Status.objects.first()
    counts = []
    for upto in (1, 3, 53):
        with use_firm(firm):
            for number in range(Client.objects.count(), upto):
                new_client(f"Client {number:02}", advisor=ada, status=status)
        with CaptureQueriesContext(connection) as captured:
            assert len(names(browser.get(address))) == min(upto, 50)
        counts.append(len(captured))
    with CaptureQueriesContext(connection) as elsewhere:
        browser.get(page(ada, "clients/settings/no-such-list/"))

    # The page (a short list in two stretches), the rows, the count of a long list, the drop-downs, and the fields that
    # the firm defines itself.
    assert counts[1:] == counts[:-1]
    assert counts[0] - len(elsewhere) <= 6


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Alfa S.r.l.", "Rossi Mario", "Verdi"]),
        ("q=mar", ["Rossi Mario"]),
        ("advisor=none", ["Alfa S.r.l.", "Verdi"]),
        ("aum_min=1.000,50", ["Rossi Mario"]),
        ("aum_min=1000.51", []),
        ("aum_max=500", ["Verdi"]),
        ("kind=company", ["Alfa S.r.l."]),
        ("state=archived", ["Bianchi"]),
        ("state=all", ["Alfa S.r.l.", "Bianchi", "Rossi Mario", "Verdi"]),
        ("ordering=-aum", ["Rossi Mario", "Verdi", "Alfa S.r.l."]),
        ("ordering=nonsense", ["Alfa S.r.l.", "Rossi Mario", "Verdi"]),
        ("cursor=nonsense", ["Alfa S.r.l.", "Rossi Mario", "Verdi"]),
        ("status=999999", []),
        ("due=never_met", []),
    ],
)
def test_the_list_is_narrowed_and_sorted_by_its_address(browse, ada, alice, make, firm, query, found):
    make("Rossi", first_name="Mario", aum="1000.50", advisor=alice)
    make("Verdi", aum="0")
    with use_firm(firm):
        new_company("Alfa S.r.l.")
        gone = new_client("Bianchi")
        services.archive(Client.objects.filter(pk=gone.pk), by=ada, at=NOON)

    assert names(browse(ada).get(page(ada, f"clients/?{query}"))) == found


def test_the_list_is_narrowed_by_status_label_and_advisor(browse, ada, alice, make, firm):
    with use_firm(firm):
        status, label = Status.objects.first(), services.create_choice(Label(name="Medico"), by=ada)
    make("Rossi", status=status, labels=[label], advisor=alice)
    make("Verdi")
    browser = browse(ada)

    for query in (f"status={status.pk}", f"label={label.pk}", f"advisor={alice.pk}"):
        answer = browser.get(page(ada, f"clients/?{query}"))
        assert names(answer) == ["Rossi"]
        assert len(answer.context["chips"]) == 1


def test_the_list_takes_a_filter_of_the_filter_language(browse, ada, make):
    make("Rossi", aum="600000")
    make("Verdi", aum="5")
    document = {"all": [{"field": "aum", "op": "gte", "value": "500000"}]}

    answer = browse(ada).get(page(ada, "clients/"), {"filter": json.dumps(document)})

    assert names(answer) == ["Rossi"]


@pytest.mark.parametrize("document", ["{", '{"field": "nonsense", "op": "eq", "value": 1}', '{"all": 3}'])
def test_a_filter_that_cannot_be_used_is_said_and_finds_nobody(browse, ada, make, document):
    make("Rossi")

    answer = browse(ada).get(page(ada, "clients/"), {"filter": document})

    assert names(answer) == []
    assert answer.context["filters"].errors["filter"]


@pytest.mark.parametrize(
    "query",
    [
        "aum_min=99999999999999999999",
        "aum_min=-1",
        "filter=" + "[" * 20_000,
        "q=%00",
        "q=%ED%A0%80",
        "advisor=abc",
        "status=99999999999999999999999",
        "cursor=AAAA",
        "group=99999999999999999999999",
        "q=" + "a" * 5000,
    ],
)
def test_nonsense_in_the_address_does_not_break_the_list(browse, ada, make, query):
    make("Rossi")

    assert browse(ada).get(page(ada, f"clients/?{query}")).status_code == 200


def test_the_member_chooses_the_columns(browse, alice):
    browser = browse(alice)

    answer = browser.post(page(alice, "clients/columns/"), {"columns": ["phone", "age"]}, follow=True)

    assert [column.field.name for column in answer.context["listing"].columns] == ["name", "phone", "age"]

    answer = browser.post(page(alice, "clients/columns/"), {}, follow=True)
    assert len(answer.context["listing"].columns) == 7


def test_the_first_page_leads_to_the_second(browse, ada, make):
    for number in range(53):
        make(f"Client {number:02}")
    browser = browse(ada)

    first = browser.get(page(ada, "clients/"))
    second = browser.get(page(ada, "clients/"), {"cursor": first.context["listing"].page.next})

    assert names(second) == ["Client 50", "Client 51", "Client 52"]
    assert first.context["listing"].total == 53


def test_htmx_gets_the_table_alone(browse, ada):
    answer = browse(ada).get(page(ada, "clients/"), headers={"HX-Request": "true"})

    assert b"<html" not in answer.content
    assert b"data-list" in answer.content


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


@pytest.mark.parametrize("kind", ["statuses", "labels", "category", "contact-role", "rating", "link-type"])
def test_an_entry_is_added_renamed_switched_off_and_deleted(browse, ada, firm, kind):
    browser, base = browse(ada), page(ada, f"clients/settings/{kind}/")

    browser.post(f"{base}new/", {"name": "Nuova", "symbol": "star", "colour": "teal"})
    choice = next(row for row in browser.get(base).context["choices"] if row.name == "Nuova")
    browser.post(f"{base}{choice.pk}/", {"name": "Nuovissima", "symbol": "star", "colour": "teal", "active": "on"})
    browser.post(f"{base}{choice.pk}/deactivate/")
    read = next(row for row in browser.get(base).context["choices"] if row.pk == choice.pk)
    browser.post(f"{base}{choice.pk}/activate/")
    browser.post(f"{base}{choice.pk}/move/", {"direction": "up"})
    browser.post(f"{base}{choice.pk}/delete/")

    assert (read.name, read.active) == ("Nuovissima", False)
    assert choice.pk not in [row.pk for row in browser.get(base).context["choices"]]


def test_a_taken_name_is_refused_and_kept_in_the_form(browse, ada):
    answer = browse(ada).post(page(ada, "clients/settings/rating/new/"), {"name": "strategico"})

    assert answer.status_code == 422
    assert answer.context["form"].errors["name"]
