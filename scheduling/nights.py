"""Who may run a firm's night of a date: the database decides, Celery only wakes (security.md 4.2).

A night is one row for each firm and local date. It is claimed in a committed transaction of its own, with a lease and a
token, before the work begins (``scheduling.portions``). So it cannot run twice at once, a worker that dies leaves a row
that another takes, and a firm that kills its workers runs out of attempts instead of blocking the others.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, connection, models
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from scheduling import planning
from scheduling.batch import Moment, PlanningCheck
from scheduling.due_nights import due_at
from scheduling.enums import NightState
from scheduling.models import NightlyRun
from scheduling.portions import Night
from tenants import prepared
from tenants.binding import bound_firm, bound_firm_id, local_today, use_firm
from tenants.models import Firm, Membership

logger = logging.getLogger(__name__)

MOST_LOST_WORKERS = 10
WAITING = (NightState.PENDING, NightState.RUNNING, NightState.FAILED)

# Not when it is there: an INSERT would wait for a step that has the row locked.
_ENSURE = """
INSERT INTO scheduling_nightlyrun (
    firm_id, local_date, state, attempts, failures, step, "full", basis, clients, scores_changed, members_changed,
    plans_changed, reminders_opened, reminders_closed, repaired, error
)
SELECT %(firm)s, %(day)s, 'pending', 0, 0, '', false, '', 0, 0, 0, 0, 0, 0, 0, ''
WHERE NOT EXISTS (SELECT FROM scheduling_nightlyrun WHERE firm_id = %(firm)s AND local_date = %(day)s)
ON CONFLICT (firm_id, local_date) DO NOTHING
"""

# The night's own row and any that is being run, unless somebody holds them.
_LOOK = """
SELECT {columns}, coalesce(r.lease_until <= statement_timestamp(), true)
FROM scheduling_nightlyrun r
WHERE r.firm_id = %(firm)s AND (r.local_date = %(day)s OR r.state = 'running')
FOR UPDATE SKIP LOCKED
"""

# What decides how the night goes about it: the firm, the notice, whether another night of it is being run, the night
# before and whether one was begun since, and how much there is to do.
_FACTS = """
SELECT {columns},
       k.id, k.lead_days,
       EXISTS (SELECT FROM scheduling_nightlyrun o
               WHERE o.firm_id = %(firm)s AND o.state = 'running' AND o.id <> ALL(%(known)s::bigint[])),
       p.local_date, p.as_of, p.basis,
       EXISTS (SELECT FROM scheduling_nightlyrun b
               WHERE b.firm_id = %(firm)s AND b.started_at > p.finished_at AND b.id IS DISTINCT FROM %(run)s::bigint),
       coalesce(p.clients, (SELECT count(*) FROM (
           SELECT FROM clients_client c WHERE c.firm_id = %(firm)s LIMIT %(most)s) c))
       + (SELECT count(*) FROM (SELECT FROM clients_changedclient m WHERE m.firm_id = %(firm)s LIMIT %(most)s) m)
FROM tenants_firm f
LEFT JOIN scheduling_check k ON k.firm_id = %(firm)s AND k.kind = 'planning' AND k.active
LEFT JOIN (
    SELECT * FROM scheduling_nightlyrun p WHERE p.firm_id = %(firm)s AND p.state = 'done'
    ORDER BY p.finished_at DESC LIMIT 1
) p ON true
WHERE f.id = %(firm)s
"""

_TAKE = """
UPDATE scheduling_nightlyrun
SET state = 'running', attempts = %(attempts)s, error = '', lease_token = %(token)s::uuid,
    lease_until = statement_timestamp() + %(lease)s::interval{begin}
WHERE firm_id = %(firm)s AND id = %(run)s
"""

# A night that nobody has asked for yet begins with its row. One that another worker is just beginning is his: the
# INSERT waits for him, and writes nothing.
_START = """
INSERT INTO scheduling_nightlyrun (
    firm_id, local_date, state, attempts, failures, step, "full", basis, clients, scores_changed, members_changed,
    plans_changed, reminders_opened, reminders_closed, repaired, error,
    lease_token, lease_until, as_of, since, started_at
)
VALUES (
    %(firm)s, %(day)s, 'running', 1, 0, '', %(full)s, %(basis)s, 0, 0, 0, 0, 0, 0, 0, '',
    %(token)s::uuid, statement_timestamp() + %(lease)s::interval, %(as_of)s, %(since)s, %(started_at)s
)
ON CONFLICT (firm_id, local_date) DO NOTHING
RETURNING id
"""

# Anew, as of a moment that holds for all attempts.
_BEGIN = """, failures = 0, step = '', finished_at = NULL, seconds = NULL, clients = 0, scores_changed = 0,
    members_changed = 0, plans_changed = 0, reminders_opened = 0, reminders_closed = 0, repaired = 0,
    as_of = %(as_of)s, since = %(since)s, "full" = %(full)s, basis = %(basis)s, started_at = %(started_at)s
"""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known of the firm when its night is claimed."""

    firm: Firm
    check: PlanningCheck | None
    is_busy: bool
    previous_date: date | None
    previous_as_of: datetime | None
    previous_basis: str | None
    is_followed: bool
    size: int


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
        with use_firm(firm_id), prepared.preparing(_known()):
            return _take(_look(day), day, at)
    except IntegrityError:
        # The key "one running night for each firm": another worker was quicker with another date.
        return None


def _ensure(day: date) -> None:
    """The row of the night, unless it is there."""
    _execute(_ENSURE, {"day": day})


def _known() -> Sequence[str]:
    """What the connection has prepared."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL plan_cache_mode = force_generic_plan; SELECT {prepared.KNOWN}")
        names: Sequence[str] = cursor.fetchone()[0]
        return names


def _look(day: date) -> dict[date, tuple[NightlyRun, bool]]:
    """The rows concerned, each with the word whether its lease is over."""
    with connection.cursor() as cursor:
        text = _LOOK.format(columns=_columns(NightlyRun, "r"))
        prepared.execute(cursor, text, {"firm": bound_firm_id(), "day": day})
        rows = cursor.fetchall()
    found = {}
    for *values, is_over in rows:
        run = NightlyRun.from_db("default", _names(NightlyRun), values)
        found[run.local_date] = (run, bool(is_over))
    return found


def _take(found: Mapping[date, tuple[NightlyRun, bool]], day: date, at: datetime) -> Night | None:
    """Count the attempt, unless the night is not to be run now; rows that somebody holds were passed over."""
    run, is_over = found.get(day, (NightlyRun(local_date=day), True))
    if run.state == NightState.DEAD or (run.state != NightState.PENDING and not is_over):
        return None
    others = [(other, over) for date_, (other, over) in found.items() if date_ != day]
    facts = _facts(run, [other.pk for other, _ in found.values()])
    if facts.is_busy or any(not over for _, over in others) or not _is_wanted(run, facts.firm, at):
        return None
    for lost, _ in others:
        NightlyRun.objects.filter(pk=lost.pk).update(state=NightState.FAILED, lease_token=None)
    begun = {} if run.state in (NightState.RUNNING, NightState.FAILED) else _begin(run, facts, at)
    if run.attempts >= MOST_LOST_WORKERS:
        logger.error("The night of %s of firm %s has lost too many workers.", day, run.firm_id)
        run.state, run.error, run.lease_token = NightState.DEAD, "Too many workers were lost.", None
        run.save()
        return None
    return _claimed(run, facts, begun)


def _claimed(run: NightlyRun, facts: _Facts, begun: Mapping[str, Any]) -> Night | None:
    run_id, token = run.pk, uuid4()
    given = {"firm": bound_firm_id(), "token": token.hex, "lease": settings.NIGHT_LEASE, **begun}
    with connection.cursor() as cursor:
        if run_id is None:
            prepared.execute(cursor, _START, given | {"day": run.local_date})
            run_id = (cursor.fetchone() or [None])[0]
        else:
            text = _TAKE.format(begin=_BEGIN if begun else "")
            prepared.execute(cursor, text, given | {"run": run_id, "attempts": run.attempts + 1})
    if run_id is None:
        return None
    if run.as_of is None:
        raise ValueError("the night was never begun")
    return Night(
        run_id=run_id,
        token=token,
        moment=Moment(firm=facts.firm, today=run.local_date, now=run.as_of),
        check=facts.check,
        full=run.full,
        since=run.since,
        step=run.step,
        size=facts.size,
        # A list that is kept must be found again: not once a step of it is over.
        is_small=not run.step and facts.size <= settings.NIGHT_SMALL_FIRM,
    )


def _facts(run: NightlyRun, known: Collection[int]) -> _Facts:
    text = _FACTS.format(columns=_columns(Firm, "f"))
    row = prepared.fetch_one(
        text, {"firm": bound_firm_id(), "run": run.pk, "known": list(known), "most": settings.NIGHT_SMALL_FIRM + 1}
    )
    names = _names(Firm)
    pk, lead_days, *others = row[len(names) :]
    check = None if pk is None else PlanningCheck(pk, lead_days)
    return _Facts(Firm.from_db("default", names, row[: len(names)]), check, *others)


def _is_wanted(run: NightlyRun, firm: Firm, at: datetime) -> bool:
    """One that is over is run again when it was run before its hour."""
    if run.state != NightState.DONE:
        return True
    return run.as_of is not None and run.as_of < due_at(run.local_date, ZoneInfo(firm.time_zone)) <= at


def _lease_is_over(run: NightlyRun) -> bool:
    """By the database's clock, which all workers share."""
    return NightlyRun.objects.filter(pk=run.pk).filter(Q(lease_until=None) | Q(lease_until__lte=Now())).exists()


def _begin(run: NightlyRun, facts: _Facts, at: datetime) -> dict[str, Any]:
    """Fix, for all attempts, as of when the night computes and whether it can build on the one before."""
    moment = Moment.of_night(facts.firm, run.local_date, clock=at)
    asked_for_all = run.full and run.state == NightState.PENDING
    if run.pk is not None:
        _reset(run)
    run.as_of, run.started_at = moment.now, timezone.now()
    run.basis = planning.basis(moment, facts.check)
    run.full = asked_for_all or not _builds_on(facts, run)
    run.since = None if run.full else facts.previous_as_of
    return {name: getattr(run, name) for name in ("as_of", "since", "full", "basis", "started_at")}


def _builds_on(facts: _Facts, run: NightlyRun) -> bool:
    """Whether what the night before left is right but for what changed since: same basis, later, nothing in between."""
    if facts.previous_as_of is None or facts.previous_date is None or run.as_of is None:
        return False
    is_later = facts.previous_as_of <= run.as_of and facts.previous_date <= run.local_date
    return is_later and facts.previous_basis == run.basis and not facts.is_followed


def _reset(run: NightlyRun) -> None:
    """Empty what an earlier run of the same date left."""
    fresh = NightlyRun(pk=run.pk, local_date=run.local_date, started_by_id=run.started_by_id)
    for column in NightlyRun._meta.concrete_fields:
        if column.attname not in ("firm_id", "id"):
            setattr(run, column.attname, getattr(fresh, column.attname))


@cache
def _names(model: type[models.Model]) -> list[str]:
    return [column.attname for column in model._meta.concrete_fields]


@cache
def _columns(model: type[models.Model], alias: str) -> str:
    """Its columns one by one: a statement that was prepared must go on giving the same ones."""
    return ", ".join(f'{alias}."{column.column}"' for column in model._meta.concrete_fields)


def _execute(statement: str, given: dict[str, Any]) -> int:
    """SQL by hand where the ORM's would be made anew for every firm; how many rows were written."""
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
