"""An archive becomes a firm: all of it, in one transaction, or nothing.

Rows get new ids; people are found by their e-mail, or entered without a password; the database's own walls hold for
every row, since it is written under the new firm by the ordinary role.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, InternalError, connection, transaction

from tenants import audit
from tenants.archive import contents, ids
from tenants.archive.checking import Archive
from tenants.archive.contents import Files, Row, Table
from tenants.archive.ids import Ids, Named
from tenants.archive.layout import ArchiveRefused
from tenants.archive.writing import OF_THE_FIRM
from tenants.binding import use_firm
from tenants.models import Firm, User
from tenants.unbound import reserve_firm_id

AT_ONCE = 1_000
MEMBERS = "tenants.membership"
PERSON = "user_id"


@dataclass(frozen=True)
class Restored:
    firm: Firm
    rows: int
    files: int
    new_users: int
    erased: int


def read_archive(
    file: IO[bytes], *, slug: str = "", name: str = "", erasures: Iterable[str] = (), at: datetime
) -> Restored:
    """A new firm from the archive. Raises ArchiveRefused, and then nothing of it is there.

    ``erasures``: the lines of a list of erasures; whom it names of this firm is erased in the new one.
    """
    archive = Archive(file)
    try:
        firm = _new_firm(archive, slug=slug, name=name)
        with use_firm(firm):
            _save(firm)
            reading = _Reading(archive, firm, erasures)
            try:
                return reading.run(at=at)
            except BaseException:
                reading.discard_files()
                raise
    finally:
        archive.close()


def _new_firm(archive: Archive, *, slug: str, name: str) -> Firm:
    said = archive.manifest.firm
    if set(said) != {field.column for field in OF_THE_FIRM}:
        raise ArchiveRefused("manifest.json does not describe a firm of this version.")
    firm = Firm(id=reserve_firm_id(), **{field.attname: field.to_python(said[field.column]) for field in OF_THE_FIRM})
    firm.slug, firm.name = slug or firm.slug, name or firm.name
    # Identity providers stay behind: required, the log-in by them would open this firm to nobody.
    firm.requires_single_sign_on = False
    try:
        firm.clean_fields()
    except ValidationError as refusal:
        raise ArchiveRefused(f"firm: {' '.join(refusal.messages)}") from None
    return firm


def _save(firm: Firm) -> None:
    try:
        with transaction.atomic():
            firm.save(force_insert=True)
    except IntegrityError:
        raise ArchiveRefused(f"The short name {firm.slug} is taken: give another one with --slug.") from None


class _Reading:
    def __init__(self, archive: Archive, firm: Firm, erasures: Iterable[str]) -> None:
        self.archive, self.firm, self.erasures = archive, firm, erasures
        self.kept: list[tuple[Files, str]] = []
        self.rows = self.new_users = 0

    def discard_files(self) -> None:
        """What the storage took goes again: it knows no transactions."""
        for files, key in self.kept:
            files.forget(key)

    def run(self, *, at: datetime) -> Restored:
        tables = sorted(self.archive.tables.values(), key=lambda table: table.name)
        ids.begin()
        for table in tables:
            self._give_ids(table)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in tables:
            for page in _pages(self.archive.rows(table)):
                self._take(table, page)
        self._settle()
        contents.afterwards_all()
        erased = contents.erase_again(self.erasures, str(self.archive.manifest.firm["slug"]), ids.new_of)
        audit.record("firm.restored", self.firm, by=None, after={"made_at": self.archive.manifest.made_at})
        return Restored(self.firm, self.rows, len(self.kept), self.new_users, erased)

    def _give_ids(self, table: Table) -> None:
        if not table.has_own_id:
            return
        for page in _pages(self.archive.rows(table)):
            numbers = [_number(row.get("id"), table) for row in page]
            ids.give(table.name, numbers)

    def _settle(self) -> None:
        """What could be named before it was there must be there now."""
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except IntegrityError as problem:
            raise ArchiveRefused(_first_line(problem)) from None

    def _take(self, table: Table, page: list[Row]) -> None:
        _check(table, page)
        if table.name == MEMBERS:
            self.new_users += _put_people(page)
        found = Ids(_named(table, page))
        taken = []
        for row in page:
            old = row.get("id")
            try:
                new = _with_new_ids(table, row, found)
            except ArchiveRefused as refusal:
                raise ArchiveRefused(f"{table.name} {old}: {refusal}") from None
            if table.files:
                new[table.files.column] = self._keep(table, old)
            if table.arrive is None or table.arrive(new):
                taken.append(new)
        self._insert(table, taken)
        self.rows += len(taken)

    def _keep(self, table: Table, pk: Any) -> str:
        if table.files is None:
            return ""
        content = self.archive.content(table, pk)
        key = table.files.keep(content)
        if content is not None:
            content.close()
            self.kept.append((table.files, key))
        return key

    def _insert(self, table: Table, rows: list[Row]) -> None:
        """One statement for a page; the database turns each value into its column's type, or refuses it."""
        columns = ", ".join(f'"{column}"' for column in table.columns)
        statement = (
            f"INSERT INTO {table.table} (firm_id, {columns}) "
            f"SELECT %s, {columns} FROM jsonb_populate_recordset(NULL::{table.table}, %s::jsonb)"
        )
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, [self.firm.pk, json.dumps(rows)])
        except (DataError, IntegrityError, InternalError, ValueError) as problem:
            raise ArchiveRefused(f"{table.name}: {_first_line(problem)}") from None


def _pages(rows: Iterable[Row]) -> Iterator[list[Row]]:
    waiting = iter(rows)
    while page := list(islice(waiting, AT_ONCE)):
        yield page


def _check(table: Table, page: list[Row]) -> None:
    """The columns are those of the table, and a choice is one that the product knows."""
    expected = set(table.columns)
    choices = {field.column: {value for value, _label in field.flatchoices} for field in table.fields if field.choices}
    for row in page:
        if set(row) != expected:
            raise ArchiveRefused(f"{table.name}: {min(set(row) ^ expected)[:60]} is not a column, or is missing.")
        for column, known in choices.items():
            value = row[column]
            if value not in (None, "") and (not isinstance(value, str | int) or value not in known):
                raise ArchiveRefused(f"{table.name}: {column} cannot be {str(value)[:40]!r}.")


def _named(table: Table, page: list[Row]) -> Named:
    """Every id that the page names, by table."""
    named: Named = {}
    for row in page:
        for label, number in _ids_of(table, row):
            named.setdefault(label, set()).add(number)
    return named


def _ids_of(table: Table, row: Row) -> Iterator[tuple[str, int]]:
    if table.has_own_id:
        yield table.name, _number(row["id"], table)
    for column, label in table.references.items():
        if row[column] is not None:
            yield label, _number(row[column], table)
    for column, label in table.numbers.items():
        for number in row[column] if isinstance(row[column], list) else [row[column]]:
            if number is not None:
                yield label, _number(number, table)
    if table.has_marks:
        yield from ids.marks(list(row.values()))


def _with_new_ids(table: Table, row: Row, found: Ids) -> Row:
    new = {column: ids.resolved(value, found) for column, value in row.items()} if table.has_marks else dict(row)
    if table.has_own_id:
        new["id"] = found.of(table.name, row["id"])
    for column, label in table.references.items():
        if row[column] is not None:
            new[column] = found.of(label, row[column])
    for column, label in table.numbers.items():
        value = row[column]
        if isinstance(value, list):
            new[column] = [found.of_gone(label, number) for number in value]
        elif value is not None:
            new[column] = found.of_gone(label, value)
    return new


def _number(value: Any, table: Table) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise ArchiveRefused(f"{table.name}: {str(value)[:40]!r} is no id.")
    return value


def _put_people(page: list[Row]) -> int:
    """The user of each member: found by the e-mail, or entered without a password; how many are new."""
    emails = {str(row[PERSON]).lower() for row in page}
    known = _users(emails)
    new = [User(email=email) for email in sorted(emails - set(known))]
    for user in new:
        try:
            user.clean_fields(exclude=["password"])
        except ValidationError as refusal:
            raise ArchiveRefused(f"{MEMBERS}: {' '.join(refusal.messages)}") from None
        user.set_unusable_password()
    User.objects.bulk_create(new)
    known = _users(emails)
    for row in page:
        row[PERSON] = known[str(row[PERSON]).lower()]
    return len(new)


def _users(emails: Iterable[str]) -> dict[str, int]:
    return {email.lower(): pk for pk, email in User.objects.filter(email__in=emails).values_list("pk", "email")}


def _first_line(problem: Exception) -> str:
    return str(problem).strip().partition("\n")[0][:200]
