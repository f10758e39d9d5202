"""The ledger of points is written here, with the sums that rankings read: in the same transaction (IFY-42, IFY-43).

Each line brings a loose tally of its own, so that people who record at the same time wait for nobody. The night puts
the loose ones of a day together. What a ranking adds up is therefore the ledger's sum at every moment, whether a night
ran, ran twice or was killed; only how many rows it reads differs.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from outcomes.enums import PointsKind
from outcomes.models import PointsEntry, PointsTally
from tenants.binding import bound_firm_id

BATCH = 2000
# An award counts one item, its reversal takes it back; a correction by hand is none.
ITEMS = {PointsKind.AWARD: 1, PointsKind.REVERSAL: -1}

# The firm's row is held so that its zone does not change meanwhile (who changes it tallies anew, and waits), and the
# types before their rows are written, as whoever replaces one holds it first.
_HOLD = """
SELECT FROM tenants_firm WHERE id = %(firm)s FOR SHARE;
SELECT FROM scheduling_appointmenttype WHERE firm_id = %(firm)s ORDER BY id FOR KEY SHARE
"""

_SETTLE = """
WITH taken AS (
    DELETE FROM outcomes_pointstally WHERE firm_id = %(firm)s AND NOT settled
    RETURNING member_id, type_id, at, points, items
)
INSERT INTO outcomes_pointstally (firm_id, member_id, type_id, at, points, items, settled)
SELECT %(firm)s::bigint, member_id, type_id, day, sum(points), sum(items), true
FROM (
    SELECT taken.*, date_trunc('day', taken.at, f.time_zone) AS day
    FROM taken JOIN tenants_firm f ON f.id = %(firm)s
) dated
GROUP BY member_id, type_id, day
"""

_OF_LEDGER = """
    SELECT e.member_id, e.type_id, date_trunc('day', e.at, f.time_zone) AS day, sum(e.points) AS points,
           count(*) FILTER (WHERE e.kind = 'award') - count(*) FILTER (WHERE e.kind = 'reversal') AS items
    FROM outcomes_pointsentry e JOIN tenants_firm f ON f.id = e.firm_id
    WHERE e.firm_id = %(firm)s
    GROUP BY 1, 2, 3
"""

# One statement, so that both halves see the same lines: one that is written meanwhile brings its own tally.
_ANEW = f"""
WITH gone AS (DELETE FROM outcomes_pointstally WHERE firm_id = %(firm)s)
INSERT INTO outcomes_pointstally (firm_id, member_id, type_id, at, points, items, settled)
SELECT %(firm)s::bigint, member_id, type_id, day, points, items, true FROM ({_OF_LEDGER}) summed
"""  # noqa: S608 - both are constants

_DIFFERING = f"""
SELECT count(*)
FROM ({_OF_LEDGER}) l
FULL JOIN (
    SELECT t.member_id, coalesce(t.type_id, 0) AS kind, date_trunc('day', t.at, f.time_zone) AS day,
           sum(t.points) AS points, sum(t.items) AS items
    FROM outcomes_pointstally t JOIN tenants_firm f ON f.id = t.firm_id
    WHERE t.firm_id = %(firm)s
    GROUP BY 1, 2, 3
) t ON t.member_id = l.member_id AND t.kind = coalesce(l.type_id, 0) AND t.day = l.day
WHERE coalesce(t.points, 0) <> coalesce(l.points, 0) OR coalesce(t.items, 0) <> coalesce(l.items, 0)
"""  # noqa: S608 - both are constants


def enter_points(entries: Sequence[PointsEntry]) -> list[PointsEntry]:
    """The only door to the ledger: the lines, each with its tally."""
    written: list[PointsEntry] = PointsEntry.objects.bulk_create(entries, batch_size=BATCH)
    PointsTally.objects.bulk_create([_tally_of(entry) for entry in entries], batch_size=BATCH)
    return written


def settle_tallies() -> None:
    """Put the loose tallies of each day, operator and type together; harmless when repeated."""
    _execute(_HOLD)
    _execute(_SETTLE)


def tally_anew() -> None:
    """All sums from the ledger: where a day begins has changed."""
    _execute(_HOLD)
    _execute(_ANEW)


def verify_tallies() -> int:
    """How many sums of a day were not the ledger's, and were mended."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERING, {"firm": bound_firm_id()})
        [differing] = cursor.fetchone()
    if differing:
        tally_anew()
    return int(differing)


def _tally_of(entry: PointsEntry) -> PointsTally:
    return PointsTally(
        member_id=entry.member_id,
        type_id=entry.type_id,
        at=entry.at,
        points=entry.points,
        items=ITEMS.get(PointsKind(entry.kind), 0),
    )


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"firm": bound_firm_id()})
