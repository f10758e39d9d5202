"""What portfolios contributes to the import of clients: the main portfolio, and the links of each typology, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from clients.imports import cells
from clients.imports.cells import Notation, Value
from clients.imports.targets import Column, Place, Target, contribute, contribute_many
from portfolios.client_fields import SUBJECTS
from portfolios.models import Link, Portfolio, Subject, Typology
from portfolios.queries import active_typologies
from tenants.binding import bound_firm, local_today

# Every part of a link but the period.
PARTS = ("portfolio_id", *(f"{slot}_id" for slot in SUBJECTS))
# A link of today is corrected; one of before ends yesterday, and its successor takes over what the file does not say.
CORRECTED = """
    SET {slot} = s.{staged} FROM import_stage s
    WHERE t.firm_id = %(firm)s AND t.typology_id = %(typology)s AND t.client_id = s.client_id AND t.until IS NULL
      AND s.row_id = s.head AND s.{staged} IS NOT NULL AND t.since >= %(today)s AND t.{slot} IS DISTINCT FROM s.{staged}
"""
ENDED = """
    SET until = %(yesterday)s FROM import_stage s
    WHERE t.firm_id = %(firm)s AND t.typology_id = %(typology)s AND t.client_id = s.client_id AND t.until IS NULL
      AND s.row_id = s.head AND s.{staged} IS NOT NULL AND t.since < %(today)s AND t.{slot} IS DISTINCT FROM s.{staged}
"""
BEGUN = """
    SELECT DISTINCT ON (s.client_id) s.client_id, {parts}
    FROM import_stage s JOIN clients_client c ON c.firm_id = %(firm)s AND c.id = s.client_id
    LEFT JOIN portfolios_link t ON t.firm_id = %(firm)s AND t.client_id = s.client_id
        AND t.typology_id = %(typology)s AND t.until = %(yesterday)s
    WHERE s.row_id = s.head AND s.{staged} IS NOT NULL AND NOT EXISTS (
        SELECT FROM portfolios_link o WHERE o.firm_id = %(firm)s AND o.client_id = s.client_id
            AND o.typology_id = %(typology)s AND o.until IS NULL
    )
    ORDER BY s.client_id, t.id DESC
"""
# Whom the file moved to another main portfolio, with the one of before.
MOVED = """
    SELECT m.client_id, (m.before->>'main_portfolio_id')::bigint AS former, c.main_portfolio_id AS portfolio_id,
        least(c.created_at::date, %(yesterday)s) AS since
    FROM import_made m JOIN clients_client c ON c.firm_id = %(firm)s AND c.id = m.client_id
    WHERE m.made = 'clients_client' AND (m.before->>'main_portfolio_id')::bigint <> c.main_portfolio_id
"""
OF_MOVED = """
    FROM ({moved}) f
    WHERE t.firm_id = %(firm)s AND t.typology_id = %(typology)s AND t.client_id = f.client_id AND t.until IS NULL
"""
WITHOUT_LINK = """
    SELECT f.* FROM ({moved}) f WHERE NOT EXISTS (
        SELECT FROM portfolios_link t WHERE t.firm_id = %(firm)s AND t.client_id = f.client_id
            AND t.typology_id = %(typology)s AND t.since < %(today)s
    )
"""
SUCCEEDED = """
    SELECT DISTINCT ON (f.client_id) f.client_id, {parts}
    FROM ({moved}) f
    LEFT JOIN portfolios_link t ON t.firm_id = %(firm)s AND t.client_id = f.client_id
        AND t.typology_id = %(typology)s AND t.until = %(yesterday)s
    WHERE NOT EXISTS (
        SELECT FROM portfolios_link o WHERE o.firm_id = %(firm)s AND o.client_id = f.client_id
            AND o.typology_id = %(typology)s AND o.until IS NULL
    )
    ORDER BY f.client_id, t.id DESC
"""


def register() -> None:
    """Called when the app is ready."""
    contribute(
        Target(
            name="main_portfolio",
            label=_("main portfolio"),
            place=Place.CLIENT,
            columns=(Column("main_portfolio_id", "bigint"),),
            reader=partial(_portfolio, 1),
            write=_note_main_portfolios,
        )
    )
    contribute_many(link_targets)


def link_targets() -> Iterator[Target]:
    """Of each active typology the portfolio (of the first one it is the main portfolio) and the subjects."""
    for typology in active_typologies():
        if typology.position > 1:
            reader = partial(_portfolio, typology.position)
            yield _target(typology, "name", "portfolio_id", _("portfolio"), reader)
        for slot, label in SUBJECTS.items():
            yield _target(typology, slot, f"{slot}_id", label, partial(_subject, slot))


def _target(typology: Typology, name: str, slot: str, label: Any, reader: Any) -> Target:
    staged = f"portfolio_{typology.position}_{name}"
    return Target(
        name=f"portfolio.{typology.position}.{name}",
        label=format_lazy("{typology}: {label}", typology=typology.name, label=label),
        place=Place.CUSTOM,
        columns=(Column(staged, "bigint"),),
        reader=reader,
        write=partial(_write, typology, slot, staged),
    )


def _portfolio(position: int, notation: Notation) -> Callable[[str], tuple[Value, ...]]:
    offered = Portfolio.objects.filter(active=True, typology__position=position)
    read = cells.entry(list(offered.values_list("name", "pk")))
    return lambda cell: (read(cell),)


def _subject(kind: str, notation: Notation) -> Callable[[str], tuple[Value, ...]]:
    """By name or by code."""
    rows = list(Subject.objects.filter(active=True, kind=kind).values_list("name", "code", "pk"))
    read = cells.entry([*((code, pk) for _name, code, pk in rows), *((name, pk) for name, _code, pk in rows)])
    return lambda cell: (read(cell),)


def _note_main_portfolios(writing: Any) -> None:
    """The record was given another main portfolio: the one of before becomes history, as by the other doors."""
    _dated(writing, Typology.objects.get(position=1))
    moved = OF_MOVED.format(moved=MOVED)
    writing.update_and_touch(Link, f"SET portfolio_id = f.portfolio_id {moved} AND t.since >= %(today)s")
    ended = f"SET until = %(yesterday)s, portfolio_id = f.former {moved} AND t.since < %(today)s"
    writing.update_and_touch(Link, ended)
    fixed = {"typology_id": "%(typology)s", "by_id": "%(by)s"}
    former = {"client_id": "r.client_id", "portfolio_id": "r.former", "since": "r.since", "until": "%(yesterday)s"}
    writing.insert_and_touch(Link, WITHOUT_LINK.format(moved=MOVED), {**former, **fixed})
    values = {part: f"t.{part}" for part in PARTS} | {"portfolio_id": "f.portfolio_id"}
    parts = ", ".join(f"{value} AS {part}" for part, value in values.items())
    given = {part: f"r.{part}" for part in ("client_id", *PARTS)}
    writing.insert_and_touch(Link, SUCCEEDED.format(moved=MOVED, parts=parts), {**given, **fixed, "since": "%(today)s"})


def _dated(writing: Any, typology: Typology) -> None:
    """What the statements need to know beside the staged rows."""
    today = local_today(bound_firm(), at=writing.at)
    writing.params |= {"typology": typology.pk, "today": today, "yesterday": today - timedelta(days=1)}


def _write(typology: Typology, slot: str, staged: str, writing: Any) -> None:
    """From today on, in three statements; what held before stays as history. ``writing``: the import under way."""
    _dated(writing, typology)
    writing.update_and_touch(Link, CORRECTED.format(slot=slot, staged=staged))
    writing.update_and_touch(Link, ENDED.format(slot=slot, staged=staged))
    values = {part: f"t.{part}" for part in PARTS} | {slot: f"s.{staged}"}
    if typology.position == 1:
        values["portfolio_id"] = "c.main_portfolio_id"
    parts = ", ".join(f"{value} AS {part}" for part, value in values.items())
    given = {part: f"r.{part}" for part in ("client_id", *PARTS)}
    fixed = {"typology_id": "%(typology)s", "since": "%(today)s", "by_id": "%(by)s"}
    writing.insert_and_touch(Link, BEGUN.format(parts=parts, staged=staged), {**given, **fixed})
