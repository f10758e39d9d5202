"""The work of a night that this worker has claimed, portion by portion: each is one transaction under the lease.

A portion first renews the lease by its token, which keeps the night's row locked until the commit: a worker that was
paused past its lease writes nothing more, and nobody takes a night over while a portion of it is under way. The night
of a small firm is one portion, since transactions cost it more than the work; that of a large one has a portion for
each step, so that its locks are short and the next attempt goes on where the last one was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone

from clients import worklist
from clients.worklist import WorkList
from groups.rules import StoredGroup, stored_groups
from scheduling.batch import Batch, Cadence, Moment, PlanningCheck
from scheduling.enums import NightState
from scheduling.models import NightlyRun
from tenants import prepared
from tenants.binding import bound_firm_id, use_firm
from tenants.feed import notes
from tenants.models import Firm

MOST_FAILURES = 3
LONGEST_ERROR = 2000

# A night may take longer than a page, and the server notices within seconds that its worker was killed. What looks at a
# few clients only has its plan made once, by indexes whatever the statistics said at that moment.
_LIMITS = """
SET LOCAL statement_timeout = %(longest)s;
SET LOCAL lock_timeout = '30s';
SET LOCAL work_mem = '64MB';
SET LOCAL client_connection_check_interval = '2s';
"""
_FOR_A_FEW = """
SET LOCAL plan_cache_mode = force_generic_plan;
SET LOCAL enable_seqscan = off;
"""

_RENEW = """
UPDATE scheduling_nightlyrun SET lease_until = statement_timestamp() + %(lease)s
WHERE firm_id = %(firm)s AND id = %(run)s AND lease_token = %(token)s::uuid AND state = 'running'
RETURNING {known}
"""

_END = """
UPDATE scheduling_nightlyrun SET step = %(step)s, attempts = 0{counts}{over} WHERE firm_id = %(firm)s AND id = %(run)s
"""

# Every active client has a plan: the narrow rows are counted, not the clients.
_OVER = """,
    state = 'done', lease_token = NULL, lease_until = NULL, finished_at = %(at)s::timestamptz,
    seconds = round(extract(epoch FROM %(at)s::timestamptz - coalesce(started_at, %(at)s::timestamptz)), 3),
    clients = (SELECT count(*) FROM scheduling_clientplan p WHERE p.firm_id = %(firm)s)
"""


class LeaseLost(Exception):  # noqa: N818 - an outcome, not a fault: somebody else has the night now
    """The night is no longer this worker's: he must write nothing more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """A night that this worker has claimed."""

    run_id: int
    token: UUID
    moment: Moment
    check: PlanningCheck | None
    full: bool
    since: datetime | None
    step: str
    # How many clients the firm has, as of the night before, and whether all steps are to be one transaction.
    size: int
    is_small: bool

    @property
    def firm(self) -> Firm:
        return self.moment.firm

    @property
    def verifies(self) -> bool:
        """Once a week everything is computed anew, to find what the incremental nights may have missed."""
        return self.moment.today.isoweekday() == 7 and not self.full


@dataclass(slots=True)
class Portion:
    """One transaction of a night: the clients that it looks at, and what it changed, by the column that counts it.

    ``careful``: the database has refused something, so that each group's filter is tried by itself.
    """

    night: Night
    listed: WorkList
    careful: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    _groups: list[StoredGroup] | None = None
    _batch: Batch | None = None

    def add(self, **counts: int) -> None:
        for name, count in counts.items():
            self.counts[name] = self.counts.get(name, 0) + count

    def groups(self) -> list[StoredGroup]:
        """The firm's groups, read once."""
        if self._groups is None:
            self._groups = stored_groups()
        return self._groups

    def batch(self) -> Batch:
        """The set-based computation over the clients that are listed by now."""
        selection = self.listed.selection()
        if self._batch is None:
            self._batch = Batch(self.night.moment, selection, Cadence.of(self.night.check, self.groups()))
        else:
            self._batch = self._batch.over(selection)
        return self._batch


@contextmanager
def portion(night: Night, *steps: str, is_last: bool = False, careful: bool = False) -> Iterator[Portion]:
    """A transaction for these steps, which writes only while the lease holds and says at its end what it did."""
    with use_firm(night.firm), prepared.preparing(_renew(night)):
        work = Portion(night, _listed(night), careful)
        yield work
        if is_last and not night.is_small:
            worklist.clear()
        _end(night, steps[-1], work, is_last=is_last)
        # What the binding's end would do by itself, done where it is prepared.
        notes.write(bound_firm_id())


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


def _listed(night: Night) -> WorkList:
    if night.full:
        return WorkList(None)
    listed = WorkList(set(), kept=not night.is_small, size=night.size)
    if listed.kept:
        listed.read()
    return listed


def _renew(night: Night) -> Sequence[str]:
    """Fence: the row stays locked for this transaction. The names of what the connection has prepared."""
    given: dict[str, Any] = {
        "run": night.run_id,
        "token": str(night.token),
        "lease": settings.NIGHT_LEASE,
        "firm": bound_firm_id(),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            _LIMITS + ("" if night.full else _FOR_A_FEW) + _RENEW.format(known=prepared.KNOWN),
            given | {"longest": settings.NIGHT_STATEMENT_TIMEOUT},
        )
        row = cursor.fetchone()
    if row is None:
        raise LeaseLost
    names: Sequence[str] = row[0]
    return names


def _end(night: Night, step: str, work: Portion, *, is_last: bool) -> None:
    counts = "".join(f", {column} = {column} + %({column})s" for column in work.counts)
    given: dict[str, Any] = {"firm": bound_firm_id(), "run": night.run_id, "step": step, "at": timezone.now()}
    with connection.cursor() as cursor:
        text = _END.format(counts=counts, over=_OVER if is_last else "")
        prepared.execute(cursor, text, given | work.counts)
