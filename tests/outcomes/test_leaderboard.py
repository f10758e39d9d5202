"""The ranking of points: periods, ties, people who left, reversals; and against a real file, counted independently."""

import csv
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client as Browser

from outcomes.enums import PointsKind
from outcomes.models import Outcome, PointsEntry
from outcomes.queries.leaderboard import Period, Place, entries_of, ranking, total_of, week_of
from outcomes.services import Recording, enter_fulfilments
from outcomes.services.tallies import enter_points
from scheduling.models import AppointmentType
from scheduling.services import NewAppointment, enter_appointments
from tenants.binding import use_firm
from tenants.enums import Role
from tenants.models import Firm, Membership, User
from tests.cast import page
from tests.scheduling.making import make_client
from tests.shared_data import shared_data

pytestmark = pytest.mark.django_db
ROME = ZoneInfo("Europe/Rome")
MARCH = Period(first=date(2026, 3, 1), last=date(2026, 3, 31))


def score(member: Membership, points: int, at: datetime, **values: Any) -> PointsEntry:
    [entry] = enter_points([PointsEntry(member=member, points=points, at=at, **values)])
    return entry


def shown(places: list[Place]) -> list[tuple[int, str, int, int]]:
    return [(place.rank, place.member.name, place.points, place.items) for place in places]


def noon(day: int, month: int = 3) -> datetime:
    return datetime(2026, month, day, 12, tzinfo=ROME)


@pytest.mark.usefixtures("bound")
def test_the_most_come_first_ties_share_a_rank_and_those_without_points_are_there(
    firm: Firm, ada: Membership, alice: Membership, bob: Membership, rita: Membership
) -> None:
    score(alice, 10, noon(5))
    score(alice, 5, noon(6))
    score(bob, 15, noon(7))
    assert shown(ranking(MARCH, firm=firm)) == [
        (1, "Alice Conti", 15, 2),
        (1, "Bob Riva", 15, 1),
        (3, "Ada Ferri", 0, 0),
    ]


@pytest.mark.usefixtures("bound")
def test_the_period_is_of_local_dates_both_included(firm: Firm, alice: Membership) -> None:
    score(alice, 1, datetime(2026, 2, 28, 23, 59, 59, tzinfo=ROME))
    score(alice, 2, datetime(2026, 3, 1, 0, 0, tzinfo=ROME))
    score(alice, 4, datetime(2026, 3, 31, 23, 59, 59, tzinfo=ROME))
    score(alice, 8, datetime(2026, 4, 1, 0, 0, tzinfo=ROME))
    assert ranking(MARCH, firm=firm)[0].points == 6
    assert total_of(alice, MARCH, firm=firm) == 6
    assert [entry.points for entry in entries_of(alice, MARCH, firm=firm)] == [4, 2]


@pytest.mark.usefixtures("bound")
def test_an_undone_item_counts_neither_as_points_nor_as_an_item(firm: Firm, alice: Membership) -> None:
    score(alice, 10, noon(5))
    score(alice, 10, noon(6))
    score(alice, -10, noon(7), kind=PointsKind.REVERSAL)
    score(alice, 3, noon(8), kind=PointsKind.CORRECTION)
    [place] = ranking(MARCH, firm=firm)
    assert (place.points, place.items) == (13, 1)


@pytest.mark.usefixtures("bound")
def test_by_type_by_team_and_for_some(firm: Firm, alice: Membership, bob: Membership) -> None:
    first, second = AppointmentType.objects.order_by("pk")[:2]
    score(alice, 10, noon(5), type=first)
    score(bob, 7, noon(5), type=second)
    assert [place.points for place in ranking(MARCH, firm=firm, type_id=second.pk)] == [7, 0]
    assert [place.member for place in ranking(MARCH, firm=firm, role=Role.OPERATOR)] == [bob]
    assert [place.member for place in ranking(MARCH, firm=firm, only=[alice.pk])] == [alice]


@pytest.mark.usefixtures("bound")
def test_who_left_keeps_his_points_and_who_never_had_any_is_gone(
    firm: Firm, alice: Membership, bob: Membership
) -> None:
    score(alice, 10, noon(5))
    Membership.objects.update(is_active=False)
    assert [place.member for place in ranking(MARCH, firm=firm)] == [alice]


@pytest.mark.usefixtures("bound")
def test_a_ranking_costs_two_statements_however_many_lines(
    firm: Firm, alice: Membership, bob: Membership, django_assert_num_queries: Any
) -> None:
    for number in range(40):
        score(alice if number % 2 else bob, number, noon(1 + number % 28))
    with django_assert_num_queries(2):
        ranking(MARCH, firm=firm)


def test_a_week_goes_from_monday_to_sunday() -> None:
    assert week_of(date(2026, 3, 15)) == Period(first=date(2026, 3, 9), last=date(2026, 3, 15))
    assert week_of(date(2026, 3, 16)).first == date(2026, 3, 16)


# Pages and REST


def test_the_page_ranks_and_leads_to_single_items(
    firm: Firm, ada: Membership, alice: Membership, bob: Membership, browse: Callable[[Membership], Browser]
) -> None:
    with use_firm(firm):
        score(alice, 10, noon(5))
    asked = "?from=2026-03-01&to=2026-03-31"
    answer = browse(ada).get(page(ada, f"points/{asked}"))
    assert [place.points for place in answer.context["places"]] == [10, 0, 0]
    assert answer.context["chart"]["labels"] == ["Alice Conti"]
    items = browse(ada).get(page(ada, f"points/operators/{alice.pk}/{asked}"))
    assert (items.context["total"], len(items.context["page"].items)) == (10, 1)
    # Bob does not see other people's items, but his own.
    assert browse(bob).get(page(bob, f"points/operators/{alice.pk}/{asked}")).status_code == 404
    assert browse(bob).get(page(bob, f"points/operators/{bob.pk}/{asked}")).status_code == 200
    strange = browse(ada).get(page(ada, "points/?from=2026-03-31&to=2026-03-01&type=99999"))
    assert strange.status_code in (200, 422)


def test_the_api_says_the_same_and_refuses_what_is_no_period(
    firm: Firm, ada: Membership, alice: Membership, api: Callable[..., Any]
) -> None:
    with use_firm(firm):
        score(alice, 10, noon(5))
    caller = api(ada)
    body = caller.get("/api/v1/leaderboard/?from=2026-03-01&to=2026-03-31").json()
    assert body["places"][0] == {"rank": 1, "member": alice.pk, "name": alice.name, "points": 10, "items": 1}
    for wrong, field in (
        ("", "from"),
        ("?from=2026-03-01", "to"),
        ("?from=2026-02-30&to=2026-03-01", "from"),
        ("?from=2026-03-02&to=2026-03-01", "to"),
        ("?from=2026-03-01&to=2026-03-02&type=x", "type"),
        ("?from=2026-03-01&to=2026-03-02&role=king", "role"),
    ):
        answer = caller.get(f"/api/v1/leaderboard/{wrong}")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
    assert [line["points"] for line in caller.get("/api/v1/points/").json()["results"]] == [10]
    assert api(alice).get("/api/v1/points/").json()["results"][0]["member"] == alice.pk


# A real file

WON, LOST = "Sottoscrive", "Non sottoscrive"


def day_of(text: str) -> date:
    return datetime.strptime(text, "%d-%m-%y").replace(tzinfo=ROME).date()


def closed_opportunities(path: Path) -> list[tuple[str, date, bool]]:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        (row["sales_agent"], day_of(row["close_date"]), row["deal_stage"] == "Won") for row in rows if row["close_date"]
    ]


def points_by_hand(closed: list[tuple[str, date, bool]], first: date, last: date) -> dict[str, tuple[int, int]]:
    """Ten points for a won one, none for a lost one: counted from the file, with nothing of the product."""
    found: dict[str, tuple[int, int]] = {}
    for agent, day, won in closed:
        if first <= day <= last:
            points, items = found.get(agent, (0, 0))
            found[agent] = (points + (10 if won else 0), items + 1)
    return found


@pytest.mark.usefixtures("bound")
def test_the_ranking_of_thirty_agents_equals_a_count_over_the_file(firm: Firm, ada: Membership) -> None:
    closed = closed_opportunities(shared_data("crm_opportunities", "sales_pipeline.csv"))
    assert len(closed) == 6711
    agents = {}
    for number, name in enumerate(sorted({agent for agent, _day, _won in closed})):
        user = User.objects.create(email=f"agent{number}@aurora.example")
        agents[name] = Membership.objects.create(user=user, name=name, role=Role.ADVISOR)
    clients = [make_client(f"Account {number}") for number in range(85)]
    kind = AppointmentType.objects.get(name="Incontro")
    outcomes = {True: Outcome.objects.get(name=WON), False: Outcome.objects.get(name=LOST)}
    now = datetime(2018, 1, 15, tzinfo=ROME)
    meetings = [datetime(day.year, day.month, day.day, 10, tzinfo=ROME) for _agent, day, _won in closed]
    planned = enter_appointments(
        [
            NewAppointment(
                client_id=clients[number % 85].pk,
                type=kind,
                starts_at=at,
                ends_at=at + timedelta(hours=1),
                assignee=agents[agent],
            )
            for number, ((agent, _day, _won), at) in enumerate(zip(closed, meetings, strict=True))
        ],
        by=ada,
        at=now,
    )
    enter_fulfilments(
        [
            Recording(appointment=appointment, outcome=outcomes[won], by=agents[agent], at=at)
            for appointment, (agent, _day, won), at in zip(planned, closed, meetings, strict=True)
        ],
        at=now,
    )
    spans = [(min(meetings).date(), max(meetings).date()), (date(2017, 4, 1), date(2017, 6, 30))]
    for first, last in [*spans, (date(2017, 7, 3), date(2017, 7, 9))]:
        expected = points_by_hand(closed, first, last)
        places = ranking(Period(first=first, last=last), firm=firm, only=[agent.pk for agent in agents.values()])
        got = {place.member.name: (place.points, place.items) for place in places if place.items}
        assert got == expected
        assert [place.points for place in places] == sorted((place.points for place in places), reverse=True)
        assert len(places) == len(agents) == 30
    # The independent count notices a point more or less.
    assert points_by_hand([*closed, (closed[0][0], closed[0][1], True)], *spans[0]) != points_by_hand(closed, *spans[0])
