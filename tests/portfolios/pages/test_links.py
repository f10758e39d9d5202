"""A client's portfolios and subjects in every typology: the page, and the import."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.utils import timezone

from clients.imports.targets import targets
from clients.models import Client
from clients.services import create_client
from portfolios import services
from portfolios.models import Link, Portfolio, Typology
from tenants.binding import local_today, use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.clients.imports.cast import import_text, refusals
from tests.clients.test_pages import RECORD

Browse = Callable[[Membership], Browser]
COLUMNS = {"Id": "external_id", "Cognome": "last_name", "Polizze": "portfolio.2.name", "Agente": "portfolio.2.agent"}


@pytest.fixture
def rossi(firm: Firm, alice: Membership, ada: Membership) -> Client:
    with use_firm(firm):
        second = Typology.objects.get(position=2)
        for name in ("Vita", "Danni"):
            services.create_portfolio(second, by=ada, name=name)
        for code in ("A", "B"):
            services.create_subject("agent", by=ada, code=code, name=f"Agente {code}")
        values = {"last_name": "Rossi", "advisor": alice, "external_id": "1"}
        return create_client(values, by=alice, at=timezone.now() - timedelta(days=30))


def held(firm: Firm) -> list[tuple[str | None, ...]]:
    """Of the second typology, in order; the last holds today."""
    with use_firm(firm):
        links = Link.objects.filter(typology__position=2).order_by("since", "pk")
        today = local_today(firm)
        return [
            (portfolio, agent, "" if until is None else "yesterday" if until == today - timedelta(days=1) else "?")
            for portfolio, agent, until in links.values_list("portfolio__name", "agent__code", "until")
        ]


def test_the_places_of_a_client_are_changed_on_one_page(
    firm: Firm, alice: Membership, rossi: Client, browse: Browse
) -> None:
    browser, address = browse(alice), page(alice, f"clients/{rossi.pk}/portfolios/")
    with use_firm(firm):
        generic, life = Portfolio.objects.get(is_default=True), Portfolio.objects.get(name="Vita")

    without = browser.post(address, {"portfolio_1": "", "portfolio_2": life.pk})
    foreign = browser.post(address, {"portfolio_1": life.pk, "portfolio_2": ""})
    assert (without.status_code, foreign.status_code, held(firm)) == (422, 422, [])
    assert list(without.context["form"].errors) == list(foreign.context["form"].errors) == ["portfolio_1"]

    saved = browser.post(address, {"portfolio_1": generic.pk, "portfolio_2": life.pk})
    assert (saved.status_code, held(firm)) == (302, [("Vita", None, "")])
    shown = browser.get(address).context["form"]
    assert (shown["portfolio_1"].value(), shown["portfolio_2"].value()) == (generic.pk, life.pk)


def test_a_client_of_somebody_else_is_not_found(firm: Firm, rossi: Client, bob: Membership, browse: Browse) -> None:
    with use_firm(firm):
        Client.objects.filter(pk=rossi.pk).update(advisor=None)
    assert browse(bob).get(page(bob, f"clients/{rossi.pk + 999}/portfolios/")).status_code == 404


def test_links_are_imported_by_name_and_what_held_before_stays(firm: Firm, rossi: Client) -> None:
    with use_firm(firm):
        import_text("Id;Cognome;Polizze;Agente\n1;Rossi;Vita;A\n2;Verdi;;Agente B\n", COLUMNS)
    assert sorted(held(firm), key=str) == sorted([("Vita", "A", ""), (None, "B", "")], key=str)
    with use_firm(firm):
        Link.objects.update(since=local_today(firm) - timedelta(days=5))
        import_text("Id;Cognome;Polizze;Agente\n1;Rossi;Danni;\n2;Verdi;;B\n", COLUMNS)

    assert held(firm) == [("Vita", "A", "yesterday"), (None, "B", ""), ("Danni", "A", "")]
    with use_firm(firm):
        import_text("Id;Cognome;Polizze;Agente\n1;Rossi;Vita;B\n", COLUMNS)
    assert held(firm)[-1] == ("Vita", "B", "")


def test_a_portfolio_of_another_typology_is_refused_by_the_import(firm: Firm, rossi: Client) -> None:
    with use_firm(firm):
        result = import_text("Id;Cognome;Polizze;Agente\n1;Rossi;Generico;\n2;Verdi;;Nessuno\n", COLUMNS)
        assert [one["value"] for one in refusals(result)] == ["Generico", "Nessuno"]
    assert held(firm) == []


def test_a_typology_that_is_not_active_takes_no_column(firm: Firm, rossi: Client, ada: Membership) -> None:
    with use_firm(firm):
        assert "portfolio.3.name" not in targets()
        services.activate_typology(Typology.objects.get(position=3), by=ada, at=timezone.now())
        assert {"portfolio.3.name", "portfolio.3.agency", "portfolio.1.agent"} <= set(targets())
        assert "portfolio.1.name" not in targets()


def test_an_import_that_moves_a_client_keeps_the_former_main_portfolio(
    firm: Firm, rossi: Client, ada: Membership
) -> None:
    columns = {"Id": "external_id", "Cognome": "last_name", "Portafoglio": "main_portfolio"}
    with use_firm(firm):
        services.create_portfolio(Typology.objects.get(position=1), by=ada, name="Oro")
        import_text("Id;Cognome;Portafoglio\n1;Rossi;Oro\n2;Verdi;\n", columns)
        today = local_today(firm)
        links = Link.objects.filter(client=rossi).order_by("since").values_list("portfolio__name", "until")
        assert list(links) == [("Generico", today - timedelta(days=1)), ("Oro", None)]
        assert Client.objects.get(pk=rossi.pk).main_portfolio.name == "Oro"
        verdi = Client.objects.get(last_name="Verdi")
        assert (verdi.main_portfolio.is_default, Link.objects.filter(client=verdi).exists()) == (True, False)


def test_a_client_without_main_portfolio_by_every_door(
    firm: Firm, rossi: Client, ada: Membership, browse: Browse
) -> None:
    """The form and the file give the default one; one of another typology is refused, and the column is never null."""
    columns = {"Cognome": "last_name", "Portafoglio": "main_portfolio"}
    browse(ada).post(page(ada, "clients/new/"), RECORD | {"last_name": "Bianchi", "main_portfolio": ""})
    with use_firm(firm):
        refused = import_text("Cognome;Portafoglio\nNeri;\nGialli;Vita\n", columns)
        assert [one["value"] for one in refusals(refused)] == ["Vita"]
        found = Client.objects.filter(last_name__in=["Bianchi", "Neri", "Gialli"]).order_by("last_name")
        assert [(client.last_name, client.main_portfolio.name) for client in found] == [
            ("Bianchi", "Generico"),
            ("Neri", "Generico"),
        ]
        with pytest.raises(IntegrityError, match="main_portfolio"), transaction.atomic():
            Client.objects.filter(pk=rossi.pk).update(main_portfolio=None)
