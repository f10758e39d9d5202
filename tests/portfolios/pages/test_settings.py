"""Settings → Portafogli: typologies, their portfolios, subjects."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from clients.services import create_client
from portfolios import services
from portfolios.models import Portfolio, Subject, Typology
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.portfolios.test_services import AT

Browse = Callable[[Membership], Browser]


def numbered(firm: Firm, position: int) -> Typology:
    with use_firm(firm):
        found: Typology = Typology.objects.get(position=position)
        return found


def test_ten_typologies_are_listed_and_there_is_no_way_to_an_eleventh(ada: Membership, browse: Browse) -> None:
    answer = browse(ada).get(page(ada, "settings/portfolio-types/"))

    assert [typology.position for typology in answer.context["typologies"]] == list(range(1, 11))
    assert answer.content.decode().count("data-list-row") == 10
    with pytest.raises(NoReverseMatch):
        reverse("portfolios:typology_create", kwargs={"firm_slug": ada.firm.slug})


def test_a_typology_is_activated_named_and_hidden_again(firm: Firm, ada: Membership, browse: Browse) -> None:
    browser, third = browse(ada), numbered(firm, 3)
    base = page(ada, f"settings/portfolio-types/{third.pk}/")

    browser.post(f"{base}activate/")
    named = browser.post(base, {"name": "Mutui", "description": "Prestiti", "version": third.version + 1})
    stale = browser.post(base, {"name": "Altro", "description": "", "version": third.version})
    taken = browser.post(base, {"name": "Previdenza e protezione", "description": "", "version": ""})

    assert (named.status_code, stale.status_code, taken.status_code) == (302, 422, 422)
    assert 'id="id_name_error"' in taken.content.decode()
    third = numbered(firm, 3)
    assert (third.name, third.description, third.active) == ("Mutui", "Prestiti", True)
    browser.post(f"{base}deactivate/")
    assert numbered(firm, 3).active is False


def test_the_first_typology_stays(firm: Firm, ada: Membership, browse: Browse) -> None:
    first = numbered(firm, 1)

    browse(ada).post(page(ada, f"settings/portfolio-types/{first.pk}/deactivate/"))

    assert numbered(firm, 1).active is True


def test_portfolios_are_made_coloured_and_kept_while_in_use(firm: Firm, ada: Membership, browse: Browse) -> None:
    browser, first = browse(ada), numbered(firm, 1)
    base = page(ada, f"settings/portfolio-types/{first.pk}/portfolios/")

    made = browser.post(f"{base}new/", {"name": "VIP", "colour": "violet"})
    twice = browser.post(f"{base}new/", {"name": "VIP", "colour": "red"})
    with use_firm(firm):
        vip = Portfolio.objects.get(name="VIP")
        create_client({"last_name": "Rossi", "main_portfolio": vip}, by=ada, at=AT)
    own = page(ada, f"settings/portfolios/{vip.pk}/")
    browser.post(f"{own}delete/")
    browser.post(own, {"name": "Vip", "colour": "teal", "version": vip.version})
    browser.post(f"{own}make-default/")

    assert (made.status_code, twice.status_code) == (302, 422)
    listed = browser.get(base).context["portfolios"]
    assert [(str(row), row.colour, row.is_default, clients) for row, clients in listed] == [
        ("Generico", "gray", False, 0),
        ("Vip", "teal", True, 1),
    ]
    browser.post(f"{own}deactivate/")
    with use_firm(firm):
        assert Portfolio.objects.get(pk=vip.pk).active is True


def test_subjects_are_entered_narrowed_and_disabled(firm: Firm, ada: Membership, browse: Browse) -> None:
    browser, base = browse(ada), page(ada, "settings/subjects/")
    agent = {"kind": "agent", "code": "A1", "name": "Agente Uno", "member": ""}

    made = browser.post(f"{base}new/", agent)
    twice = browser.post(f"{base}new/", agent)
    browser.post(f"{base}new/", {**agent, "kind": "agency", "name": "Agenzia Uno"})
    with use_firm(firm):
        subject = Subject.objects.get(kind="agent")
        rossi = create_client({"last_name": "Rossi"}, by=ada, at=AT)
        for position in (1, 2):
            typology = Typology.objects.get(position=position)
            services.set_link(rossi, typology, {"agent": subject}, by=ada, at=AT)
    browser.post(f"{base}{subject.pk}/", {"code": "A1", "name": "Agente Primo", "member": ada.pk, "version": "1"})
    browser.post(f"{base}{subject.pk}/deactivate/")
    narrowed = browser.get(base, {"kind": "agent", "search": "primo"}, headers={"HX-Request": "true"})

    assert (made.status_code, twice.status_code) == (302, 422)
    assert [(row.name, row.active, clients) for row, clients in narrowed.context["subjects"]] == [
        ("Agente Primo", False, 1)
    ]
    assert b"<html" not in narrowed.content
    assert len(browser.get(base).context["subjects"]) == 2
    assert b"data-list-row" not in browser.get(base, {"search": "nessuno"}).content


def test_the_lists_take_as_many_statements_for_many_rows_as_for_few(
    firm: Firm, ada: Membership, browse: Browse
) -> None:
    browser = browse(ada)
    pages = ["settings/subjects/", f"settings/portfolio-types/{numbered(firm, 1).pk}/portfolios/"]

    def statements() -> list[int]:
        counted = []
        for path in pages:
            with CaptureQueriesContext(connection) as found:
                browser.get(page(ada, path))
            counted.append(len(found))
        return counted

    with use_firm(firm):
        services.create_subject("agent", by=ada, code="A", name="Agente")
    before = statements()
    with use_firm(firm):
        for number in range(5):
            services.create_subject("agent", by=ada, code=f"A{number}", name="Agente", member=ada)
            services.create_portfolio(Typology.objects.get(position=1), by=ada, name=f"P{number}")
    assert statements() == before


def test_the_settings_are_for_who_configures(alice: Membership, browse: Browse) -> None:
    for path in ("settings/portfolio-types/", "settings/subjects/"):
        assert browse(alice).get(page(alice, path)).status_code == 403
