"""What a merge would do: the facts of both records side by side, and the rows that would go over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import models
from django.db.models import QuerySet

from clients.holdings import Holding, OnMerge, holdings
from clients.models import Client, Profile
from clients.values import OF_CLIENT, OF_PROFILE

# Each keeps his own kind (only like is merged with like) and the key under which an integration knows him.
NOT_CHOSEN = frozenset({"kind", "external_source", "external_id"})
# A client is not linked to himself, whatever the two records say of each other.
TO_A_CLIENT = frozenset({"company_id", "parent_company_id"})


class Side(StrEnum):
    """Whose value the one record has in the end."""

    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"


@dataclass(frozen=True)
class Choice:
    """A fact that differs: what each of the two records says, and what is proposed."""

    name: str
    label: str
    mine: Any
    theirs: Any
    proposed: Side
    may_be_joined: bool


@dataclass(frozen=True)
class Going:
    """How many rows of one kind go over, and how many stay behind since the survivor has the same."""

    label: str
    rows: int
    kept: int


def columns() -> Iterator[tuple[type[models.Model], str, models.Field[Any, Any]]]:
    """The facts that a merge lets choose, in the order of the record."""
    for model, names in ((Client, OF_CLIENT), (Profile, OF_PROFILE)):
        for name in names:
            if name not in NOT_CHOSEN:
                field: Any = model._meta.get_field(name)
                yield model, name, field


def row_of(client: Client, model: type[models.Model]) -> Any:
    return client if model is Client else client.profile


def choices(survivor: Client, other: Client) -> list[Choice]:
    """What differs; an empty fact takes the other's value unless somebody says otherwise."""
    found = []
    for model, name, field in columns():
        mine, theirs = (getattr(row_of(client, model), field.attname) for client in (survivor, other))
        if mine == theirs or _is_empty(theirs):
            continue
        found.append(
            Choice(
                name=name,
                label=str(field.verbose_name),
                mine=_shown(row_of(survivor, model), field),
                theirs=_shown(row_of(other, model), field),
                proposed=Side.THEIRS if _is_empty(mine) else Side.MINE,
                may_be_joined=isinstance(field, models.TextField) and not _is_empty(mine),
            )
        )
    return found


def chosen_values(
    survivor: Client, other: Client, sides: Mapping[str, Side]
) -> Iterator[tuple[type[models.Model], str, Any, Any]]:
    """Model, column, value before and after, of what the survivor takes over. Never emptiness; only texts join."""
    for model, name, field in columns():
        row, others = row_of(survivor, model), row_of(other, model)
        before, theirs = getattr(row, field.attname), getattr(others, field.attname)
        side = sides.get(name, Side.MINE)
        if side is Side.MINE or _is_empty(theirs):
            continue
        joins = side is Side.BOTH and isinstance(field, models.TextField) and not _is_empty(before)
        after = f"{before}\n\n{theirs}" if joins else theirs
        if field.attname in TO_A_CLIENT and after in (survivor.pk, other.pk):
            after = None
        if before != after:
            yield model, field.attname, before, after


def moving_rows(holding: Holding, client_id: int) -> QuerySet[Any]:
    """The rows of a client that a merge takes over or copies, as far as they are not derived."""
    rows: QuerySet[Any] = holding.moving() if holding.moving is not None else holding.model.objects.all()
    return rows.filter(**{holding.column: client_id})


def going(holding: Holding, survivor: Client, other: Client) -> list[Any]:
    """The rows of ``other`` that the survivor has not got already."""
    rows = [row for row in moving_rows(holding, other.pk).order_by("pk") if not _is_the_survivors(row, survivor)]
    if not holding.once:
        return rows
    held = {_sameness(holding, row) for row in moving_rows(holding, survivor.pk)}
    return [row for row in rows if _sameness(holding, row) not in held]


def _sameness(holding: Holding, row: Any) -> tuple[Any, ...]:
    fields: list[Any] = [holding.model._meta.get_field(name) for name in holding.once]
    return tuple(getattr(row, field.attname) for field in fields)


def _is_the_survivors(row: Any, survivor: Client) -> bool:
    """His own profile, which may name the other as his company: that is no row to move but a fact to clear."""
    return isinstance(row, Profile) and row.pk == survivor.pk


def preview(survivor: Client, other: Client) -> list[Going]:
    """What hangs on ``other`` and goes over, heading by heading; nothing is written."""
    found = []
    for holding in holdings().values():
        if holding.on_merge not in (OnMerge.MOVE, OnMerge.COPY) or not holding.label:
            continue
        rows = going(holding, survivor, other)
        kept = moving_rows(holding, other.pk).count() - len(rows)
        if rows or kept:
            found.append(Going(str(holding.label), len(rows), kept))
    return found


def _is_empty(value: Any) -> bool:
    return value is None or value == ""


def _shown(row: Any, field: Any) -> Any:
    if field.choices:
        return getattr(row, f"get_{field.name}_display")()
    return getattr(row, field.name)
