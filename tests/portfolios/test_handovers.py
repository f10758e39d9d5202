"""Handing over whole portfolios and subjects: who moves, what stays as history, and the way back (O-62)."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from clients.bulk import services as bulk
from clients.bulk.actions import actions
from clients.models import BulkJob, ChangedClient, Client
from portfolios import services
from portfolios.models import Link, Portfolio, Subject, Typology
from portfolios.services.handovers import Move, move_back, move_links
from tenants.binding import local_today, use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.portfolios.test_services import AT, TODAY

Browse = Callable[[Membership], Browser]
LONG_AGO = AT - timedelta(days=300)
Period = tuple[str | None, str | None, date, date | None]


@pytest.fixture
def gold(firm: Firm, ada: Membership) -> Portfolio:
    with use_firm(firm):
        return services.create_portfolio(Typology.objects.get(position=1), by=ada, name="Oro")


@pytest.fixture
def agents(firm: Firm, ada: Membership) -> list[Subject]:
    with use_firm(firm):
        return [services.create_subject("agent", by=ada, code=code, name=f"Agente {code}") for code in ("A", "B")]


def people(count: int) -> list[Client]:
    """Clients since 300 days."""
    made = Client.objects.bulk_create([Client(name=f"C{n}", last_name=f"C{n}") for n in range(count)])
    Client.objects.filter(pk__in=[client.pk for client in made]).update(created_at=LONG_AGO)
    return made


def periods(client: Client, position: int = 1) -> list[Period]:
    links = Link.objects.filter(client=client, typology__position=position).order_by("since", "pk")
    return [
        (
            link.portfolio.name if link.portfolio else None,
            link.agent.code if link.agent else None,
            link.since,
            link.until,
        )
        for link in links.select_related("portfolio", "agent")
    ]


def test_a_portfolio_is_handed_over_with_its_history_and_back(bound: Firm, ada: Membership, gold: Portfolio) -> None:
    [rossi, verdi] = people(2)
    generic, first = Portfolio.objects.get(is_default=True), gold.typology
    ChangedClient.objects.all().delete()
    on = TODAY - timedelta(days=10)
    move = Move("portfolio", gold.pk, [first], on, former=generic.pk)

    before = move_links(Client.objects.all(), move, by=ada, at=AT)

    assert periods(rossi) == [
        ("Generico", None, LONG_AGO.date(), on - timedelta(days=1)),
        ("Oro", None, on, None),
    ]
    assert set(Client.objects.values_list("main_portfolio", flat=True)) == {gold.pk}
    assert ChangedClient.objects.count() == 2
    services.set_link(verdi, first, {"portfolio": generic}, by=ada, at=AT)

    assert move_back(before, "portfolio", gold.pk, at=AT) == [rossi.pk]
    assert periods(rossi) == []
    assert set(Client.objects.values_list("main_portfolio", flat=True)) == {generic.pk}
    assert [period[0] for period in periods(verdi)] == ["Generico", "Oro", "Generico"]


def test_a_subject_is_handed_over_in_every_typology_and_other_slots_stay(
    bound: Firm, ada: Membership, agents: list[Subject], gold: Portfolio
) -> None:
    [rossi, verdi] = people(2)
    one, other = agents
    both = list(Typology.objects.filter(position__lte=2))
    for typology in both:
        services.set_link(rossi, typology, {"agent": one}, by=ada, at=LONG_AGO)
    services.set_link(verdi, both[1], {"agent": other}, by=ada, at=LONG_AGO)

    before = move_links(Client.objects.all(), Move("agent", other.pk, both, TODAY, former=one.pk), by=ada, at=AT)

    assert list(before) == [rossi.pk]
    yesterday = TODAY - timedelta(days=1)
    assert periods(rossi, 2) == [(None, "A", LONG_AGO.date(), yesterday), (None, "B", TODAY, None)]
    assert periods(rossi)[-1] == ("Generico", "B", TODAY, None)
    # What was set since stays when the agent goes back.
    services.set_link(rossi, both[0], {"portfolio": gold}, by=ada, at=AT)

    assert move_back(before, "agent", other.pk, at=AT) == [rossi.pk]
    assert periods(rossi, 2) == [(None, "A", LONG_AGO.date(), None)]
    assert periods(rossi)[-1] == ("Oro", "A", TODAY, None)


def test_whoever_began_after_the_day_is_left_alone(bound: Firm, ada: Membership, agents: list[Subject]) -> None:
    [rossi] = people(1)
    second = Typology.objects.get(position=2)
    services.set_link(rossi, second, {"agent": agents[0]}, by=ada, at=AT)
    early = Move("agent", agents[1].pk, [second], TODAY - timedelta(days=1), former=agents[0].pk)

    assert move_links(Client.objects.all(), early, by=ada, at=AT) == {}
    assert move_links(Client.objects.all(), Move("agent", agents[1].pk, [second], TODAY), by=ada, at=AT)
    assert periods(rossi, 2) == [(None, "B", TODAY, None)]


def test_many_clients_take_as_many_statements_as_few(bound: Firm, ada: Membership, gold: Portfolio) -> None:
    def statements(count: int) -> int:
        ids = [client.pk for client in people(count)]
        move = Move("portfolio", gold.pk, [gold.typology], TODAY)
        with CaptureQueriesContext(connection) as found:
            before = move_links(Client.objects.filter(pk__in=ids), move, by=ada, at=AT)
            move_back(before, "portfolio", gold.pk, at=AT)
        assert len(before) == count
        return len(found)

    statements(1)
    assert statements(2) == statements(60)


def test_the_page_previews_confirms_and_takes_back(
    firm: Firm, ada: Membership, gold: Portfolio, browse: Browse
) -> None:
    browser = browse(ada)
    with use_firm(firm):
        people(3)
        generic, today = Portfolio.objects.get(is_default=True), local_today(firm)
    said = {"former": generic.pk, "to": gold.pk, "on": today.isoformat(), "group": ""}

    asked = browser.post(page(ada, "settings/handover/"), said)
    preview = browser.get(asked["Location"])
    with use_firm(firm):
        job = BulkJob.objects.get()
    confirmed = browser.post(page(ada, f"clients/bulk/{job.pk}/confirm/"), dict(preview.context["answers"]))

    assert preview.context["preview"].concerned == 3
    assert [client.name for client in preview.context["preview"].sample] == ["C0", "C1", "C2"]
    assert confirmed.status_code == 302
    with use_firm(firm):
        assert set(Client.objects.values_list("main_portfolio", flat=True)) == {gold.pk}
    browser.post(page(ada, f"clients/bulk/{job.pk}/undo/"))
    with use_firm(firm):
        assert set(Client.objects.values_list("main_portfolio", flat=True)) == {generic.pk}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"to": "former"}, "to"),
        ({"to": "foreign"}, "to"),
        ({"on": "2999-01-01"}, "on"),
        ({"former": "empty"}, "__all__"),
    ],
)
def test_what_makes_no_sense_is_refused(
    changed: dict[str, str], field: str, firm: Firm, ada: Membership, gold: Portfolio, browse: Browse
) -> None:
    with use_firm(firm):
        people(1)
        generic = Portfolio.objects.get(is_default=True)
        foreign = services.create_portfolio(Typology.objects.get(position=2), by=ada, name="Polizze")
        empty = services.create_portfolio(gold.typology, by=ada, name="Vuoto")
        names = {"former": generic.pk, "foreign": foreign.pk, "empty": empty.pk}
        said = {"former": generic.pk, "to": gold.pk, "on": local_today(firm).isoformat(), "group": ""}
    said |= {name: names.get(value, value) for name, value in changed.items()}

    answer = browse(ada).post(page(ada, "settings/handover/"), said)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_portfolios_and_subjects_of_a_selection_are_set_and_emptied(
    bound: Firm, ada: Membership, gold: Portfolio, agents: list[Subject]
) -> None:
    [rossi] = people(1)
    second = Typology.objects.get(position=2)

    def run(code: str, **values: object) -> BulkJob:
        job = bulk.freeze(actions()[code], Client.objects.all(), by=ada, at=AT)
        form = actions()[code].parse(values, ada)
        assert form.is_valid(), form.errors
        return bulk.confirm(job, form.cleaned_data, at=AT)

    run("set_portfolio", portfolio=gold.pk)
    subject = run("set_subject", typology=second.pk, subject=agents[0].pk)
    rossi.refresh_from_db()
    assert (rossi.main_portfolio_id, periods(rossi, 2)[-1][1]) == (gold.pk, "A")
    emptied = run("empty_slot", typology=second.pk, slot="agent")
    assert Link.objects.filter(agent=agents[0], until=None).count() == 0
    bulk.undo(emptied, by=ada, at=AT)
    assert Link.objects.filter(agent=agents[0], until=None).count() == 1
    bulk.undo(subject, by=ada, at=AT)
    assert Link.objects.filter(agent=agents[0], until=None).count() == 0
    first = Typology.objects.get(position=1)
    assert actions()["empty_slot"].parse({"typology": first.pk, "slot": "portfolio"}, ada).is_valid() is False


def test_a_handover_by_rest_is_previewed_done_and_undone(
    firm: Firm, ada: Membership, gold: Portfolio, api: Callable[..., APIClient]
) -> None:
    with use_firm(firm):
        ids = [client.pk for client in people(2)]
        generic, today = Portfolio.objects.get(is_default=True).pk, local_today(firm).isoformat()
    body = {
        "action": "hand_over_portfolio",
        "values": {"former": generic, "to": gold.pk, "on": today},
        "filter": {"field": "main_portfolio", "op": "in", "value": [generic]},
    }
    rest = api(ada)
    told = rest.post("/api/v1/clients/bulk-actions/", {**body, "dry_run": True}, format="json")
    assert (told.status_code, told.json()["concerned"]) == (200, 2), told.json()
    done = rest.post("/api/v1/clients/bulk-actions/", body, format="json").json()
    assert done["changed"] == 2
    with use_firm(firm):
        assert Client.objects.filter(pk__in=ids, main_portfolio=gold).count() == 2
    assert rest.post(f"/api/v1/clients/bulk-actions/{done['id']}/undo/").json()["restored"] == 2
