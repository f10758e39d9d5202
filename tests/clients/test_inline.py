"""Changing one value where it is shown."""

import re

import pytest

from clients import queries, services
from clients.editable import EDITABLE
from clients.models import Client, ClientEdit, CustomField, Label, Status
from tenants.binding import use_firm
from tests.cast import page
from tests.clients.builders import NOON, new_client

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def rossi(firm, alice):
    with use_firm(firm):
        return new_client(
            "Rossi", advisor=alice, aum="1000", phones=[{"number": "3351234567"}, {"number": "02 1234567"}]
        )


def address(member, client, name):
    return page(member, f"clients/{client.pk}/field/{name}/")


def seen(browser, member, client, name):
    """What the editor carries: version and mark."""
    shown = browser.get(address(member, client, name), headers=HTMX).content.decode()
    return dict(re.findall(r'name="(version|seen)" value="([^"]*)"', shown))


def stored(firm, client):
    with use_firm(firm):
        return Client.objects.select_related("profile").get(pk=client.pk)


def test_a_value_is_changed_and_shown_and_can_be_taken_back(browse, alice, firm, rossi):
    browser = browse(alice)

    sent = seen(browser, alice, rossi, "aum") | {"aum": "2.000,50"}
    answer = browser.post(address(alice, rossi, "aum"), sent, headers=HTMX)

    assert answer.status_code == 200
    assert answer.content.decode().strip() == "2.000,50\xa0€"
    assert str(stored(firm, rossi).aum) == "2000.50"
    undo = re.search(r'"undo": "([^"]*)"', answer.headers["HX-Trigger"]).group(1)
    browser.post(undo)
    assert str(stored(firm, rossi).aum) == "1000.00"


def test_a_value_that_is_refused_comes_back_with_its_error(browse, alice, firm, rossi):
    browser = browse(alice)

    sent = seen(browser, alice, rossi, "tax_code") | {"tax_code": "ABC"}
    answer = browser.post(address(alice, rossi, "tax_code"), sent, headers=HTMX)

    assert answer.status_code == 422
    assert 'value="ABC"' in answer.content.decode()
    assert "aria-describedby" in answer.content.decode()
    assert stored(firm, rossi).tax_code == ""


def test_somebody_elses_change_of_the_same_value_is_a_conflict(browse, ada, alice, firm, rossi):
    browser = browse(alice)
    sent = seen(browser, alice, rossi, "aum") | {"aum": "5"}
    with use_firm(firm):
        services.update_client(rossi, {"aum": 7}, version=None, by=ada, at=NOON)

    answer = browser.post(address(alice, rossi, "aum"), sent, headers=HTMX)

    assert answer.status_code == 409
    assert "Ada Ferri" in answer.content.decode()
    assert "7,00" in answer.content.decode()
    assert str(stored(firm, rossi).aum) == "7.00"
    again = dict(re.findall(r'name="(version|seen)" value="([^"]*)"', answer.content.decode())) | {"aum": "5"}
    assert browser.post(address(alice, rossi, "aum"), again, headers=HTMX).status_code == 200
    assert str(stored(firm, rossi).aum) == "5.00"


def test_a_change_elsewhere_in_the_record_is_no_conflict(browse, ada, alice, firm, rossi):
    browser = browse(alice)
    sent = seen(browser, alice, rossi, "aum") | {"aum": "5"}
    with use_firm(firm):
        services.update_client(rossi, {"profession": "Medico"}, version=None, by=ada, at=NOON)

    assert browser.post(address(alice, rossi, "aum"), sent, headers=HTMX).status_code == 200
    assert stored(firm, rossi).profile.profession == "Medico"


def test_the_first_telephone_is_changed_and_the_others_stay(browse, alice, firm, rossi):
    browser = browse(alice)

    sent = seen(browser, alice, rossi, "phone") | {"number": "340 7654321"}
    assert browser.post(address(alice, rossi, "phone"), sent, headers=HTMX).status_code == 200
    with use_firm(firm):
        assert [(p.number, p.kind) for p in stored(firm, rossi).phones.all()] == [
            ("+393407654321", "mobile"),
            ("+39021234567", "landline"),
        ]
    sent = seen(browser, alice, rossi, "phone") | {"number": ""}
    browser.post(address(alice, rossi, "phone"), sent, headers=HTMX)
    with use_firm(firm):
        assert [p.number for p in stored(firm, rossi).phones.all()] == ["+39021234567"]


def test_references_and_labels_are_changed(browse, alice, firm, rossi):
    browser = browse(alice)
    with use_firm(firm):
        status = Status.objects.first()
        label = services.create_choice(Label(name="Medico"), by=alice)

    for name, value in (("status", status.pk), ("labels", label.pk), ("email", "a@example.com")):
        field = "address" if name == "email" else name
        sent = seen(browser, alice, rossi, name) | {field: value}
        assert browser.post(address(alice, rossi, name), sent, headers=HTMX).status_code == 200

    with use_firm(firm):
        client = stored(firm, rossi)
        assert (client.status, client.emails.get().address) == (status, "a@example.com")
        assert client.client_labels.get().label == label
        assert ClientEdit.objects.count() == 3


def test_without_a_script_the_editor_is_a_page_of_its_own(browse, alice, firm, rossi):
    browser, back = browse(alice), page(alice, "clients/?q=rossi")

    shown = browser.get(address(alice, rossi, "aum"), {"next": back})
    assert b"<html" in shown.content
    sent = seen(browser, alice, rossi, "aum") | {"aum": "9", "next": back}
    answer = browser.post(address(alice, rossi, "aum"), sent)

    assert (answer.status_code, answer["Location"]) == (302, back)
    assert str(stored(firm, rossi).aum) == "9.00"


@pytest.mark.parametrize("name", ["kind", "external_id", "nonsense", "name", "state", "plan.due_on", "version"])
def test_only_what_the_record_has_as_one_field_is_editable(browse, alice, rossi, name):
    assert browse(alice).get(address(alice, rossi, name)).status_code == 404


@pytest.mark.parametrize("name", sorted(EDITABLE))
def test_every_editable_value_has_an_editor(browse, alice, rossi, name):
    assert browse(alice).get(address(alice, rossi, name), headers=HTMX).status_code == 200


def test_who_only_reads_cannot_edit(browse, rita, rossi):
    assert browse(rita).get(address(rita, rossi, "aum")).status_code == 403
    assert "data-field" not in browse(rita).get(page(rita, "clients/")).content.decode()


def test_saving_the_form_offers_its_undo(browse, alice, firm, rossi):
    browser = browse(alice)
    with use_firm(firm):
        edit_page = browser.get(page(alice, f"clients/{rossi.pk}/edit/"))
    sent = {
        "kind": "person",
        "last_name": "Bianchi",
        "advisor": alice.pk,
        "version": edit_page.context["version"],
        **{
            f"{rows}-{name}": 0
            for rows in ("emails", "phones", "addresses")
            for name in ("TOTAL_FORMS", "INITIAL_FORMS")
        },
    }
    browser.post(page(alice, f"clients/{rossi.pk}/edit/"), sent)

    shown = browser.get(page(alice, f"clients/{rossi.pk}/changes/"))
    [line] = shown.context["lines"]
    undo = page(alice, f"clients/{rossi.pk}/changes/{line.edit.pk}/undo/")
    assert shown.content.decode().count(f'action="{undo}"') == 2  # the toast, and the line
    browser.post(undo)
    client = stored(firm, rossi)
    with use_firm(firm):
        assert (client.last_name, str(client.aum), client.phones.count()) == ("Rossi", "1000.00", 2)


def test_a_user_field_is_changed_where_it_is_shown_and_taken_back(browse, ada, firm, rossi):
    with use_firm(firm):
        services.create_custom_field(CustomField(label="Squadra", type="text"), by=ada)
    browser, name = browse(ada), "custom.squadra"

    sent = seen(browser, ada, rossi, name) | {"custom-squadra": "Torino"}
    answer = browser.post(address(ada, rossi, name), sent, headers=HTMX)

    assert answer.content.decode().strip() == "Torino"
    undo = re.search(r'"undo": "([^"]*)"', answer.headers["HX-Trigger"]).group(1)
    browser.post(undo)
    with use_firm(firm):
        assert queries.record_of(rossi, ["custom"])["custom"]["squadra"] is None
