"""In a browser: a third typology, thresholds on the histogram, "dropped" in a group, a handover and its undo."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from clients.models import Client
from clients.services import create_client
from groups.filtering import clients_matching, parse_group_filter
from portfolios import scoring, services
from portfolios.models import LevelChange, Link, Portfolio, Score, Typology
from portfolios.services import SaleDetails
from tenants.binding import local_today, use_firm
from tenants.models import Firm, Membership
from tests.accessibility import violations
from tests.cast import page as address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AGO = (0, 10, 40, 100, 200, 300)


@pytest.fixture
def people(firm: Firm, ada: Membership) -> list[Client]:
    with use_firm(firm):
        at = timezone.now() - timedelta(days=200)
        return [create_client({"last_name": f"Rossi {n}", "advisor": ada}, by=ada, at=at) for n in range(6)]


def sell(firm: Firm, people: list[Client], ada: Membership) -> None:
    """Each client bought once, longer and longer ago, in the third typology."""
    with use_firm(firm):
        third, today = Typology.objects.get(position=3), local_today(firm)
        entries = [
            SaleDetails(client=client, typology=third, date=today - timedelta(days=days), amount=Decimal(1000))
            for client, days in zip(people, AGO, strict=True)
        ]
        services.enter_sales(entries, by=ada, at=timezone.now())


def test_thresholds_are_set_on_the_histogram_and_levels_follow(
    screen: Page, live_server: LiveServer, firm: Firm, ada: Membership, people: list[Client]
) -> None:
    screen.goto(live_server.url + address(ada, "settings/portfolio-types/"))
    screen.get_by_role("button", name="Attiva Tipologia 3", exact=True).click()
    expect(screen.locator("[data-toast]")).to_be_visible()
    sell(firm, people, ada)
    screen.locator("[data-list-row]").nth(2).get_by_role("button").click()
    assert violations(screen) == []
    with use_firm(firm):
        third = Typology.objects.get(position=3)
    screen.goto(live_server.url + address(ada, f"settings/portfolio-types/{third.pk}/levels/"))
    recency = screen.locator("cz-levels[data-measure=recency]")
    expect(recency.locator("[data-count]")).to_have_text(["2", "1", "1", "2", "0"])
    expect(recency.locator("[data-empty]")).to_have_text(re.compile("1"))
    assert violations(screen) == []

    # The keyboard moves the handle of the best level to the next bar's end, the mouse drags it further.
    handle = recency.get_by_role("slider").first
    handle.focus()
    screen.keyboard.press("ArrowRight")
    expect(screen.locator("#id_recency_1")).to_have_value("45")
    expect(recency.locator("[data-count='5']")).to_have_text("3")
    box, plot = handle.locator(".grip").bounding_box(), recency.locator(".levels-bars").bounding_box()
    assert box is not None
    assert plot is not None
    screen.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    screen.mouse.down()
    screen.mouse.move(plot["x"], box["y"] + 5, steps=4)
    screen.mouse.up()
    expect(recency.locator("[data-count='5']")).not_to_have_text("3")
    screen.locator("#id_recency_1").fill("12")
    expect(recency.locator("[data-count]")).to_have_text(["2", "1", "1", "2", "0"])
    screen.get_by_role("button", name="Salva").click()
    expect(screen.locator("[data-toast]")).to_be_visible()
    with use_firm(firm):
        third.refresh_from_db()
        assert third.recency_thresholds[0] == 12
        assert Score.objects.get(client=people[1], position=3).recency_level == 5
        # Ninety days on, whoever was there has dropped, and a group may ask for them.
        later = local_today(firm) + timedelta(days=91)
        scoring.score(third, today=later)
        assert LevelChange.objects.filter(position=3, on=later).exists()
        dropped = parse_group_filter(
            {"field": "portfolio.3.recency_level_change_90d", "op": "lte", "value": -2}, drives=True
        )
        assert people[0] in clients_matching(dropped, today=later)


def test_a_proposal_and_another_scale(
    screen: Page, live_server: LiveServer, firm: Firm, ada: Membership, people: list[Client]
) -> None:
    with use_firm(firm):
        third = Typology.objects.get(position=3)
        services.activate_typology(third, by=ada, at=timezone.now())
    sell(firm, people, ada)
    screen.goto(live_server.url + address(ada, f"settings/portfolio-types/{third.pk}/levels/?scale=3"))
    expect(screen.locator("#id_recency_1")).to_have_value("")
    screen.locator("#suggest-recency").click()
    expect(screen.locator("#id_recency_1")).to_have_value("30")
    expect(screen.locator("cz-levels[data-measure=recency] [data-count]")).to_have_text(["2", "2", "2"])
    assert violations(screen) == []
    screen.get_by_role("button", name="Salva").click()
    expect(screen.locator("#id_potentiality_1_error")).to_be_visible()


def test_a_portfolio_is_handed_over_and_taken_back(
    screen: Page, live_server: LiveServer, firm: Firm, ada: Membership, people: list[Client]
) -> None:
    with use_firm(firm):
        gold = services.create_portfolio(Typology.objects.get(position=1), by=ada, name="Oro")
        generic = Portfolio.objects.get(is_default=True)
    screen.goto(live_server.url + address(ada, f"settings/handover/?what=portfolio&former={generic.pk}"))
    expect(screen.locator("#id_former")).to_have_value(str(generic.pk))
    screen.locator("#id_to").select_option(str(gold.pk))
    assert violations(screen) == []
    screen.locator("#handover button[type=submit]").click()
    expect(screen.locator("[data-sample]")).to_contain_text("Rossi 0")
    assert violations(screen) == []
    screen.locator(".panel-foot .btn-primary").click()
    undo = screen.locator("[data-toast]").get_by_role("button", name="Annulla")
    expect(undo).to_be_visible()
    with use_firm(firm):
        assert Client.objects.filter(main_portfolio=gold).count() == 6
        assert Link.objects.filter(portfolio=gold, until=None).count() == 6
    undo.click()
    expect(screen.locator("[data-toast]").filter(has_text="come prima")).to_be_visible()
    with use_firm(firm):
        assert Client.objects.filter(main_portfolio=generic).count() == 6
