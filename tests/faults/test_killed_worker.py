"""A worker killed with -9 anywhere in the night: after the next run everything is as if nothing had happened."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from clients.changes import mark_changed
from clients.models import ChangedClient, ClaimedClient, Client
from communications.models import OutgoingMail
from crm import nightly, onboarding
from groups.models import Group, GroupMember, SavedSearch
from outcomes.models import Parameters, PointsEntry, PointsMail, PointsTally
from outcomes.services.tallies import enter_points
from portfolios.models import PlannedHandover, Portfolio, Typology
from portfolios.services import create_portfolio
from scheduling import nights
from scheduling.models import Appointment, ClientPlan, Macro, NightlyRun, Reminder
from scheduling.planning import recompute_clients
from scheduling.recurrence import Frequency, Repetition
from scheduling.services import AppointmentDetails, CheckDetails, ask_for_reminder_mail, book_series, create_check
from tenants.binding import use_firm
from tenants.enums import Role
from tenants.models import Firm, Membership
from tenants.services import add_member
from tests.scheduling.world import HOUR, World, at, world_of

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]
SATURDAY, SUNDAY = date(2024, 7, 6), date(2024, 7, 7)  # on Sundays the night verifies as well
STEPS = [step.name for step in nightly.STEPS]
# Ten in the ordinary suite, or as many as there are stages.
ALL = ["claim", "lease", *STEPS, "commit", "finish"]
POINTS = max(int(os.environ.get("KILL_POINTS", "10")), len(ALL))

OF_REMINDER = ("due_on", "state", "snoozed_until", "opened_on")
CHECKS: dict[str, dict[str, Any]] = {
    "Rich": {"field": "aum", "op": "gt", "value": "500000.00"},
    "Soon": {"field": "plan.due_on", "op": "due_within_days", "value": 60},
}


@dataclass(frozen=True)
class Kind:
    """Of a night: for the clients that changed or for all, in one transaction or in one for each step."""

    incremental: bool
    is_small: bool

    @property
    def stages(self) -> list[str]:
        """A full night looks at everybody anyway: there is nothing to verify."""
        missing = ["verification"] * (not self.incremental) + ["commit"] * self.is_small
        return [stage for stage in ALL if stage not in missing]


KINDS = [Kind(incremental, is_small) for is_small in (True, False) for incremental in (True, False)]


def a_firm(number: int, *, incremental: bool) -> Firm:
    """Always the same firm: groups that clients enter and leave, reminders that open, end and wake."""
    firm = onboarding.create_firm(name=f"Studio {number}", slug=f"studio-{number}")
    with use_firm(firm):
        world = world_of(firm)
        clients = world.clients(24, aum=Decimal(300_000))
        rules = {"Rich": ("gt", "500000.00", 4), "Middle": ("between", ["100000.00", "500000.00"], 2)}
        for name, (operator, value, yearly) in rules.items():
            document = {"field": "aum", "op": operator, "value": value}
            Group.objects.create(name=name, filter=document, yearly_meetings=yearly)
        Group.objects.create(name="Planned", filter={"field": "plan.next_meeting_on", "op": "not_empty"})
        world.group(12, clients[:3], name="Friends")
        for days in (170, 180, 190, 400):
            world.meetings(clients[:20], at(SATURDAY - timedelta(days=days), 12))
        _give_every_step_something(world)
        if incremental:
            nightly_run = nights.claim(firm.pk, SATURDAY, at=at(SATURDAY))
            assert nightly_run is not None
            nightly.run_night(nightly_run)
            change(clients)
    return firm


def _give_every_step_something(world: World) -> None:
    """A step for which the firm has nothing is left out: no worker could be killed in it."""
    Typology.objects.update(is_automatic=True)
    Parameters.objects.update_or_create(defaults={"charge_days": 30})
    by = _plan_a_handover()
    _repeat_a_meeting(world, by)
    for name, condition in CHECKS.items():
        create_check(CheckDetails(name=name, text="{when}", condition=condition), by=by, at=at(SATURDAY))
    enter_points([PointsEntry(member=by, points=points, at=at(SATURDAY, 12)) for points in (1, 5)])
    ask_for_reminder_mail(by, wanted=True)
    Client.objects.filter(name_key__gt="").update(specialist=by)
    # Long ago by the clock: the step asks whether there is such mail.
    OutgoingMail.objects.create(
        kind="test", dedupe_key="old", recipient="studio@aurora.example", subject="Old", body="Old",
        message_id="old@aurora.example", state="sent", posted_at=at(SATURDAY), available_at=at(SATURDAY),
    )  # fmt: skip
    PointsMail.objects.create(addresses=["studio@aurora.example"], starts_on=SUNDAY)
    everybody = SavedSearch.objects.create(name="Everybody", filter={"all": []})
    Macro.objects.create(
        name="Some day", search=everybody, type=world.meeting, rhythm="monthly", month_day=28, active=True,
        runs_since=SUNDAY,
    )  # fmt: skip


def _repeat_a_meeting(world: World, by: Membership) -> None:
    """Once a month without an end, planned three months ago: the night goes on with it."""
    last = Client.objects.order_by("-pk")[0]
    begun = at(SATURDAY - timedelta(days=90), 12)
    start = begun + timedelta(days=7)
    details = AppointmentDetails(type=world.meeting, starts_at=start, ends_at=start + HOUR)
    book_series(last, details, Repetition(Frequency.MONTHLY), by=by, at=begun)


def _plan_a_handover() -> Membership:
    """Of Sunday; there is a client in the portfolio, and he moves."""
    by = add_member("ada@faults.example", name="Ada", role=Role.ADMIN)
    generic = Portfolio.objects.get(is_default=True)
    gold = create_portfolio(generic.typology, by=by, name="Gold")
    said = {"former": generic.pk, "to": gold.pk, "on": SUNDAY.isoformat(), "group": None}
    PlannedHandover.objects.create(
        action="hand_over_portfolio", argument=said, on=SUNDAY, by=by, created_at=at(SATURDAY)
    )
    return by


def change(clients: list[int]) -> None:
    """What happens on the Saturday between the two nights."""
    noon = at(SATURDAY, 12)
    Client.objects.filter(pk__in=clients[4:8]).update(aum=Decimal(900_000))
    Client.objects.filter(pk__in=clients[8:10]).update(aum=Decimal(1))
    Client.objects.filter(pk=clients[10]).update(state="archived")
    Reminder.objects.filter(client_id__in=clients[11:13]).update(state="snoozed", snoozed_until=SUNDAY)
    Reminder.objects.filter(client_id=clients[13]).update(state="dismissed", ended_at=noon)
    first = Appointment.objects.filter(client_id=clients[14]).order_by("id")[0]
    Appointment.objects.create(
        client_id=clients[14], type=first.type, starts_at=noon + 40 * HOUR, ends_at=noon + 41 * HOUR, state="planned"
    )
    recompute_clients([clients[14]], at=noon)
    mark_changed(clients[4:15])
    Group.objects.filter(name="Friends").update(yearly_meetings=6, changed_at=noon)
    enter_points([PointsEntry(member=PlannedHandover.objects.get().by, points=2, at=noon)])


def state_of(firm: Firm) -> list[list[Any]]:
    """Every row that the night writes, with names in the place of ids."""
    with use_firm(firm):
        names = dict(Client.objects.values_list("id", "name"))
        groups = {None: None, **dict(Group.objects.values_list("id", "name"))}
        plan = [field.attname for field in ClientPlan._meta.concrete_fields if not field.attname.endswith("_id")]
        plans = [
            (names[row.client_id], groups[row.group_id], *(getattr(row, name) for name in plan))
            for row in ClientPlan.objects.all()
        ]
        members = [(groups[row.group_id], names[row.client_id]) for row in GroupMember.objects.all()]
        reminders = [
            (names[row.client_id], row.check_rule.name, *(getattr(row, name) for name in OF_REMINDER), _ended(row))
            for row in Reminder.objects.select_related("check_rule")
        ]
        sums = sorted(PointsTally.objects.values_list("points", "items", "settled", "at"))
        mails = list(OutgoingMail.objects.order_by("dedupe_key").values_list("dedupe_key", "subject", "body"))
        run = NightlyRun.objects.get(local_date=SUNDAY)
        counted = [run.state, run.full, run.clients, run.members_changed, run.plans_changed, run.repaired]
        counted += [run.reminders_opened, run.reminders_closed, run.as_of]
        counted += [Appointment.objects.filter(series__isnull=False).count()]
        left = [ChangedClient.objects.count(), ClaimedClient.objects.count()]
        changed = list(Group.objects.order_by("id").values_list("changed_at", flat=True))
        found = [sorted(plans, key=str), sorted(members), sorted(reminders, key=str), counted, left, changed]
        return [*found, sums, [[part.replace(firm.slug, "").replace(firm.name, "") for part in mail] for mail in mails]]


def _ended(row: Reminder) -> Any:
    """When; of a check on a field only whether, as a handover has it looked at by the clock on the wall."""
    return row.ended_at if row.check_rule.is_planning else row.ended_at is not None


def worker(firm: Firm, kind: Kind, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The night of the Sunday in a process of its own."""
    process = started(firm, kind, *arguments)
    told, complained = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, told, complained)


def started(firm: Firm, kind: Kind, *arguments: str) -> subprocess.Popen[str]:
    own = {"NIGHT_LEASE_SECONDS": "0", "NIGHT_SMALL_FIRM": "5000" if kind.is_small else "0"}
    night = [str(firm.pk), str(SUNDAY), at(SUNDAY).isoformat()]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.night_worker", *night, *arguments],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "crm.settings", **own},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@dataclass(frozen=True)
class Point:
    """Before or after which statement of which kind of night the worker dies."""

    kind: Kind
    moment: str
    statement: int


def spread(steps: Mapping[Kind, list[str]], count: int) -> Iterator[Point]:
    """Each stage is hit once, in its middle; the rest of the points lie evenly over all statements."""
    for number in range(count):
        moment = ("before", "after")[number // len(KINDS) % 2]
        if number < len(ALL):
            kind = next(kind for kind in KINDS[number % 4 :] + KINDS if ALL[number] in kind.stages)
            inside = [place for place, step in enumerate(steps[kind], start=1) if step == ALL[number]]
            yield Point(kind, moment, inside[len(inside) // 2])
        else:
            kind = KINDS[number % len(KINDS)]
            yield Point(kind, moment, 1 + (number - len(ALL)) * len(steps[kind]) // (count - len(ALL)))


def catch_up(firm: Firm) -> None:
    """The next beats, until the server has noticed that the worker's connection is gone."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        nightly.run_nights(firm.pk, [SUNDAY], at=at(SUNDAY))
        with use_firm(firm):
            if NightlyRun.objects.filter(local_date=SUNDAY, state="done").exists():
                return
        time.sleep(0.1)
    pytest.fail("the night was not taken over")


def test_a_worker_killed_at_any_point_of_the_night_changes_nothing(settings: Settings) -> None:
    settings.NIGHT_LEASE = timedelta(0)
    steps, wanted = {}, {}
    for number, kind in enumerate(KINDS):
        settings.NIGHT_SMALL_FIRM = 5000 if kind.is_small else 0
        undisturbed = a_firm(number, incremental=kind.incremental)
        told = worker(undisturbed, kind)
        assert told.returncode == 0, told.stderr
        steps[kind], wanted[kind] = json.loads(told.stdout), state_of(undisturbed)
        assert set(steps[kind]) == set(kind.stages)
        assert all(wanted[kind][:3])
        assert wanted[kind][3][0] == "done"
    assert wanted[KINDS[0]] == wanted[KINDS[2]]
    assert wanted[KINDS[1]] == wanted[KINDS[3]]

    hit = Counter[str]()
    for number, point in enumerate(spread(steps, POINTS), start=len(KINDS)):
        settings.NIGHT_SMALL_FIRM = 5000 if point.kind.is_small else 0
        firm = a_firm(number, incremental=point.kind.incremental)

        killed = worker(firm, point.kind, "--kill", point.moment, str(point.statement))

        assert killed.returncode == -signal.SIGKILL, killed.stderr
        hit[steps[point.kind][point.statement - 1]] += 1
        catch_up(firm)
        assert state_of(firm) == wanted[point.kind], point
    assert hit.total() == POINTS
    assert set(hit) == set(ALL)
    sys.stdout.write(f"killed in {dict(hit)}\n")
