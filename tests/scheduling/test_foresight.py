"""Foresight: its "after" is what the night computes once the change is saved; one client's algebra agrees with it."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from clients.models import Client
from clients.worklist import WorkList
from groups import membership
from groups import services as groups
from groups.models import Group
from groups.rules import stored_groups
from groups.services import GroupDetails
from scheduling import cadence, planning
from scheduling.cadence import Course, Decider, Target
from scheduling.foresight import Foresight, GroupChange, foresee, foresee_exception, horizon_of
from scheduling.models import CadenceException, ClientPlan
from tenants.models import Firm, Membership
from tests.scheduling.world import HOUR, at, world_of

TODAY = date(2026, 3, 10)
NOON = at(TODAY, 12)
AMOUNTS = [0, 50_000, 100_000, 300_000, 500_000, 700_000]
NUMBERS = [None, 1, 2, 4, 5, 12, 52]


def above(amount: int) -> dict[str, object]:
    return {"field": "aum", "op": "gte", "value": str(amount)}


@dataclass
class Practice:
    """Sixty clients of two advisors with meetings before and after today, a few exceptions, three groups."""

    firm: Firm
    by: Membership
    groups: list[Group]

    def night(self) -> None:
        membership.refresh(stored_groups(), today=TODAY, listed=WorkList(None))
        planning.recompute_firm(self.firm, at=NOON)


@pytest.fixture
def practice(bound: Firm, ada: Membership, alice: Membership) -> Practice:
    world, chance = world_of(bound), Random(7)  # noqa: S311 - a practice to look at
    own = [pk for advisor in (ada, alice, None) for pk in world.clients(20, advisor=advisor)]
    for pk in own:
        Client.objects.filter(pk=pk).update(aum=Decimal(chance.choice(AMOUNTS)))
        if chance.random() < 0.9:
            world.meetings([pk], NOON - timedelta(days=chance.randrange(1, 500)))
        if chance.random() < 0.3:
            world.meetings([pk], NOON + timedelta(days=chance.randrange(1, 420)) + HOUR, "planned")
        if chance.random() < 0.3:
            ends_on = chance.choice([None, TODAY + timedelta(days=chance.randrange(0, 400))])
            number = chance.choice([None, 1, 6, 12])
            CadenceException.objects.create(client_id=pk, yearly_meetings=number, reason="so", ends_on=ends_on)
    made = [
        groups.create_group(GroupDetails(name=name, filter=above(least)), by=ada, at=NOON, yearly_meetings=number)
        for name, least, number in (("Gold", 500_000, 4), ("Silver", 100_000, 2), ("All", 0, None))
    ]
    found = Practice(bound, ada, [*made, world.group(6, own[:5], name="Picked")])
    found.night()
    return found


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def ahead_of_plans() -> dict[int, list[date]]:
    """From the stored plans, client by client, what the algebra makes of them."""
    exceptions = {row.pk: row for row in CadenceException.objects.all()}
    numbers: dict[int, int] = {}
    for client_id, number in Group.objects.filter(active=True, yearly_meetings__isnull=False).values_list(
        "members__client_id", "yearly_meetings"
    ):
        numbers[client_id] = max(number, numbers.get(client_id, 0))
    found = {}
    for plan in ClientPlan.objects.all():
        own = exceptions.get(plan.exception_id)
        course = Course(
            Target(Decider.GROUP, plan.yearly_meetings),
            own.ends_on if own else None,
            Target(Decider.GROUP, numbers.get(plan.client_id)),
        )
        found[plan.client_id] = cadence.meetings_ahead(
            course, last_on=plan.last_meeting_on, next_on=plan.next_meeting_on, today=TODAY, horizon=date(2027, 2, 28)
        )
    return found


def loads(ahead: dict[int, list[date]]) -> Counter[tuple[int | None, date]]:
    advisors = dict(Client.objects.values_list("pk", "advisor_id"))
    return Counter((advisors[pk], day.replace(day=1)) for pk, days in ahead.items() for day in days)


def foreseen(foresight: Foresight, side: str) -> Counter[tuple[int | None, date]]:
    return Counter(
        {
            (load.advisor_id, month): number
            for load in foresight.advisors
            for month, number in zip(foresight.months, getattr(load, side), strict=True)
            if number
        }
    )


def numbers_of_plans() -> dict[int, int | None]:
    return dict(ClientPlan.objects.values_list("client_id", "yearly_meetings"))


def overdue() -> set[int]:
    late = ClientPlan.objects.filter(due_on__lt=TODAY, next_meeting_at__isnull=True)
    return set(late.values_list("client_id", flat=True))


@examples(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(which=st.integers(0, 4), number=st.sampled_from(NUMBERS), least=st.sampled_from([None, *AMOUNTS]))
def test_after_is_what_the_night_computes_once_the_change_is_saved(
    practice: Practice, which: int, number: int | None, least: int | None
) -> None:
    group = practice.groups[which] if which < len(practice.groups) else None
    document = above(least) if least is not None and (group is None or group.filter) else None
    if group is None and document is None:
        document = above(300_000)
    told = foresee(GroupChange(group=group, yearly_meetings=number, filter=document), by=practice.by, at=NOON)
    before, late_before = numbers_of_plans(), overdue()
    assert foreseen(told, "before") == loads(ahead_of_plans())
    with undone():
        save(practice, group, number, document)
        practice.night()
        after = numbers_of_plans()
        assert foreseen(told, "after") == loads(ahead_of_plans())
        assert set(told.entering) == {pk for pk, now in after.items() if now and not before[pk]}
        assert set(told.leaving) == {pk for pk, now in after.items() if before[pk] and not now}
        assert set(told.overdue) == overdue() - late_before
        assert told.counts["oftener"] == sum((before[pk] or 99) < (now or 0) for pk, now in after.items())


def save(practice: Practice, group: Group | None, number: int | None, document: object) -> None:
    if group is None:
        details = GroupDetails(name="New", filter=document)
        groups.create_group(details, by=practice.by, at=NOON, yearly_meetings=number)
        return
    if document is not None:
        groups.edit_group(group, GroupDetails(name=group.name, filter=document), by=practice.by, at=NOON)
    groups.set_yearly_meetings(group, number, by=practice.by, at=NOON)


def test_it_writes_nothing_and_asks_as_much_of_many_clients_as_of_few(practice: Practice) -> None:
    change = GroupChange(group=practice.groups[0], yearly_meetings=12)
    with CaptureQueriesContext(connection) as few:
        foresee(change, by=practice.by, at=NOON)
    world_of(practice.firm).clients(200, advisor=practice.by)
    with CaptureQueriesContext(connection) as many:
        foresee(change, by=practice.by, at=NOON)

    assert len(few) == len(many)
    assert not any(query["sql"].startswith(("INSERT", "UPDATE", "DELETE")) for query in many)
    practice.groups[0].refresh_from_db()
    assert practice.groups[0].yearly_meetings == 4


def test_an_advisor_foresees_his_own_clients_only(practice: Practice, alice: Membership) -> None:
    told = foresee(None, by=alice, at=NOON)

    assert {load.advisor_id for load in told.advisors} == {alice.pk}
    assert told.total.before == told.total.after
    assert told.counts["entering"] == 0


def test_an_exception_shows_its_dates_on_either_side(practice: Practice, alice: Membership) -> None:
    ahead = ahead_of_plans()
    plans = ClientPlan.objects.filter(exception_id__isnull=True, yearly_meetings=4, last_meeting_on__isnull=False)
    plan = next(plan for plan in plans.order_by("client_id") if ahead.get(plan.client_id))
    client = Client.objects.get(pk=plan.client_id)

    told, before, after = foresee_exception(client, yearly_meetings=12, ends_on=None, at=NOON)

    assert before == ahead_of_plans()[client.pk]
    assert len(after) > len(before)
    assert sum(told.total.after) == len(after)


def test_a_group_number_takes_over_the_day_after_an_exception_ends() -> None:
    monthly, quarterly = Target(Decider.EXCEPTION, 12), Target(Decider.GROUP, 4)
    course = Course(monthly, date(2026, 5, 31), quarterly)

    ahead = cadence.meetings_ahead(
        course, last_on=date(2026, 2, 20), next_on=None, today=TODAY, horizon=date(2026, 12, 31)
    )

    assert ahead == [date(2026, 3, 20), date(2026, 4, 20), date(2026, 5, 20), date(2026, 8, 20), date(2026, 11, 20)]


def test_the_window_is_twelve_calendar_months(practice: Practice) -> None:
    told = foresee(None, by=practice.by, at=NOON)

    assert (told.months[0], horizon_of(told.months)) == (date(2026, 3, 1), date(2027, 2, 28))
