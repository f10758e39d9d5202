"""The list of clients: who is shown, narrowed, sorted, in which columns."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients import services
from clients.listing import USUAL
from clients.models import Client, Label, Status
from tenants.binding import use_firm
from tests.cast import page
from tests.clients.builders import NOON, new_client, new_company

pytestmark = pytest.mark.django_db


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

    # The page (a short list in two stretches), the rows, the count of a long list, the drop-downs, and what the firm
    # defines itself: fields, services, viste.
    assert counts[1:] == counts[:-1]
    assert counts[0] - len(elsewhere) <= 8


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
    assert [column.field.name for column in answer.context["listing"].columns] == list(USUAL)


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
