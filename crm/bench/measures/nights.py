"""The night: full, steady and first ever, through Celery, against hand-written SQL of the same shape."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from psycopg2.extensions import connection as Connection  # noqa: N812

from crm import nightly
from crm.bench import clock, floors
from crm.bench.clock import Cost, metered, middle
from crm.bench.context import Bench, other_scale
from crm.bench.databases import admin_connection
from crm.bench.generator import DATA
from crm.bench.measures.filters import bold_profiles
from crm.bench.rows import Row
from crm.bench.workers import Workers, workers
from crm.tasks import ring
from groups.models import Group
from scheduling import nights
from scheduling.batch import Moment, planning_check
from tenants.binding import bound_firm, use_firm

DERIVED = (
    "groups_groupmember",
    "scheduling_clientplan",
    "scheduling_reminder",
    "clients_changedclient",
    "clients_claimedclient",
    "scheduling_nightlyrun",
)
KINDS = ("membership", "plan", "reminders")
NAMES = {"Platinum": "platinum", "Gold": "gold", "Silver": "silver", "Base": "base", "Audaci": "bold"}
FLOOR_TABLES = ("floor.member", "floor.plan", "floor.reminder")
MEMORY = 200 * 1024 * 1024
# Two workers and the two sessions behind them are a load of their own.
BUSY = 3.0


@dataclass(slots=True)
class Nights:
    """Nights of past dates, one after the other, so that *now* is the end of the date whoever runs it."""

    bench: Bench
    day: date = field(default_factory=lambda: timezone.now().date() - timedelta(days=60))
    round: int = 100
    firms: list[int] = field(init=False)
    ill: int = 0

    def __post_init__(self) -> None:
        self.firms = self.bench.firms()

    def prepare(self) -> None:
        """Before the first night ever: nothing derived is there, on either side."""
        self.bench.execute(f"TRUNCATE {', '.join(DERIVED)}; {floors.statement('tables')}")
        self.bench.tidy(*DERIVED, *FLOOR_TABLES)

    def a_day_passes(self) -> None:
        """One client in a hundred changes, and it is tomorrow."""
        met = datetime.combine(self.day, datetime.min.time(), timezone.get_default_timezone()) + timedelta(hours=9)
        self.round += 1
        self.bench.execute((DATA / "changes.sql").read_text(), {"round": self.round, "met": met})
        self.day += timedelta(days=1)
        self.bench.tidy(*DERIVED, *FLOOR_TABLES)

    def floor(self, kind: str) -> Cost:
        """``night`` or ``first``, firm by firm."""
        left = deque(self._given(firm_id) for firm_id in self.firms)
        with metered([clock.backend_of(self.bench.admin)]) as cost:
            work_off(left, kind, self.bench.admin)
        return cost

    def floor_of_two(self) -> Cost:
        """The floor of a night by two sessions at once, each taking the next firm: what two give on this machine."""
        left = deque(self._given(firm_id) for firm_id in self.firms)
        with closing(admin_connection()) as second, ThreadPoolExecutor(2) as pool:
            sessions = [self.bench.admin, second]
            with metered(map(clock.backend_of, sessions)) as cost:
                list(pool.map(lambda session: work_off(left, "night", session), sessions))
        return cost

    def differences(self) -> int:
        """How many rows the product and the floor do not share."""
        return sum(int(count) for (count,) in floors.run(self.bench.admin, "night_differences"))

    def in_process(self, *, full: bool) -> Cost:
        """The night of the day in this process, as a worker runs it."""
        self._request(full)
        with metered([clock.own_backend()]) as cost:
            for firm_id in self.firms:
                nightly.run_nights(firm_id, [self.day], at=timezone.now())
        self._require_done()
        return cost

    def through_celery(self, crew: Workers, *, full: bool) -> Cost:
        """The night of the day by real workers; the clock also counts what their connections cost."""
        self._request(full)
        server = clock.parent_of(clock.backend_of(self.bench.admin))
        spared = [clock.backend_of(self.bench.admin)]
        began = clock.of_server(server, spared), crew.cpu(), time.perf_counter()
        nightly.deal([(firm_id, [self.day]) for firm_id in self.firms], ring)
        self._wait()
        ended = clock.of_server(server, spared), crew.cpu(), time.perf_counter()
        self._require_done()
        return Cost(*(after - before for before, after in zip(began, ended, strict=True)))

    @contextmanager
    def poisoned(self) -> Iterator[None]:
        """The middle one of the firms has a zone that nobody knows: its night breaks, and is not waited for."""
        ill = self.firms[len(self.firms) // 2]
        zone = "UPDATE tenants_firm SET time_zone = %(zone)s WHERE id = %(firm)s"
        self._request(full=True)
        self.bench.execute(zone, {"firm": ill, "zone": "Nowhere/Land"})
        try:
            self.ill += 1
            yield
        finally:
            self.ill -= 1
            self.bench.execute(zone, {"firm": ill, "zone": "Europe/Rome"})

    def _request(self, full: bool) -> None:
        if full:
            for firm_id in self.firms:
                with use_firm(firm_id):
                    nights.request_night(self.day, by=None)
        connection.close()

    def _wait(self) -> None:
        while self._count("state IN ('done', 'failed', 'dead')") < len(self.firms) - self.ill:
            time.sleep(0.05)

    def _require_done(self) -> None:
        if self._count("state = 'done'") < len(self.firms) - self.ill:
            raise RuntimeError(f"the night of {self.day} was not finished for every firm")

    def _count(self, condition: str) -> int:
        with self.bench.admin.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM scheduling_nightlyrun WHERE local_date = %s AND {condition}",  # noqa: S608
                [self.day],
            )
            return int(cursor.fetchone()[0])  # type: ignore[index]

    def _given(self, firm_id: int) -> dict[str, Any]:
        """What the floor's statements ask for one firm; read before the clock runs."""
        with use_firm(firm_id):
            moment = Moment.of_night(bound_firm(), self.day, clock=timezone.now())
            check = planning_check()
            groups = {NAMES[name]: pk for name, pk in Group.objects.values_list("name", "pk") if name in NAMES}
            return {
                "firm": firm_id,
                "zone": moment.firm.time_zone,
                "today": moment.today,
                "now": moment.now,
                "tomorrow": moment.tomorrow,
                "new_year": moment.new_year,
                "check": check and check.pk,
                "lead": check and check.lead_days,
                "risks": bold_profiles(),
                **groups,
            }


def work_off(left: deque[dict[str, Any]], kind: str, session: Connection) -> None:
    """The floor for one firm after the other, until none is left."""
    texts = [floors.statement(f"{kind}_{part}") for part in KINDS]
    with session.cursor() as cursor:
        cursor.execute("SET enable_nestloop = off; SET work_mem = '64MB'")
        with suppress(IndexError):
            while True:
                one = left.popleft()
                for text in texts:
                    cursor.execute(text, one)


@dataclass(slots=True)
class Measured:
    """The nights of one data set."""

    first: Cost
    first_floor: Cost
    steady: list[Cost]
    full: list[Cost]
    floor: list[Cost]
    memory: int
    differences: int


def measure(bench: Bench) -> Measured:
    """The first night, then rounds of a steady and a full one, each followed by the floor."""
    them = Nights(bench)
    them.prepare()
    with workers(1) as crew:
        bench.announce("The first night ever")
        first, first_floor = them.through_celery(crew, full=False), them.floor("first")
        found = Measured(first, first_floor, [], [], [], 0, them.differences())
        for number in range(bench.rounds):
            bench.announce(f"Nights, round {number + 1} of {bench.rounds}")
            for full, costs in ((False, found.steady), (True, found.full)):
                them.a_day_passes()
                costs.append(them.through_celery(crew, full=full))
                floor = them.floor("night")
                found.differences += them.differences()
            found.floor.append(floor)
        found.memory = crew.peak_memory()
    return found


def rows(bench: Bench) -> Iterator[Row]:
    found = measure(bench)
    same = found.differences == 0
    full, floor = middle(found.full), middle(found.floor)
    yield Row(
        name="night-full",
        what="Night, full recompute, firm by firm through Celery, 1 % of the clients changed",
        ours=in_words(full),
        other=f"floor {in_words(floor)}",
        ratio=full.cpu / floor.cpu,
        at_most=1.5,
        same_rows=same,
    )
    steady = middle(found.steady)
    yield Row(
        name="night-steady",
        what="Night, steady, 1 % of the clients changed",
        ours=in_words(steady),
        other=f"full recompute {in_words(full)}",
        ratio=steady.cpu / full.cpu,
        at_most=0.25,
        same_rows=same,
    )
    yield Row(
        name="night-first",
        what="Night, the first ever",
        ours=in_words(found.first),
        other=f"lean floor {in_words(found.first_floor)}",
        ratio=found.first.cpu / found.first_floor.cpu,
        at_most=2.5,
        same_rows=same,
    )
    yield Row(
        name="night-memory",
        what="Night, the most memory of a worker's process",
        ours=f"{found.memory / 2**20:.0f} MB",
        other=f"{MEMORY / 2**20:.0f} MB",
        ratio=found.memory / MEMORY,
        at_most=1,
    )
    bench.announce("The night of two workers")
    yield two_workers(bench, found)
    bench.announce("The night with one firm that is poisoned")
    yield beside_a_poisoned_one(bench)
    yield from growth(bench, found)


def growth(bench: Bench, found: Measured) -> Iterator[Row]:
    """The same night over a data set of a tenth, in a database of its own."""
    if bench.scale.firms < 10:
        return
    with other_scale(bench, bench.scale.tenth) as small:
        tenth = measure(small)
    full, less = middle(found.full), middle(tenth.full)
    yield Row(
        name="night-growth",
        what=f"Night, full recompute, from {small.scale.clients:,} to {bench.scale.clients:,} clients",
        ours=f"{full.cpu:.2f} s",
        other=f"{less.cpu:.2f} s (the floor grows {middle(found.floor).cpu / middle(tenth.floor).cpu:.2f} ×)",
        ratio=full.cpu / less.cpu,
        at_most=11,
    )
    yield Row(
        name="night-memory-growth",
        what="Night, the most memory of a worker's process, at ten times the clients",
        ours=f"{found.memory / 2**20:.0f} MB",
        other=f"{tenth.memory / 2**20:.0f} MB",
        ratio=found.memory / tenth.memory,
        at_most=1.2,
    )


def two_workers(bench: Bench, found: Measured) -> Row:
    """Elapsed time, which says something only where nothing else runs; beside it what two sessions gain by hand."""
    them = Nights(bench, round=200, day=timezone.now().date() - timedelta(days=20))
    pairs, floors_of_two = [], []
    with workers(2) as crew:
        for _round in range(bench.rounds):
            them.a_day_passes()
            them.through_celery(crew, full=False)
            them.a_day_passes()
            pairs.append(them.through_celery(crew, full=True))
            floors_of_two.append(them.floor_of_two())
    alone, pair, by_hand = soonest(found.full), soonest(pairs), soonest(found.floor) / soonest(floors_of_two)
    busy = busyness()
    return Row(
        name="night-two-workers",
        what="Night, full recompute, two workers against one (elapsed time). "
        f"(Two sessions with the floor's statements against one: {by_hand:.2f} ×.)",
        ours=f"{pair:.1f} s",
        other=f"one worker {alone:.1f} s",
        ratio=alone / pair,
        at_least=1.6,
        not_shown=f"the machine is busy: load {busy:.1f} on {os.cpu_count()} cores" if busy > BUSY else "",
    )


def beside_a_poisoned_one(bench: Bench) -> Row:
    """Until all the others are done, by one worker that has them all before it (goals.md, Reliability)."""
    them = Nights(bench, round=300, day=timezone.now().date() - timedelta(days=10))
    calm, ill = [], []
    with workers(1) as crew:
        for _round in range(bench.rounds):
            them.a_day_passes()
            calm.append(them.through_celery(crew, full=True))
            them.a_day_passes()
            with them.poisoned():
                ill.append(them.through_celery(crew, full=False))
    return Row(
        name="night-poisoned",
        what="Night, full recompute, of all firms but one whose night breaks, against one that has no such firm",
        ours=in_words(middle(ill)),
        other=in_words(middle(calm)),
        ratio=middle(ill).cpu / middle(calm).cpu,
        at_most=1.1,
    )


def soonest(costs: Iterable[Cost]) -> float:
    """Elapsed seconds of the quickest: what disturbs only ever adds."""
    return min(cost.wall for cost in costs)


def busyness() -> float:
    """How many processes want to run, ours included."""
    return os.getloadavg()[0]


def in_words(cost: Cost) -> str:
    return f"{cost.cpu:.2f} s ({cost.database:.2f} database, {cost.python:.2f} Python)"
