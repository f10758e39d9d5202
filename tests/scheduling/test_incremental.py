"""Any sequence of changes and days: the incremental night leaves what a full recompute would (architecture.md 4)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytest_django import Settings

from clients import services as clients
from clients.models import ChangedClient, ClaimedClient, Client, Label
from clients.worklist import WorkList
from crm import nightly
from groups import membership
from groups import services as groups
from groups.enums import GroupKind
from groups.models import Group
from groups.rules import stored_groups
from scheduling import checking, nights, planning, reminding
from scheduling import services as scheduling
from scheduling.batch import Batch, Moment
from scheduling.models import Appointment, AppointmentType, CadenceException, Check, NightlyRun, Reminder
from scheduling.services import AppointmentDetails, CheckDetails
from tenants.models import Firm, Membership
from tests.scheduling.world import HOUR, at, world_of

START = date(2023, 12, 20)  # New Year comes along
AMOUNTS = [None, 50_000, 100_000, 300_000, 500_000, 700_000]
NUMBERS = [None, 1, 2, 4, 5, 12, 52]
SIX = 6


@dataclass
class Story:
    """A small firm to which things happen, one after the other, on days that pass."""

    firm: Firm
    by: Membership
    today: date = START

    @property
    def noon(self) -> datetime:
        return at(self.today, 12, 0)

    def client(self, number: int) -> Client:
        found = list(Client.objects.order_by("id"))
        return found[number % len(found)]

    def happen(self, event: tuple[int, int, int]) -> None:
        """One event; what the services refuse does not happen."""
        kind, first, second = event
        try:
            with transaction.atomic():
                EVENTS[kind % len(EVENTS)](self, first, second)
        except ValidationError:
            pass

    def pass_days(self, days: int) -> None:
        self.today += timedelta(days=days)

    def night(self) -> NightlyRun:
        night = nights.claim(self.firm.pk, self.today, at=at(self.today))
        assert night is not None
        nightly.run_night(night)
        run: NightlyRun = NightlyRun.objects.get(local_date=self.today)
        assert (run.state, run.error) == ("done", "")
        return run

    def left_to_repair(self) -> list[int]:
        """What a full recompute as of tonight finds to write."""
        everybody = Batch(Moment(firm=self.firm, today=self.today, now=at(self.today)))
        return [
            membership.refresh(stored_groups(), today=self.today, listed=WorkList()),
            planning.write_plans(everybody),
            membership.refresh(stored_groups(), today=self.today, listed=WorkList(), after_plan=True),
            reminding.update_reminders(everybody).written,
            checking.refresh_checks(everybody.moment, WorkList()).written,
        ]


def change_amount(story: Story, first: int, second: int) -> None:
    amount = AMOUNTS[second % len(AMOUNTS)]
    edit(story, first, aum=None if amount is None else Decimal(amount))


def change_document(story: Story, first: int, second: int) -> None:
    edit(story, first, document_expires_on=story.today + timedelta(days=second % 60 - 10))


def edit(story: Story, first: int, **values: Any) -> None:
    clients.update_client(story.client(first), values, version=None, by=story.by, at=story.noon)  # type: ignore[arg-type]


def new_client(story: Story, first: int, second: int) -> None:
    values: Any = {"last_name": "Nuovi", "aum": Decimal(second % 800_000)}
    clients.create_client(values, by=story.by, at=story.noon)


def archive_or_revive(story: Story, first: int, second: int) -> None:
    move = [clients.archive, clients.reactivate, clients.mark_deceased][second % 3]
    move(Client.objects.filter(pk=story.client(first).pk), by=story.by, at=story.noon)


def label(story: Story, first: int, second: int) -> None:
    move = [clients.add_label, clients.remove_label][second % 2]
    move(Client.objects.filter(pk=story.client(first).pk), Label.objects.get(), by=story.by, at=story.noon)


def rename_label(story: Story, first: int, second: int) -> None:
    clients.change_choice(Label.objects.get(), {"name": ["Medico", "Notaio"][second % 2]}, by=story.by)


def book(story: Story, first: int, second: int) -> None:
    start = story.noon + timedelta(days=second % 200 - 120)
    kinds = list(AppointmentType.objects.order_by("id")[:2])
    details = AppointmentDetails(type=kinds[first % len(kinds)], starts_at=start, ends_at=start + HOUR)
    scheduling.book_appointment(story.client(first), details, by=story.by, at=story.noon)


def change_appointment(story: Story, first: int, second: int) -> None:
    found = list(Appointment.objects.order_by("id"))
    if found:
        change = [
            scheduling.cancel_appointment,
            scheduling.mark_held,
            scheduling.mark_no_show,
            scheduling.reopen_appointment,
        ][second % 4]
        change(found[first % len(found)], by=story.by, at=story.noon)


def move_appointment(story: Story, first: int, second: int) -> None:
    found = list(Appointment.objects.order_by("id"))
    if found:
        start = story.noon + timedelta(days=second % 90 - 30)
        scheduling.move_appointment(found[first % len(found)], starts_at=start, by=story.by, at=story.noon)


def count_calls(story: Story, first: int, second: int) -> None:
    kind = AppointmentType.objects.order_by("id")[first % 2]
    details = scheduling.TypeDetails(name=kind.name, counts_for_cadence=second % 2 == 0)
    scheduling.edit_type(kind, details, by=story.by)


def set_exception(story: Story, first: int, second: int) -> None:
    ends_on = None if second % 3 == 0 else story.today + timedelta(days=second % 20)
    scheduling.set_cadence_exception(
        story.client(first),
        yearly_meetings=NUMBERS[second % len(NUMBERS)],
        reason="wish",
        ends_on=ends_on,
        by=story.by,
        at=story.noon,
    )


def remove_exception(story: Story, first: int, second: int) -> None:
    for exception in CadenceException.objects.filter(client=story.client(first), removed_at__isnull=True):
        scheduling.remove_cadence_exception(exception, by=story.by, at=story.noon)


def set_number(story: Story, first: int, second: int) -> None:
    found = list(Group.objects.order_by("id"))
    groups.set_yearly_meetings(found[first % len(found)], NUMBERS[second % len(NUMBERS)], by=story.by, at=story.noon)


def rest_or_wake_group(story: Story, first: int, second: int) -> None:
    found = list(Group.objects.order_by("id"))
    change = [groups.deactivate_group, groups.activate_group][second % 2]
    change(found[first % len(found)], by=story.by, at=story.noon)


def edit_filter(story: Story, first: int, second: int) -> None:
    group = Group.objects.filter(kind=GroupKind.DYNAMIC).order_by("id")[0]
    document = {"field": "aum", "op": "gt", "value": str(AMOUNTS[1 + second % (len(AMOUNTS) - 1)])}
    groups.edit_group(group, groups.GroupDetails(name=group.name, filter=document), by=story.by, at=story.noon)


def pick_member(story: Story, first: int, second: int) -> None:
    fixed = Group.objects.get(kind=GroupKind.FIXED)
    change = [groups.add_members, groups.remove_members][second % 2]
    change(fixed, Client.objects.filter(pk=story.client(first).pk), by=story.by, at=story.noon)


def change_notice(story: Story, first: int, second: int) -> None:
    scheduling.edit_planning_check(
        Check.objects.get(kind="planning"), lead_days=second % 30, text="", active=first % 4 > 0, by=story.by
    )


def handle_reminder(story: Story, first: int, second: int) -> None:
    found = list(Reminder.objects.order_by("id"))
    if not found:
        return
    reminder = found[first % len(found)]
    if second % 3 == 0:
        scheduling.dismiss_reminder(reminder, by=story.by, at=story.noon)
    elif second % 3 == 1:
        until = story.today + timedelta(days=second % 25 + 1)
        scheduling.snooze_reminder(reminder, until=until, by=story.by, at=story.noon)
    else:
        scheduling.reopen_reminder(reminder, by=story.by)


def change_check(story: Story, first: int, second: int) -> None:
    found = list(Check.objects.filter(kind="field").order_by("id"))
    check = found[first % len(found)]
    match second % 4:
        case 0:
            scheduling.set_check_active(check, active=not check.active, by=story.by, at=story.noon)
        case 1:
            scheduling.delete_check(check, by=story.by, at=story.noon)
        case 2:
            scheduling.restore_check(check, by=story.by, at=story.noon)
        case _:
            said = CheckDetails(name=check.name, text="{when}", condition=CONDITIONS[second % len(CONDITIONS)])
            scheduling.edit_check(check, said, by=story.by, at=story.noon)


CONDITIONS: list[dict[str, Any]] = [
    {"field": "document_expires_on", "op": "due_within_days", "value": 9},
    {"field": "document_expires_on", "op": "on_this_day_of_year"},
    {"field": "aum", "op": "gt", "value": "250000"},
    {"field": "plan.due_on", "op": "within_next_days", "value": 20},
    {"field": "plan.next_meeting_on", "op": "empty"},
]

EVENTS: list[Callable[[Story, int, int], None]] = [
    change_amount,
    change_document,
    new_client,
    archive_or_revive,
    label,
    rename_label,
    book,
    book,
    book,
    change_appointment,
    move_appointment,
    count_calls,
    set_exception,
    remove_exception,
    set_number,
    rest_or_wake_group,
    edit_filter,
    pick_member,
    change_notice,
    handle_reminder,
    handle_reminder,
    change_check,
]


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(params=[5000, 0], ids=["in one transaction", "step by step"])
def story(request: pytest.FixtureRequest, bound: Firm, ada: Membership, settings: Settings) -> Story:
    settings.NIGHT_SMALL_FIRM = request.param
    world = world_of(bound)
    if AppointmentType.objects.count() < 2:
        AppointmentType.objects.create(name="Call", counts_for_cadence=False)
    members = world.clients(5, aum=Decimal(300_000))
    when = START - timedelta(days=100)
    world.meetings(members[:4], at(when, 12))
    label = Label.objects.create(name="Medico")
    rules: list[tuple[str, object, int | None]] = [
        ("Rich", {"field": "aum", "op": "gt", "value": "200000.00"}, 4),
        ("Doctors", {"field": "labels", "op": "has_label", "value": label.name}, 12),
        ("Expiring", {"field": "document_expires_on", "op": "within_next_days", "value": 15}, 5),
        ("Planned", {"field": "plan.next_meeting_on", "op": "not_empty"}, None),
    ]
    for name, document, number in rules:
        Group.objects.create(name=name, filter=document, yearly_meetings=number)
    world.group(2, members[:2], name="Friends")
    scope = {"field": "labels", "op": "not_label", "value": label.name}
    for number, condition in enumerate(CONDITIONS):
        said = CheckDetails(name=str(number), text="{when}", condition=condition, scope=scope if number % 2 else None)
        scheduling.create_check(said, by=ada, at=at(START, 12))
    return Story(bound, ada)


events = st.tuples(st.integers(0, len(EVENTS) - 1), st.integers(0, 7), st.integers(0, 400))
days = st.tuples(st.integers(1, 40), st.lists(events, max_size=SIX))


@examples(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(days, min_size=1, max_size=6))
def test_incremental_nights_leave_nothing_to_repair(story: Story, history: list[tuple[int, list[Any]]]) -> None:
    with undone():
        story.today = START
        story.night()
        for passed, happened in history:
            for event in happened:
                story.happen(event)
            story.pass_days(passed)

            story.night()

            assert ClaimedClient.objects.count() == ChangedClient.objects.count() == 0
            assert story.left_to_repair() == [0, 0, 0, 0, 0]
            ClaimedClient.objects.all().delete()


def test_most_nights_are_incremental(story: Story) -> None:
    """Else the test above would say nothing."""
    story.night()
    change_amount(story, 0, 5)
    story.pass_days(1)

    assert story.night().full is False


def test_what_was_not_marked_is_what_the_verification_mends(story: Story) -> None:
    """The sabotage of the test above: a change behind the services' back is left, and the weekly night finds it."""
    story.night()
    Client.objects.order_by("id").filter(pk=story.client(4).pk).update(aum=None)
    story.pass_days(1)
    assert story.night().members_changed == 0

    while story.today.isoweekday() != 7:
        story.pass_days(1)
    run = story.night()

    assert (run.full, run.repaired > 0) == (False, True)
