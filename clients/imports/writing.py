"""From the staging table into the tables: a constant number of statements, only what changed is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, models

from clients.company_links import linked_company
from clients.enums import PhoneKind, StatusCause
from clients.filters.folding import fold
from clients.imports.matching import refuse
from clients.imports.staging import Staged
from clients.imports.statements import (
    BUMP,
    COUNTS,
    CREATED,
    FOLLOWERS,
    KINDS,
    LAST_WORD,
    MADE,
    MERGE,
    NAMELESS,
    NAMES_AFTER,
    NEW,
    NEW_LABELS,
    ONLY_CHANGED,
    PORTION,
    RENAME,
    STATUS_CHANGES,
    TOUCH,
    WORN_LABELS,
)
from clients.imports.targets import LABELS_APART, Column, Place
from clients.imports.telling import tell
from clients.models import Address, Client, ClientLabel, Email, Label, Phone, Profile, StatusChange
from tenants.binding import bound_firm_id
from tenants.enums import Role
from tenants.models import Membership

Checkpoint = Callable[[], None]

NAMES = ("last_name", "first_name", "company_name")

# How many rows Python holds at a time, and how many of the file one statement puts in.
AT_ONCE, PORTION_ROWS = 10_000, 20_000


@dataclass(frozen=True)
class Counts:
    created: int
    updated: int
    skipped: int


class Writing:
    """What the writers of one import share: the staged rows, who imports, and when."""

    def __init__(
        self, staged: Staged, *, by: Membership | None, at: datetime, checkpoint: Checkpoint = lambda: None
    ) -> None:
        self.staged, self.by, self.at, self.checkpoint = staged, by, at, checkpoint
        self.params: dict[str, Any] = {
            "firm": bound_firm_id(),
            "at": at,
            "by": by.pk if by else None,
            "apart": LABELS_APART,
        }

    def run(self, statement: str, **params: Any) -> int:
        """Once; or, where the statement speaks of a portion, for each of them."""
        changed = 0
        with connection.cursor() as cursor:
            for first in range(0, max(self.staged.rows, 1), PORTION_ROWS) if PORTION in statement else (0,):
                portion = {"from_row": first, "to_row": first + PORTION_ROWS}
                cursor.execute(statement, {**self.params, **portion, **params})
                changed += cursor.rowcount
        return changed

    def insert(self, model: type[models.Model], rows: str, given: Mapping[str, str]) -> int:
        """Insert what ``rows`` selects (alias r); columns that are not given get the model's default."""
        statement, params = self._insertion(model, rows, given, "")
        return self.run(statement, **params)

    def insert_and_note(
        self,
        model: type[models.Model],
        rows: str,
        given: Mapping[str, str],
        *,
        client: str = "client_id",
        conflict: str = "",
    ) -> None:
        """Insert, and remember the rows for the undo."""
        statement, params = self._insertion(model, rows, given, conflict)
        returned = f"RETURNING id, {client}::bigint AS client_id, NULL::jsonb AS before"
        self.run(f"WITH written AS ({statement} {returned}) {MADE}", made=model._meta.db_table, **params)

    def insert_and_touch(
        self, model: type[models.Model], rows: str, given: Mapping[str, str], *, conflict: str = ""
    ) -> None:
        """Insert, remember the rows for the undo, and the clients as changed."""
        statement, params = self._insertion(model, rows, given, conflict)
        self.run(
            f"WITH written AS ({statement} RETURNING id, client_id, NULL::jsonb AS before), noted AS ({TOUCH}) {MADE}",
            made=model._meta.db_table,
            **params,
        )

    def update_and_touch(
        self, model: type[models.Model], changes: str, *, client: str = "client_id", **params: Any
    ) -> None:
        """``changes`` is what follows UPDATE table t: each row is remembered as it was, each client as changed."""
        table, key = model._meta.db_table, model._meta.pk.column
        self.run(
            f"WITH written AS (UPDATE {table} t {changes}"
            f" RETURNING t.{key} AS id, t.{client} AS client_id, to_jsonb(old) AS before), noted AS ({TOUCH}) {MADE}",
            made=table,
            **params,
        )

    def _insertion(
        self, model: type[models.Model], rows: str, given: Mapping[str, str], conflict: str
    ) -> tuple[str, dict[str, Any]]:
        values, params = _defaults(model, at=self.at)
        values.update(given)
        into = f"INSERT INTO {model._meta.db_table} ({', '.join(values)})"
        return f"{into} SELECT {', '.join(values.values())} FROM ({rows}) r {conflict}", params


def prepare(staged: Staged, *, by: Membership | None, at: datetime, checkpoint: Checkpoint = lambda: None) -> Writing:
    """Join the rows of one client, refuse those without a name, give the new ones their ids."""
    writing = Writing(staged, by=by, at=at, checkpoint=checkpoint)
    if by is not None and by.role == Role.ADVISOR and "advisor" not in staged.headers:
        # Otherwise an advisor would not see the clients that he has just brought in.
        writing.run("UPDATE import_stage SET advisor_id = %(by)s WHERE client_id IS NULL")
    _merge(writing)
    writing.run(KINDS)
    refuse(NAMELESS, value="''", code="required", header=staged.header("last_name", "company_name", "name"))
    return writing


def write(writing: Writing, *, last: Iterable[Callable[[Writing], None]] = ()) -> Counts:
    """Create and update the clients; ``last`` is what can only be written when all of them are there."""
    writing.run(NEW)
    writing.run(FOLLOWERS)
    writing.run("ANALYZE import_stage")
    _create(writing)
    writing.checkpoint()
    _note_statuses(writing)
    _update(writing)
    writing.checkpoint()
    for place, write_contacts in ((Place.EMAIL, _emails), (Place.PHONE, _phones)):
        for name in writing.staged.named(place):
            write_contacts(writing, name)
    if writing.staged.columns(Place.ADDRESS):
        _addresses(writing)
    if writing.staged.columns(Place.LABELS):
        _labels(writing)
    for target in writing.staged.targets:
        if target.write:
            writing.checkpoint()
            target.write(writing)
    for write_last in last:
        write_last(writing)
    writing.run(ONLY_CHANGED)
    writing.run("ANALYZE import_touched")
    writing.run(BUMP)
    tell(writing.staged.headers)
    return _counts()


def _merge(writing: Writing) -> None:
    columns = {column.name for target in writing.staged.targets for column in target.columns}
    columns -= {column.name for column in writing.staged.columns(Place.CONTRIBUTED)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM import_stage WHERE row_id <> head)")
        if not cursor.fetchone()[0]:
            return
    writing.run(
        MERGE.format(
            assignments=", ".join(f"{name} = m.{name}" for name in sorted(columns)),
            columns=", ".join(LAST_WORD.format(name) for name in sorted(columns)),
        )
    )


def _create(writing: Writing) -> None:
    own = _names(writing.staged.columns(Place.CLIENT))
    own += ["kind", "name", "name_key", "company_name", "company_name_key", "advisor_id"]
    given = {name: _or_blank(Client, name) for name in own}
    writing.insert(Client, CREATED, {**given, "id": "r.client_id"})
    profile = {name: _or_blank(Profile, name) for name in _names(writing.staged.columns(Place.PROFILE))}
    writing.insert(Profile, CREATED, {**profile, "client_id": "r.client_id"})


def _update(writing: Writing) -> None:
    own = _names(writing.staged.columns(Place.CLIENT))
    _update_table(writing, Client, "id", own)
    if set(own) & {*NAMES, "kind"}:
        _rename(writing)
    _update_table(writing, Profile, "client_id", _names(writing.staged.columns(Place.PROFILE)))


def _update_table(writing: Writing, model: type[models.Model], key: str, columns: list[str]) -> None:
    """An empty cell leaves what is there."""
    if not columns:
        return
    assignments = ", ".join(f"{name} = coalesce(s.{name}, t.{name})" for name in columns)
    different = " OR ".join(f"(s.{name} IS NOT NULL AND s.{name} IS DISTINCT FROM t.{name})" for name in columns)
    writing.update_and_touch(
        model,
        f"SET {assignments} FROM import_stage s WHERE t.firm_id = %(firm)s AND t.{key} = s.client_id"
        f" AND s.row_id = s.head AND NOT s.created AND ({different})",
        client=key,
    )


def _rename(writing: Writing) -> None:
    """The name under which lists show and sort an updated client follows from its parts."""
    last = 0
    while rows := _names_after(writing, last):
        last = rows[-1][0]
        ids, names = [pk for pk, _name in rows], [name for _pk, name in rows]
        writing.run(RENAME, ids=ids, names=names, keys=[fold(name) for name in names])


def _names_after(writing: Writing, last: int) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(NAMES_AFTER, {**writing.params, "last": last, "at_once": AT_ONCE})
        return list(cursor.fetchall())


def _note_statuses(writing: Writing) -> None:
    """Before the clients are updated, since the history says what their status was."""
    if "status" in writing.staged.headers:
        given = _from_row("client_id", "from_status_id", "to_status_id")
        company = linked_company("r.client_id")
        fixed = {"at": "%(at)s", "by_id": "%(by)s", "cause": f"'{StatusCause.IMPORT.value}'", "company_id": company}
        writing.insert_and_note(StatusChange, STATUS_CHANGES, {**given, **fixed})


def _emails(writing: Writing, name: str) -> None:
    """An address is added at the end unless the client has it."""
    rows = _missing(
        Email,
        name=f"s.{name} AS address, s.{name}_key AS address_key",
        same=f"t.address_key = s.{name}_key",
        present=name,
    )
    writing.insert_and_touch(Email, rows, _from_row("client_id", "position", "address", "address_key"))


def _phones(writing: Writing, name: str) -> None:
    """A mobile number is one in whatever column it stands."""
    otherwise = PhoneKind.MOBILE if name == "mobile" else PhoneKind.LANDLINE
    kind = f"CASE WHEN r.number LIKE '+393%%' THEN '{PhoneKind.MOBILE}' ELSE '{otherwise}' END"
    rows = _missing(Phone, name=f"s.{name} AS number", same=f"t.number = s.{name}", present=name)
    writing.insert_and_touch(Phone, rows, {**_from_row("client_id", "position", "number"), "kind": kind})


def _missing(model: type[models.Model], *, name: str, same: str, present: str) -> str:
    """The staged contacts that the client does not have, each with the position after his last one."""
    table = model._meta.db_table
    return f"""
        SELECT s.client_id, {name}, 1 + coalesce(
            (SELECT max(t.position) FROM {table} t WHERE t.firm_id = %(firm)s AND t.client_id = s.client_id), 0
        ) AS position
        FROM import_stage s WHERE s.row_id = s.head AND s.{present} IS NOT NULL AND {PORTION}
        AND (s.created OR NOT EXISTS (
            SELECT FROM {table} t WHERE t.firm_id = %(firm)s AND t.client_id = s.client_id AND {same}
        ))
    """


def _addresses(writing: Writing) -> None:
    """The main address: completed where there is one, else new."""
    columns = _names(writing.staged.columns(Place.ADDRESS))
    assignments = ", ".join(f"{name} = coalesce(s.{name}, t.{name})" for name in columns)
    different = " OR ".join(f"(s.{name} IS NOT NULL AND s.{name} IS DISTINCT FROM t.{name})" for name in columns)
    writing.update_and_touch(
        Address,
        f"SET {assignments} FROM import_stage s WHERE t.firm_id = %(firm)s AND t.client_id = s.client_id"
        f" AND t.position = 1 AND s.row_id = s.head AND NOT s.created AND ({different})",
    )
    present = " OR ".join(f"s.{name} IS NOT NULL" for name in columns)
    rows = f"""SELECT s.* FROM import_stage s WHERE s.row_id = s.head AND ({present}) AND {PORTION}
        AND (s.created OR NOT EXISTS (
        SELECT FROM clients_address t WHERE t.firm_id = %(firm)s AND t.client_id = s.client_id AND t.position = 1))"""
    given = {name: _or_blank(Address, name) for name in columns} | {"client_id": "r.client_id"}
    writing.insert_and_touch(Address, rows, given)


def _labels(writing: Writing) -> None:
    """Labels that the firm does not have yet are made; none is taken away from a client."""
    writing.insert_and_note(
        Label,
        NEW_LABELS,
        _from_row("name", "name_key"),
        client="NULL",
        conflict="ON CONFLICT (firm_id, name_key) DO NOTHING",
    )
    writing.insert_and_touch(
        ClientLabel,
        WORN_LABELS,
        _from_row("client_id", "label_id"),
        conflict="ON CONFLICT (firm_id, client_id, label_id) DO NOTHING",
    )


def _counts() -> Counts:
    with connection.cursor() as cursor:
        cursor.execute(COUNTS)
        created, updated, rows = cursor.fetchone()
    return Counts(created, updated, rows - created - updated)


def _defaults(model: type[models.Model], *, at: datetime) -> tuple[dict[str, str], dict[str, Any]]:
    """Each column of the table with a placeholder for what Django would put there."""
    values: dict[str, str] = {}
    params: dict[str, Any] = {}
    fields: list[Any] = list(model._meta.concrete_fields)  # off a model a field may have no column
    for field in fields:
        if field.name == "firm":
            values[field.column] = "%(firm)s"
        elif not isinstance(field, models.AutoField | models.BigAutoField):
            values[field.column] = f"%(default_{field.column})s"
            params[f"default_{field.column}"] = _default(field, at=at)
    return values, params


def _default(field: Any, *, at: datetime) -> Any:
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return at
    if field.is_relation:
        return field.get_default() if field.has_default() else None
    return field.get_db_prep_save(field.get_default(), connection)


def _or_blank(model: type[models.Model], column: str) -> str:
    """A staged column, and the default where the row does not say anything."""
    return f"coalesce(r.{column}, %(default_{column})s)"


def _from_row(*columns: str) -> dict[str, str]:
    return {column: f"r.{column}" for column in columns}


def _names(columns: Iterable[Column]) -> list[str]:
    return [column.name for column in columns]
