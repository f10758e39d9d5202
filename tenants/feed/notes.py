"""What a transaction has changed, noted while it runs and written to the feed as the last thing before its commit.

A note lives among the hooks that Django runs on commit: there it is forgotten by itself when its savepoint is rolled
back. The numbers are drawn under the lock of the firm's head row, which is held until the commit: hence their order is
the order of the commits, without a gap, and whoever has read up to a number has missed nothing (docs/decisions/0021).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from django.db import connection, models, transaction

from tenants import prepared
from tenants.feed.followed import Followed, followed, how_followed

MOST_IN_A_ROW = 1_000
# In the order in which the last word of one transaction counts: what it made is new, however often it was changed then.
# A row's ids come as the literal of an array: a list would be spelled out as an expression for the planner to read.
WRITE = """
WITH head AS (
    INSERT INTO tenants_changehead (firm_id, last) VALUES (%(firm)s, %(total)s)
    ON CONFLICT (firm_id) DO UPDATE SET last = tenants_changehead.last + excluded.last
    RETURNING firm_id, last - %(total)s AS before
)
INSERT INTO tenants_change (firm_id, last, first, resource, change, ids, people, at)
SELECT head.firm_id, head.before + v.last, head.before + v.first, v.resource, v.change, v.ids::bigint[],
       v.people::bigint[], clock_timestamp()
FROM head, unnest(
    %(first)s::bigint[], %(last)s::bigint[], %(resource)s::text[], %(change)s::text[],
    %(ids)s::text[], %(people)s::text[]
) AS v (first, last, resource, change, ids, people)
"""
PARTS = ("first", "last", "resource", "change", "ids", "people")


class Kind(StrEnum):
    """What happened to a row. Withdrawn: it is still there, but not for these people any more."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"
    WITHDRAWN = "withdrawn"


@dataclass
class Note:
    """Rows of one resource to which the same happened. A hook that does nothing: the transaction keeps it for us."""

    firm_id: int
    resource: str
    kind: Kind
    people: frozenset[int]
    ids: list[int] = field(default_factory=list)
    # Of removed rows that hang on clients: on whom, by their ids.
    clients: dict[int, int] = field(default_factory=dict)
    written: bool = False

    def __call__(self) -> None:
        """Nothing is left to do once the transaction is over."""

    @property
    def about(self) -> tuple[int, str, Kind, frozenset[int]]:
        return self.firm_id, self.resource, self.kind, self.people


# Who sees the rows that hang on a client, by the client's id: said by the app that knows.
_people_of_clients: list[Callable[[Iterable[int]], Mapping[int, frozenset[int]]]] = []


def ask_for_people(find: Callable[[Iterable[int]], Mapping[int, frozenset[int]]]) -> None:
    _people_of_clients[:] = [find]


def note(
    resource: str,
    kind: Kind,
    ids: Iterable[int],
    *,
    people: frozenset[int] = frozenset(),
    clients: Mapping[int, int] = MappingProxyType({}),
) -> None:
    """These rows were created, updated or deleted. For what no model saw: a statement in SQL."""
    from tenants.binding import bound_firm_id  # noqa: PLC0415 - it writes the notes

    fresh = Note(bound_firm_id(), resource, kind, people, list(ids), dict(clients))
    if not fresh.ids:
        return
    last = _last_note()
    if last is not None and last.about == fresh.about:
        last.ids.extend(fresh.ids)
        last.clients.update(fresh.clients)
    else:
        transaction.on_commit(fresh)


def _last_note() -> Note | None:
    """The note that was taken just before, under the same savepoints."""
    if not connection.run_on_commit:
        return None
    hooks: list[Any] = connection.run_on_commit
    savepoints, hook, _robust = hooks[-1]
    same = savepoints == set(connection.savepoint_ids)
    return hook if isinstance(hook, Note) and same and not hook.written else None


def on_save(*, sender: type[models.Model], instance: Any, created: bool, **_kwargs: Any) -> None:
    """A new row; a changed one is noted by the statement that changes it."""
    if created:
        on_bulk_create(sender, [instance])


def on_bulk_create(model: type[models.Model], rows: Iterable[Any]) -> None:
    """Of rows that met others already there nobody knows which are new: only defaults of a new firm are made so."""
    how = how_followed(model)
    if how is None:
        return
    for row in rows:
        if how.part_of:
            note(how.resource, Kind.UPDATED, [getattr(row, how.part_of)])
        elif row.pk is not None:
            note(how.resource_of(vars(row)), Kind.CREATED, [row.pk])


def on_delete(*, sender: type[models.Model], instance: Any, **_kwargs: Any) -> None:
    """A removed row: by itself, or along with the one on which it hangs."""
    how = followed()[sender]
    key = instance.pk if not how.part_of else getattr(instance, how.part_of)
    on_removal(how, [(key, *(getattr(instance, name) for name in how.columns))])


def on_removal(how: Followed, rows: Iterable[tuple[Any, ...]]) -> None:
    """The key of each removed row, and what the feed knows of it."""
    if how.part_of:
        note(how.resource, Kind.UPDATED, {pk for pk, *_rest in rows})
        return
    for pk, *rest in rows:
        row = dict(zip(how.columns, rest, strict=True))
        if not how.is_gone(row):
            _note_gone(how, pk, row)


def on_update(how: Followed, rows: Iterable[tuple[Any, ...]]) -> None:
    """The key of each changed row, what the feed knows of it now, and of the people who saw it before."""
    if how.part_of:
        note(how.resource, Kind.UPDATED, {pk for pk, *_rest in rows})
        return
    places = len(how.columns)
    for pk, *rest in rows:
        row = dict(zip(how.columns, rest[:places], strict=True))
        before = dict(zip(how.columns, rest[places:], strict=True))
        if how.is_gone(row):
            if not how.is_gone(before):
                _note_gone(how, pk, before)
            continue
        note(how.resource_of(row), Kind.UPDATED, [pk])
        lost = how.people_of(before) - how.people_of(row)
        if lost:
            note(how.resource_of(row), Kind.WITHDRAWN, [pk], people=lost)


def note_rows(model: type[models.Model], kind: Kind, ids: Iterable[int] | None) -> None:
    """Rows of a model that a statement in SQL has written, if the feed follows it; ``array_agg`` may give none."""
    how = how_followed(model)
    if how is not None and not how.part_of:
        note(how.resource, kind, ids or ())


def returning(model: type[models.Model], *ages: str) -> str:
    """What an UPDATE in SQL has to return so that ``on_update`` is told everything: a clause, or nothing."""
    how = how_followed(model)
    if how is None:
        return ""
    ages = ages or ("new", "old")
    columns_of = {field.attname: field.column for field in model._meta.concrete_fields}
    key: Any = columns_of[how.part_of] if how.part_of else model._meta.pk.column
    columns = [f'{age}."{columns_of[name]}"' for age in ages for name in how.columns]
    return "RETURNING " + ", ".join([f'{ages[0]}."{key}"', *columns])


def note_returned(model: type[models.Model], rows: Iterable[tuple[Any, ...]]) -> None:
    """What a statement with that clause has returned."""
    how = how_followed(model)
    if how is not None:
        on_update(how, rows)


def write(firm_id: int) -> None:
    """Put the firm's notes into the feed; called when its binding ends, which is the end of the transaction."""
    hooks: list[Any] = connection.run_on_commit
    pending = [hook for _ids, hook, _robust in hooks if isinstance(hook, Note)]
    own = [each for each in pending if each.firm_id == firm_id and not each.written]
    if not own:
        return
    rows, total = _numbered(_summed_up(own))
    for each in own:
        each.written = True
    if rows:
        given = {"firm": firm_id, "total": total} | {
            part: list(values) for part, values in zip(PARTS, zip(*rows, strict=True), strict=True)
        }
        with connection.cursor() as cursor:
            prepared.execute(cursor, WRITE, given)


def _note_gone(how: Followed, pk: int, row: Mapping[str, Any]) -> None:
    client = row.get(how.client)
    of_client = {} if client is None else {pk: client}
    note(how.resource_of(row), Kind.DELETED, [pk], people=how.people_of(row), clients=of_client)


def _people(clients: set[int]) -> Mapping[int, frozenset[int]]:
    """Who sees what hangs on these clients, in one statement; of a client who is gone nobody knows."""
    return _people_of_clients[0](clients) if clients and _people_of_clients else {}


Lines = dict[tuple[str, Kind, frozenset[int]], list[int]]


def _summed_up(own: Sequence[Note]) -> Lines:
    """One line for each row and transaction: made and gone again is nothing, made and changed is made."""
    people_of = _people({client for each in own for client in each.clients.values()})
    of_resources: dict[str, list[Note]] = {}
    withdrawn: Lines = {}
    for each in own:
        if each.kind == Kind.WITHDRAWN:
            withdrawn.setdefault(each.about[1:], []).extend(each.ids)
        else:
            of_resources.setdefault(each.resource, []).append(each)
    found: Lines = {}
    for told in of_resources.values():
        found |= _of_one_resource(told, people_of)
    return found | withdrawn


def _of_one_resource(told: Sequence[Note], people_of: Mapping[int, frozenset[int]]) -> Lines:
    abouts = {each.about[1:] for each in told}
    if len(abouts) == 1 and not any(each.clients for each in told):
        # An import, a night: the same happened to all of them.
        return {abouts.pop(): list(dict.fromkeys(pk for each in told for pk in each.ids))}
    rows: dict[int, tuple[Kind, frozenset[int]]] = {}
    for each in told:
        for pk in each.ids:
            people = people_of.get(each.clients[pk], frozenset()) if pk in each.clients else each.people
            _add(rows, pk, each.kind, people)
    found: Lines = {}
    for pk, (kind, people) in rows.items():
        found.setdefault((told[0].resource, kind, people), []).append(pk)
    return found


def _add(told: dict[int, tuple[Kind, frozenset[int]]], row: int, kind: Kind, people: frozenset[int]) -> None:
    before = told.get(row, (None, frozenset()))[0]
    if kind == Kind.DELETED and before == Kind.CREATED:
        del told[row]
    elif kind == Kind.UPDATED and before == Kind.CREATED:
        return
    elif kind == Kind.CREATED and before == Kind.DELETED:
        told[row] = (Kind.UPDATED, people)
    else:
        told[row] = (kind, people)


def _numbered(found: Mapping[tuple[str, Kind, frozenset[int]], list[int]]) -> tuple[list[tuple[Any, ...]], int]:
    """Rows of at most a thousand ids, each with the numbers of its first and its last within the transaction."""
    rows: list[tuple[Any, ...]] = []
    number = 0
    for (resource, kind, people), ids in found.items():
        for start in range(0, len(ids), MOST_IN_A_ROW):
            piece = ids[start : start + MOST_IN_A_ROW]
            rows.append((number + 1, number + len(piece), resource, kind.value, _array(piece), _array(sorted(people))))
            number += len(piece)
    return rows, number


def _array(ids: Iterable[int]) -> str:
    """The literal of an array."""
    return f"{{{','.join(map(str, ids))}}}"
