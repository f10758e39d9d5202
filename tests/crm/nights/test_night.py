"""A whole night: as many statements for a thousand clients as for ten, and only what changed is written."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.models import Client
from crm import nightly, onboarding
from groups.models import Group
from scheduling import nights
from scheduling.models import ClientPlan, NightlyRun, Reminder
from tenants.binding import use_firm
from tenants.models import Firm
from tests.scheduling.world import at, plans, reminders, versions, world_of

DAY = date(2024, 7, 3)
CLOCK = at(date(2024, 7, 20))
TABLES = [("scheduling_clientplan", "client_id"), ("scheduling_reminder", "id"), ("groups_groupmember", "id")]


def a_firm(slug: str, count: int) -> Firm:
    """Clients of three amounts in a dynamic and a fixed group, some to be reminded of, some with a meeting to come."""
    firm = onboarding.create_firm(name=slug, slug=slug)
    with use_firm(firm):
        world = world_of(firm)
        rich = world.clients(count // 2, aum=Decimal(600_000))
        poor = world.clients(count - count // 2, aum=Decimal(1_000))
        rule = {"field": "aum", "op": "gt", "value": "500000.00"}
        Group.objects.create(name="Rich", filter=rule, yearly_meetings=4)
        world.group(1, poor)
        world.meetings([*rich, *poor], at(date(2024, 1, 10), 12))
        world.meetings(rich[::2], at(date(2024, 9, 10), 12), state="planned")
    return firm


def statements(work: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


def test_a_night_takes_as_many_statements_for_a_thousand_clients_as_for_ten(db: None) -> None:
    few, many, other = a_firm("few", 10), a_firm("many", 1000), a_firm("other", 5)

    def counted(firm: Firm) -> list[int]:
        first = statements(lambda: nightly.run_now(firm.pk, DAY, at=CLOCK))
        again = statements(lambda: nightly.run_now(firm.pk, DAY, at=CLOCK))
        night = nights.claim(firm.pk, date(2024, 7, 4), at=CLOCK)
        assert night is not None
        assert night.full is False
        return [first, again, statements(lambda: nightly.run_night(night))]

    counted(other)  # the connection prepares its statements
    assert counted(few) == counted(many)
    with use_firm(many):
        assert NightlyRun.objects.get(local_date=DAY).clients == 1000
        assert (ClientPlan.objects.count(), Reminder.objects.count()) == (1000, 250)


def test_only_the_rows_that_changed_are_written(db: None) -> None:
    firm = a_firm("some", 100)
    nightly.run_now(firm.pk, DAY, at=CLOCK)
    with use_firm(firm):
        before = [versions(*table) for table in TABLES]
        moved = Client.objects.order_by("id")[1]
        Client.objects.filter(pk=moved.pk).update(aum=Decimal(5))

    run = nightly.run_now(firm.pk, DAY, at=CLOCK)

    assert (run.members_changed, run.plans_changed, run.reminders_closed) == (1, 1, 1)
    with use_firm(firm):
        after = [versions(*table) for table in TABLES]
        written = [
            {key for key in {*old, *new} if old.get(key) != new.get(key)}
            for old, new in zip(before, after, strict=True)
        ]
        reminder = Reminder.objects.get(client_id=moved.pk).pk
        assert written[:2] == [{moved.pk}, {reminder}]
        assert len(written[2]) == 1


def test_what_was_deleted_comes_back_the_same(db: None) -> None:
    firm = a_firm("some", 100)
    nightly.run_now(firm.pk, DAY, at=CLOCK)
    with use_firm(firm):
        wanted = plans(), reminders()
        ClientPlan.objects.all().delete()
        Reminder.objects.all().delete()

    nightly.run_now(firm.pk, DAY, at=CLOCK)

    with use_firm(firm):
        assert (plans(), reminders()) == wanted
        assert all(wanted)
