"""What a new appointment is proposed to be: a working day, a free hour, the right person (8.10, REL-42)."""

from datetime import date

import pytest

from clients.models import Client
from scheduling import proposals, services
from scheduling.proposals import Wish, propose
from scheduling.working_days import holidays_between, proposed_day
from tenants.models import Firm, Membership
from tests.scheduling.making import HOUR, NOW, book, make_client, rome

pytestmark = pytest.mark.usefixtures("bound")


@pytest.fixture
def client_(bound: Firm, alice: Membership) -> Client:
    return make_client(advisor=alice)


@pytest.mark.parametrize(
    ("due", "today", "proposed"),
    [
        (date(2026, 5, 6), date(2026, 3, 10), date(2026, 5, 6)),  # a Wednesday
        (date(2026, 5, 9), date(2026, 3, 10), date(2026, 5, 8)),  # Saturday → Friday
        (date(2026, 6, 2), date(2026, 3, 10), date(2026, 6, 1)),  # Republic Day → Monday
        (date(2026, 4, 6), date(2026, 3, 10), date(2026, 4, 3)),  # Easter Monday → the Friday before
        (date(2026, 1, 2), date(2026, 3, 10), date(2026, 3, 10)),  # past → today
        (date(2026, 1, 2), date(2026, 3, 14), date(2026, 3, 16)),  # past, today is a Saturday → Monday
        (date(2027, 10, 4), date(2026, 3, 10), date(2027, 10, 1)),  # Saint Francis, a holiday again since 2026
    ],
)
def test_the_nearest_earlier_working_day_not_before_today(bound: Firm, due: date, today: date, proposed: date) -> None:
    assert proposed_day(bound, due, today=today) == proposed


def test_the_patron_saint_of_the_firms_province_is_a_holiday(bound: Firm) -> None:
    bound.holiday_province = "MI"

    assert proposed_day(bound, date(2026, 12, 7), today=date(2026, 3, 10)) == date(2026, 12, 4)
    assert list(holidays_between(bound, date(2026, 12, 7), date(2026, 12, 9))) == [date(2026, 12, 7), date(2026, 12, 8)]


def test_an_unknown_province_changes_nothing(bound: Firm) -> None:
    bound.holiday_province = "XX"

    assert proposed_day(bound, date(2026, 12, 7), today=date(2026, 3, 10)) == date(2026, 12, 7)


def test_the_first_free_half_hour_of_who_meets_the_client(
    bound: Firm, client_: Client, alice: Membership, ada: Membership
) -> None:
    for hour, minute in ((9, 0), (10, 30)):
        book(make_client("Altro", advisor=alice), rome(2026, 5, 6, hour, minute), by=alice, assignee=alice)
    cancelled = book(make_client("Altro", advisor=alice), rome(2026, 5, 6, 11, 30), by=alice, assignee=alice)
    services.cancel_appointment(cancelled, by=alice, at=NOW)

    proposal = propose(bound, client_, Wish(due_on=date(2026, 5, 6)), by=ada, at=NOW)

    assert (proposal.assignee, proposal.starts_at, proposal.ends_at) == (
        alice,
        rome(2026, 5, 6, 11, 30),
        rome(2026, 5, 6, 12, 30),
    )
    assert (proposal.due_on, proposal.holiday) == (None, "")


def test_today_the_hours_past_are_not_proposed(bound: Firm, client_: Client, alice: Membership) -> None:
    proposal = propose(bound, client_, Wish(due_on=date(2026, 1, 1)), by=alice, at=NOW.replace(hour=14, minute=10))

    assert proposal.starts_at == rome(2026, 3, 10, 14, 30)
    assert proposal.due_on == date(2026, 1, 1)


def test_a_day_of_the_month_view_gets_a_free_hour_and_a_range_keeps_its_own(
    bound: Firm, client_: Client, alice: Membership
) -> None:
    day = propose(bound, client_, Wish(starts_at=rome(2026, 5, 9, 0)), by=alice, at=NOW)
    hours = Wish(starts_at=rome(2026, 5, 6, 16), ends_at=rome(2026, 5, 6, 16) + 2 * HOUR)

    assert day.starts_at == rome(2026, 5, 9, 9)
    assert propose(bound, client_, hours, by=alice, at=NOW).ends_at == rome(2026, 5, 6, 18)


def test_without_an_active_advisor_who_enters_it_meets_the_client(
    bound: Firm, bob: Membership, ada: Membership
) -> None:
    ada.is_active = False

    assert proposals.who_meets(make_client("Senza"), by=bob) == bob
    assert proposals.who_meets(make_client("Lasciato", advisor=ada), by=bob) == bob
