"""The catalogue of services: what a firm begins with, what can be changed, hidden or copied (O-40, O-44)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client as Browser

import communications.defaults
from clients.catalogue import fields
from clients.models import ChangedClient
from communications import services
from communications.models import ServiceOpportunity
from communications.services import ServiceDetails
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.communications.making import new_client, propose, service

pytestmark = pytest.mark.django_db
Browse = Callable[[Membership], Browser]

# SIS-08, letter by letter.
STANDARD = ["Fatturazione c/terzi", "Fatturazione on line", "Gestionali on line", "Servizi di supporto ft. elettronica"]
# SIS-36 names these four.
OF_AN_ADVISOR = ["Check-up previdenziale", "PAC", "Polizza LTC", "Passaggio generazionale"]


@pytest.mark.usefixtures("bound")
def test_a_new_firm_has_the_four_of_the_seed_and_an_advisors_set() -> None:
    names = list(ServiceOpportunity.objects.filter(is_supplied=True, active=True).values_list("name", flat=True))
    assert names[-4:] == STANDARD
    assert set(OF_AN_ADVISOR) < set(names)
    communications.defaults.load("advisor")
    assert ServiceOpportunity.objects.count() == len(names)


@pytest.mark.usefixtures("bound")
def test_a_supplied_one_is_hidden_and_copied_but_not_changed(ada: Membership) -> None:
    ltc = service()
    for details in (ServiceDetails(name="Altro"), ServiceDetails(name=ltc.name, description="Altro")):
        with pytest.raises(ValidationError) as refused:
            services.edit_service(ltc, details, by=ada)
        assert refused.value.code == "supplied"
    with pytest.raises(ValidationError) as refused:
        services.delete_service(ltc, by=ada)
    assert refused.value.code == "supplied"

    copies = [services.duplicate_service(ltc, by=ada) for _ in range(2)]
    assert [(copy.is_supplied, copy.description) for copy in copies] == [(False, ltc.description)] * 2
    assert len({copy.name for copy in copies} | {copy.key for copy in copies}) == 4
    changed = services.edit_service(copies[0], ServiceDetails(name="LTC famiglia"), by=ada)
    assert (changed.name, changed.key) == ("LTC famiglia", copies[0].key)
    services.delete_service(changed, by=ada)
    assert service().name == "Polizza LTC"


@pytest.mark.usefixtures("bound")
def test_hidden_it_leaves_every_picker_and_comes_back_with_what_clients_have(ada: Membership) -> None:
    client = new_client()
    propose(client, by=ada)
    ChangedClient.objects.all().delete()
    assert "opportunity.ltc" in fields()
    services.set_active(service(), active=False, by=ada)
    assert "opportunity.ltc" not in fields()
    assert list(ChangedClient.objects.values_list("client_id", flat=True)) == [client.pk]
    services.set_active(service(), active=True, by=ada)
    entry = fields()["opportunity.ltc"]
    assert [str(value) for value in entry.shown(client, client.created_at.date())] == ["Aperta"]


@pytest.mark.usefixtures("bound")
def test_ones_own_has_a_name_of_its_own_and_stays_once_it_was_proposed(ada: Membership) -> None:
    own = services.create_service(ServiceDetails(name="  Consulenza   fiscale "), by=ada)
    assert (own.name, own.key, own.is_supplied) == ("Consulenza fiscale", "consulenza_fiscale", False)
    for name in ("consulenza FISCALE", "Polizza LTC"):
        with pytest.raises(ValidationError) as taken:
            services.create_service(ServiceDetails(name=name), by=ada)
        assert taken.value.error_dict["name"][0].code == "unique"
    propose(new_client(), own.key, by=ada)
    with pytest.raises(ValidationError) as used:
        services.delete_service(own, by=ada)
    assert used.value.code == "in_use"
    assert [services.create_service(ServiceDetails(name=name), by=ada).key for name in ("Àè", "24 ore", "€€")] == [
        "ae",
        "servizio_24_ore",
        "servizio",
    ]


def html(answer: Any) -> str:
    assert answer.status_code in (200, 422), answer
    return str(answer.content.decode())


def test_the_pages_of_settings(firm: Firm, ada: Membership, alice: Membership, browse: Browse) -> None:
    browser, listed = browse(ada), page(ada, "settings/services/")
    assert browse(alice).get(listed).status_code == 403
    with use_firm(firm):
        ltc = service()
    shown = html(browser.get(listed))
    for name in (*STANDARD, *OF_AN_ADVISOR):
        assert name in shown
    assert "Duplica e personalizza" in shown
    # A supplied one shows no form that changes it.
    assert 'name="description"' not in html(browser.get(f"{listed}{ltc.pk}/"))

    copied = browser.post(f"{listed}{ltc.pk}/duplicate/")
    answer = browser.post(copied["Location"], {"name": "LTC famiglia", "description": "", "active": "on"})
    assert (answer.status_code, answer["Location"]) == (302, listed)
    assert html(browser.post(f"{listed}new/", {"name": "LTC famiglia"})).count('aria-invalid="true"') == 1
    assert browser.post(f"{listed}new/", {"name": "Nuovo servizio", "active": "on"}).status_code == 302
    browser.post(f"{listed}{ltc.pk}/switch/")
    browser.post(f"{listed}{ltc.pk}/move/", {"direction": "up"})
    with use_firm(firm):
        assert not service().active
        assert service().position < ltc.position
        own = ServiceOpportunity.objects.get(name="Nuovo servizio")
    browser.post(f"{listed}{own.pk}/delete/")
    browser.post(f"{listed}{ltc.pk}/delete/")
    with use_firm(firm):
        assert set(ServiceOpportunity.objects.filter(is_supplied=False).values_list("name", flat=True)) == {
            "LTC famiglia"
        }
        assert service().name == "Polizza LTC"


def test_the_api(firm: Firm, ada: Membership, alice: Membership, api: Callable[..., Any]) -> None:
    where = "/api/v1/service-opportunities/"
    listed = api(alice).get(where).json()["results"]
    ltc = next(row for row in listed if row["key"] == "ltc")
    assert [row["name"] for row in listed][-4:] == STANDARD
    assert api(alice).post(where, {"name": "Nuovo"}, format="json").status_code == 403
    made = api(ada).post(where, {"name": "Nuovo"}, format="json")
    assert (made.status_code, made.json()["key"], made.json()["is_supplied"]) == (201, "nuovo", False)
    refused = api(ada).patch(f"{where}{ltc['id']}/", {"name": "Altro"}, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "supplied")
    assert api(ada).patch(f"{where}{ltc['id']}/", {"active": False}, format="json").json()["active"] is False
    copied = api(ada).post(f"{where}{ltc['id']}/duplicate/")
    assert (copied.status_code, copied.json()["is_supplied"]) == (201, False)
    assert api(ada).delete(f"{where}{copied.json()['id']}/").status_code == 204
    assert {row["key"] for row in api(alice).get(f"{where}?active=false").json()["results"]} == {"ltc"}
