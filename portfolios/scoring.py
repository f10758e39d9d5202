"""R F M P of clients, set-based (domain section 10): one statement for a typology, however many clients.

Only what changed is written; each change of a level is noted with its day. ``scheduling``'s night, an import and the
recompute of one client after a sale all lead here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Q

from clients.changes import mark_changed
from clients.worklist import EVERYBODY, Selection
from portfolios.models import Typology
from tenants.binding import bound_firm_id

# The window is half-open: today's sale is in, that of the same day last year is out. A refund is negative: it lowers
# Monetary, and is no sale for Frequency and Recency (10.1).
_MEASURE = """
WITH ledger AS (
    SELECT client_id,
           max(date) FILTER (WHERE amount >= 0 AND date <= %(today)s) AS last_sale_on,
           count(*) FILTER (WHERE amount >= 0 AND date > %(since)s AND date <= %(today)s) AS frequency,
           coalesce(sum(amount) FILTER (WHERE date > %(since)s AND date <= %(today)s), 0)::bigint AS monetary,
           min(date) FILTER (WHERE date > %(since)s AND date <= %(today)s) AS oldest,
           min(date) FILTER (WHERE date > %(today)s) AS upcoming
    FROM portfolios_sale
    WHERE firm_id = %(firm)s AND typology_id = %(typology)s AND reversed_at IS NULL {of_sale}
    GROUP BY client_id
), measured AS (
    SELECT c.id AS client_id, l.last_sale_on, h.recency,
           coalesce(h.recency, %(today)s - l.last_sale_on) AS days,
           coalesce(h.frequency, CASE WHEN %(automatic)s THEN coalesce(l.frequency, 0) END) AS frequency,
           coalesce(h.monetary, CASE WHEN %(automatic)s THEN coalesce(l.monetary, 0) END) AS monetary,
           h.potentiality,
           (h.recency IS NOT NULL)::int + 2 * (h.frequency IS NOT NULL)::int + 4 * (h.monetary IS NOT NULL)::int
               AS by_hand,
           l.oldest, l.upcoming
    FROM clients_client c
    LEFT JOIN ledger l ON l.client_id = c.id
    LEFT JOIN portfolios_manualvalue h
        ON h.firm_id = %(firm)s AND h.client_id = c.id AND h.typology_id = %(typology)s {of_hand}
    WHERE c.firm_id = %(firm)s AND (%(automatic)s OR h.id IS NOT NULL) {of_client}
), scored AS (
    SELECT client_id, last_sale_on, recency, frequency, monetary, potentiality,
           %(scale)s - width_bucket(days - 1, %(recency)s::int[]) AS recency_level,
           1 + width_bucket(frequency, %(frequency)s::int[]) AS frequency_level,
           1 + width_bucket(monetary, %(monetary)s::bigint[]) AS monetary_level,
           1 + width_bucket(potentiality, %(potentiality)s::bigint[]) AS potentiality_level,
           by_hand,
           -- The first day on which a sale leaves the window, one enters it, or Recency passes a threshold.
           least(
               (oldest + interval '1 year')::date,
               upcoming,
               CASE WHEN recency IS NULL THEN last_sale_on + 1
                   + (%(recency)s::int[])[1 + width_bucket(days - 1, %(recency)s::int[])] END
           ) AS next_change_on
    FROM measured
)
"""
_COLUMNS = (
    "last_sale_on", "recency", "frequency", "monetary", "potentiality", "recency_level", "frequency_level",
    "monetary_level", "potentiality_level", "by_hand", "next_change_on",
)  # fmt: skip
_LEVELS = ("recency_level", "frequency_level", "monetary_level", "potentiality_level")

# Only what differs is written, computed once for both tables. A row whose value changed but no level does not belong
# to the history.
_STORE = """
, changed AS (
    SELECT s.*, ({levels_of_scored}) IS DISTINCT FROM ({levels_of_score})
               AND (o.client_id IS NOT NULL OR num_nonnulls({levels_of_scored}) > 0) AS moved
    FROM scored s LEFT JOIN portfolios_score o
        ON o.firm_id = %(firm)s AND o.client_id = s.client_id AND o.position = %(position)s
    WHERE o.client_id IS NULL OR ({of_scored}) IS DISTINCT FROM ({of_score})
), noted AS (
    INSERT INTO portfolios_levelchange (firm_id, client_id, position, "on", {levels})
    SELECT %(firm)s, client_id, %(position)s, %(today)s, {levels} FROM changed WHERE moved
    ON CONFLICT (firm_id, client_id, position, "on") DO UPDATE SET {excluded_levels}
)
INSERT INTO portfolios_score (firm_id, client_id, position, {columns})
SELECT %(firm)s, client_id, %(position)s, {columns} FROM changed
ON CONFLICT (firm_id, client_id, position) DO UPDATE SET {excluded}
RETURNING client_id
"""
# The same for everybody: where many rows are new, an insertion that expects no conflict costs a third less.
_STORE_ALL = """
, changed AS (
    SELECT s.*, o.client_id IS NULL AS is_new, ({levels_of_scored}) IS DISTINCT FROM ({levels_of_score})
               AND (o.client_id IS NOT NULL OR num_nonnulls({levels_of_scored}) > 0) AS moved
    FROM scored s LEFT JOIN portfolios_score o
        ON o.firm_id = %(firm)s AND o.client_id = s.client_id AND o.position = %(position)s
    WHERE o.client_id IS NULL OR ({of_scored}) IS DISTINCT FROM ({of_score})
), noted_first AS (
    INSERT INTO portfolios_levelchange (firm_id, client_id, position, "on", {levels})
    SELECT %(firm)s, client_id, %(position)s, %(today)s, {levels} FROM changed WHERE moved AND is_new
), noted AS (
    INSERT INTO portfolios_levelchange (firm_id, client_id, position, "on", {levels})
    SELECT %(firm)s, client_id, %(position)s, %(today)s, {levels} FROM changed WHERE moved AND NOT is_new
    ON CONFLICT (firm_id, client_id, position, "on") DO UPDATE SET {excluded_levels}
), renewed AS (
    UPDATE portfolios_score o SET {renewed} FROM changed s
    WHERE NOT s.is_new AND o.firm_id = %(firm)s AND o.client_id = s.client_id AND o.position = %(position)s
    RETURNING o.client_id
), entered AS (
    INSERT INTO portfolios_score (firm_id, client_id, position, {columns})
    SELECT %(firm)s, client_id, %(position)s, {columns} FROM changed WHERE is_new
    RETURNING client_id
)
SELECT array_agg(client_id) FROM (SELECT client_id FROM renewed UNION ALL SELECT client_id FROM entered) written
"""
# What was entered by hand is cleared in a typology without sales: nothing is left to say.
_CLEAR = """
DELETE FROM portfolios_score s
WHERE s.firm_id = %(firm)s AND s.position = %(position)s {of_score} AND NOT EXISTS (
    SELECT FROM portfolios_manualvalue h
    WHERE h.firm_id = %(firm)s AND h.client_id = s.client_id AND h.typology_id = %(typology)s
)
RETURNING client_id
"""
_DUE = """
SELECT client_id FROM portfolios_score
WHERE firm_id = %(firm)s AND position = %(position)s AND next_change_on <= %(today)s
"""


@dataclass(frozen=True, slots=True)
class Scoring:
    """What one statement needs to know of a typology."""

    typology: Typology
    today: date

    def params(self, clients: Selection) -> dict[str, Any]:
        typology = self.typology
        return {
            "firm": bound_firm_id(),
            "typology": typology.pk,
            "position": typology.position,
            "today": self.today,
            "since": a_year_before(self.today),
            "automatic": typology.is_automatic,
            "scale": typology.scale,
            "recency": typology.recency_thresholds,
            "frequency": typology.frequency_thresholds,
            "monetary": [int(amount.scaleb(2)) for amount in typology.monetary_thresholds],
            "potentiality": [int(amount.scaleb(2)) for amount in typology.potentiality_thresholds],
            "clients": clients.ids,
        }


def a_year_before(day: date) -> date:
    """The same day last year; of 29 February the 28th (10.1)."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def score(typology: Typology, *, today: date, clients: Selection = EVERYBODY) -> list[int]:
    """Compute the measures of these clients in the typology; the ids of those whose row changed."""
    params = Scoring(typology, today).params(clients)
    measure = _MEASURE.format(
        of_sale=clients.restriction("client_id"),
        of_hand=clients.restriction("h.client_id"),
        of_client=clients.restriction("c.id"),
    )
    with connection.cursor() as cursor:
        # Of a new firm the statistics know nothing yet, and a nested loop over everybody would never end.
        cursor.execute("SET LOCAL enable_nestloop = %s", ["on" if clients.ids is not None else "off"])
        cleared = []
        if not typology.is_automatic:
            cursor.execute(_CLEAR.format(of_score=clients.restriction("s.client_id")), params)
            cleared = [row[0] for row in cursor.fetchall()]
        changed = _store_all(cursor, measure, params) if clients.ids is None else None
        if changed is None:
            cursor.execute(measure + _STORED, params)
            changed = [row[0] for row in cursor.fetchall()]
        cursor.execute("SET LOCAL enable_nestloop = on")
        return cleared + changed


def _store_all(cursor: CursorWrapper, measure: str, params: dict[str, Any]) -> list[int] | None:
    """Whose row changed; None when somebody entered one of the new rows meanwhile, and nothing is stored yet."""
    try:
        with transaction.atomic():
            cursor.execute(measure + _STORED_ALL, params)
            return cursor.fetchone()[0] or []
    except IntegrityError:
        return None


def due(typology: Typology, *, today: date) -> list[int]:
    """The clients for whom the passing of time alone changes something by ``today``."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, Scoring(typology, today).params(EVERYBODY))
        return [row[0] for row in cursor.fetchall()]


def score_at_once(typology: Typology, *, today: date, clients: Selection = EVERYBODY) -> None:
    """Before the night, which finds nothing to change any more: whoever changed is noted for the groups that follow."""
    changed = score(typology, today=today, clients=clients)
    if changed:
        mark_changed(changed)


def score_clients(client_ids: Sequence[int], *, today: date) -> None:
    """The measures of these clients in every active typology, at once: after a sale or a value entered by hand."""
    for typology in Typology.objects.filter(active=True).order_by("position"):
        score_at_once(typology, today=today, clients=Selection(client_ids))


def waiting_for_the_night() -> list[Typology]:
    """Active typologies (GAT-21) whose levels move with time, or follow from something that has changed."""
    return list(
        Typology.objects.filter(Q(is_automatic=True) | Q(changed_at__isnull=False), active=True).order_by("position")
    )


def _joined(alias: str, names: Sequence[str]) -> str:
    return ", ".join(f"{alias}{name}" for name in names)


def _replaced(names: Sequence[str]) -> str:
    return ", ".join(f"{name} = excluded.{name}" for name in names)


_WORDS = {
    "levels": _joined("", _LEVELS),
    "levels_of_scored": _joined("s.", _LEVELS),
    "levels_of_score": _joined("o.", _LEVELS),
    "excluded_levels": _replaced(_LEVELS),
    "columns": _joined("", _COLUMNS),
    "of_scored": _joined("s.", _COLUMNS),
    "of_score": _joined("o.", _COLUMNS),
}
_STORED = _STORE.format(**_WORDS, excluded=_replaced(_COLUMNS))
_STORED_ALL = _STORE_ALL.format(**_WORDS, renewed=", ".join(f"{name} = s.{name}" for name in _COLUMNS))
