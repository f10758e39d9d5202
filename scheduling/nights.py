"""When a firm's night is due, and who may run it: the database decides, Celery only wakes (security.md 4.2).

A night is one row for each firm and local date. It is claimed in a committed transaction of its own, with a lease and a
token, before the work begins; each step of the work is one transaction that first renews the lease by that token. So a
night cannot run twice at once, a worker that was paused past its lease writes nothing more, a worker that dies leaves a
row that another takes, and a firm that kills its workers runs out of attempts instead of blocking the others.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from clients import worklist
from scheduling import planning
from scheduling.batch import Moment
from scheduling.enums import NightState
from scheduling.models import NightlyRun
from tenants.binding import bound_firm, bound_firm_id, local_today, use_firm
from tenants.models import Firm, Membership

logger = logging.getLogger(__name__)

NIGHT_HOUR = time(1, 30)
MOST_NIGHTS = 7
MOST_LOST_WORKERS = 10
MOST_FAILURES = 3
LONGEST_ERROR = 2000
WAITING = (NightState.PENDING, NightState.RUNNING, NightState.FAILED)


# A night may take longer than a page; the server notices within seconds that its worker was killed; and between sets of
# clients a nested loop is never right (clients.planner).
_LIMITS = """
SET LOCAL statement_timeout = %(longest)s;
SET LOCAL lock_timeout = '30s';
SET LOCAL work_mem = '64MB';
SET LOCAL client_connection_check_interval = '2s';
SET LOCAL enable_nestloop = off;
"""

_RENEW = """
UPDATE scheduling_nightlyrun SET lease_until = statement_timestamp() + %(lease)s
WHERE firm_id = %(firm)s AND id = %(run)s AND lease_token = %(token)s::uuid AND state = 'running'
"""

_END_STEP = """
UPDATE scheduling_nightlyrun SET step = %(step)s, attempts = 0{counts} WHERE firm_id = %(firm)s AND id = %(run)s
"""

_FINISH = """
UPDATE scheduling_nightlyrun
SET state = 'done', lease_token = NULL, lease_until = NULL, finished_at = %(at)s,
    seconds = round(extract(epoch FROM %(at)s - coalesce(started_at, %(at)s)), 3)
WHERE firm_id = %(firm)s AND id = %(run)s AND lease_token = %(token)s::uuid AND state = 'running'
"""

_CONCERNED = """
SELECT * FROM scheduling_nightlyrun WHERE firm_id = %(firm)s AND (local_date = %(day)s OR state = 'running')
FOR UPDATE SKIP LOCKED
"""

_OTHERS = """
SELECT FROM scheduling_nightlyrun WHERE firm_id = %(firm)s AND state = 'running' AND id <> ALL(%(known)s) LIMIT 1
"""

# With the word whether another night than %(run)s has been begun since.
_PREVIOUS = """
SELECT p.*, EXISTS (
    SELECT FROM scheduling_nightlyrun b
    WHERE b.firm_id = %(firm)s AND b.started_at > p.finished_at AND b.id <> %(run)s
) AS is_followed
FROM scheduling_nightlyrun p
WHERE p.firm_id = %(firm)s AND p.state = 'done'
ORDER BY p.finished_at DESC LIMIT 1
"""

# Not when it is there: an INSERT would wait for a step that has the row locked.
_ENSURE = """
INSERT INTO scheduling_nightlyrun (
    firm_id, local_date, state, attempts, failures, step, "full", basis, clients, members_changed, plans_changed,
    reminders_opened, reminders_closed, repaired, error
)
SELECT %(firm)s, %(day)s, 'pending', 0, 0, '', false, '', 0, 0, 0, 0, 0, 0, ''
WHERE NOT EXISTS (SELECT FROM scheduling_nightlyrun WHERE firm_id = %(firm)s AND local_date = %(day)s)
ON CONFLICT (firm_id, local_date) DO NOTHING
"""


class LeaseLost(Exception):  # noqa: N818 - an outcome, not a fault: somebody else has the night now
    """The night is no longer this worker's: he must write nothing more."""


@dataclass(frozen=True, slots=True)
class FirmWork:
    """What the dispatcher knows of one firm: its zone, its finished nights and as of when, those that wait."""

    firm_id: int
    time_zone: str
    founded_at: datetime
    finished: Mapping[date, datetime]
    waiting: tuple[date, ...]

    def nights(self, at: datetime) -> list[date]:
        """The nights to run now, oldest first: those that wait for a worker and those that have come due."""
        return sorted({*self.waiting, *nights_due(self, at)})


@dataclass(slots=True)
class Tally:
    """What one step changed, by the name of the column that counts it."""

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, **counts: int) -> None:
        for name, count in counts.items():
            self.counts[name] = self.counts.get(name, 0) + count


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """A night that this worker has claimed."""

    run_id: int
    token: UUID
    moment: Moment
    full: bool
    since: datetime | None
    step: str

    @property
    def firm(self) -> Firm:
        return self.moment.firm

    @property
    def verifies(self) -> bool:
        """Once a week everything is computed anew, to find what the incremental nights may have missed."""
        return self.moment.today.isoweekday() == 7 and not self.full


def due_at(day: date, zone: ZoneInfo) -> datetime:
    """01:30 of the local date, the first of the two when it comes twice, as an instant. Comparing instants is right in
    every zone; "past 01:30 on the local clock and no row for today" misses dates in some.
    """
    return datetime.combine(day, NIGHT_HOUR, zone).replace(fold=0).astimezone(UTC)


def nights_due(firm: FirmWork, at: datetime) -> list[date]:
    """The local dates after the last finished one that are due, at most the last seven (architecture.md section 4).

    A night that was run by hand before its hour, or for a day to come, does not count as that date's night.
    """
    zone = ZoneInfo(firm.time_zone)
    today = at.astimezone(zone).date()
    days = [today + timedelta(days=days) for days in range(-MOST_NIGHTS - 1, 2)]
    due = [day for day in days if due_at(day, zone) <= at][-MOST_NIGHTS:]
    over = [day for day in due if day in firm.finished and firm.finished[day] >= due_at(day, zone)]
    founded = firm.founded_at.astimezone(zone).date()
    return [day for day in due if day >= founded and (not over or day > over[-1])]


def firms_with_work_due(at: datetime) -> list[FirmWork]:
    """Every firm that may have a night to run, the largest first. Works unbound, as nothing else here does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT firm_id, time_zone, founded_at, finished_on, finished_as_of, waiting_on"
            " FROM app.firms_with_work_due(%s)",
            [at],
        )
        return [
            FirmWork(firm_id, zone, founded, dict(zip(finished, as_of, strict=True)), tuple(waiting))
            for firm_id, zone, founded, finished, as_of, waiting in cursor.fetchall()
        ]


def request_night(day: date, *, by: Membership | None) -> NightlyRun | None:
    """Ask for the night of ``day`` of the bound firm, even if it is over: a full one. None while it is being run."""
    _ensure(day)
    rows = NightlyRun.objects.select_for_update(skip_locked=True).filter(local_date=day)
    run: NightlyRun | None = rows.first()
    if run is None or (run.state == NightState.RUNNING and not _lease_is_over(run)):
        return None
    _reset(run)
    run.state, run.full, run.started_by = NightState.PENDING, True, by
    run.save()
    return run


def claim(firm_id: int, day: date, *, at: datetime) -> Night | None:
    """Take the night of ``day``, or None when it is over, somebody else has it, or another night of the firm runs."""
    try:
        with use_firm(firm_id):
            _ensure(day)
            run = _take(day, at)
            return None if run is None else _night(run)
    except IntegrityError:
        # The key "one running night for each firm": another worker was quicker with another date.
        return None


@contextmanager
def step(night: Night, name: str) -> Iterator[Tally]:
    """One step of the night: a transaction that writes only while the lease holds, and says at its end what it did."""
    with use_firm(night.firm):
        _renew(night, _LIMITS)
        tally = Tally()
        yield tally
        counts = "".join(f", {column} = {column} + %({column})s" for column in tally.counts)
        _execute(_END_STEP.format(counts=counts), {"run": night.run_id, "step": name, **tally.counts})


def finish(night: Night) -> None:
    """The night is over: its work list is empty again."""
    with use_firm(night.firm):
        worklist.clear()
        if not _execute(_FINISH, {"run": night.run_id, "token": str(night.token), "at": timezone.now()}):
            raise LeaseLost


def fail(night: Night, error: Exception) -> None:
    """The night ended in an error: another attempt later, unless there were too many."""
    with use_firm(night.firm):
        mine = NightlyRun.objects.filter(pk=night.run_id, lease_token=night.token)
        for run in mine.select_for_update():
            run.failures += 1
            run.state = NightState.DEAD if run.failures >= MOST_FAILURES else NightState.FAILED
            run.lease_token, run.finished_at = None, timezone.now()
            run.lease_until = run.finished_at + settings.NIGHT_RETRY * run.failures
            run.error = f"{type(error).__name__}: {error}".strip()[:LONGEST_ERROR]
            run.save()


def _ensure(day: date) -> None:
    """The row of the night, unless it is there."""
    _execute(_ENSURE, {"day": day})


def _take(day: date, at: datetime) -> NightlyRun | None:
    """Lock the night's row and count the attempt; rows that somebody holds are passed over, not waited for."""
    concerned = NightlyRun.objects.raw(_CONCERNED, {"firm": bound_firm_id(), "day": day})
    found: dict[date, NightlyRun] = {run.local_date: run for run in concerned}
    run = found.pop(day, None)
    if run is None or not _is_claimable(run, at) or _is_firm_busy(run, found.values()):
        return None
    for lost in found.values():
        NightlyRun.objects.filter(pk=lost.pk).update(state=NightState.FAILED, lease_token=None)
    if run.state not in (NightState.RUNNING, NightState.FAILED):
        _begin(run, at)
    if run.attempts >= MOST_LOST_WORKERS:
        logger.error("The night of %s of firm %s has lost too many workers.", day, run.firm_id)
        run.state, run.error, run.lease_token = NightState.DEAD, "Too many workers were lost.", None
        run.save()
        return None
    run.attempts += 1
    run.state, run.lease_token, run.error = NightState.RUNNING, uuid4(), ""
    run.lease_until = Now() + settings.NIGHT_LEASE
    run.save()
    return run


def _is_firm_busy(run: NightlyRun, lost: Collection[NightlyRun]) -> bool:
    """Whether another night of the firm is being run: its lease holds, or a step of it has its row locked."""
    if any(not _lease_is_over(other) for other in lost):
        return True
    return bool(_execute(_OTHERS, {"known": [run.pk, *(other.pk for other in lost)]}))


def _is_claimable(run: NightlyRun, at: datetime) -> bool:
    match run.state:
        case NightState.PENDING:
            return True
        case NightState.RUNNING | NightState.FAILED:
            return _lease_is_over(run)
        case NightState.DONE:
            due = due_at(run.local_date, ZoneInfo(bound_firm().time_zone))
            return run.as_of is not None and run.as_of < due <= at
    return False


def _lease_is_over(run: NightlyRun) -> bool:
    """By the database's clock, which all workers share."""
    return NightlyRun.objects.filter(pk=run.pk).filter(Q(lease_until=None) | Q(lease_until__lte=Now())).exists()


def _begin(run: NightlyRun, at: datetime) -> None:
    """Fix, for all attempts, as of when the night computes and whether it can build on the one before."""
    moment = Moment.of_night(bound_firm(), run.local_date, clock=at)
    previous = next(iter(NightlyRun.objects.raw(_PREVIOUS, {"firm": bound_firm_id(), "run": run.pk})), None)
    asked_for_all = run.full and run.state == NightState.PENDING
    basis = planning.basis(moment)
    _reset(run)
    run.as_of, run.basis, run.started_at = moment.now, basis, timezone.now()
    run.full = asked_for_all or previous is None or not _builds_on(previous, run)
    run.since = None if run.full or previous is None else previous.as_of


def _builds_on(previous: NightlyRun, run: NightlyRun) -> bool:
    """Whether what ``previous`` left is right but for what changed since: same basis, later, and nothing in between."""
    if previous.as_of is None or run.as_of is None or previous.basis != run.basis:
        return False
    is_later = previous.as_of <= run.as_of and previous.local_date <= run.local_date
    return is_later and not previous.is_followed  # type: ignore[attr-defined]


def _reset(run: NightlyRun) -> None:
    """Empty what an earlier run of the same date left."""
    fresh = NightlyRun(pk=run.pk, local_date=run.local_date, started_by_id=run.started_by_id)
    for column in NightlyRun._meta.concrete_fields:
        if column.attname not in ("firm_id", "id"):
            setattr(run, column.attname, getattr(fresh, column.attname))


def _night(run: NightlyRun) -> Night:
    if run.as_of is None or run.lease_token is None:
        raise ValueError("the night was not claimed")
    moment = Moment(firm=bound_firm(), today=run.local_date, now=run.as_of)
    return Night(run_id=run.pk, token=run.lease_token, moment=moment, full=run.full, since=run.since, step=run.step)


def _renew(night: Night, before: str = "") -> None:
    """Fence: the row stays locked for this transaction, so that nobody can take the night before it commits."""
    given = {"run": night.run_id, "token": str(night.token), "lease": settings.NIGHT_LEASE}
    if not _execute(before + _RENEW, given | {"longest": settings.NIGHT_STATEMENT_TIMEOUT}):
        raise LeaseLost


def _execute(statement: str, given: dict[str, Any]) -> int:
    """SQL by hand where the ORM's would be made anew for every step of every firm; how many rows were written."""
    with connection.cursor() as cursor:
        cursor.execute(statement, {"firm": bound_firm_id(), **given})
        return int(cursor.rowcount)


def last_night() -> QuerySet[NightlyRun]:
    """The night that was finished last, whatever its date."""
    runs: QuerySet[NightlyRun] = NightlyRun.objects.filter(state=NightState.DONE).order_by("-finished_at")
    return runs


def as_of(today: date, *, night: date | None, finished_at: datetime | None) -> date:
    """The day for which the plans hold: today, unless the last night of today was run by hand for another date."""
    if night is None or finished_at is None or local_today(bound_firm(), at=finished_at) != today:
        return today
    return night
