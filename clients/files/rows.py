"""Rows of the staging table (s) become rows of an app's own table (o), set-based; and how they leave it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.db.models import QuerySet

from clients import planner
from clients.enums import OnDuplicate
from clients.files.naming import run
from clients.imports.staging import Staged
from clients.imports.writing import Counts
from clients.models import ImportedRow, ImportJob
from tenants.binding import bound_firm_id
from tenants.feed.notes import Kind, note_rows

NOTED = "noted AS (INSERT INTO import_touched SELECT DISTINCT client_id FROM done ON CONFLICT DO NOTHING)"
KEPT = """kept AS (
        INSERT INTO clients_importedrow (firm_id, import_job_id, "table", row_id, client_id, before)
        SELECT %(firm)s, %(job)s, %(table)s, id, client_id, before FROM done
    )"""
INSERT = """
    WITH done AS ({insert}
        FROM import_stage s WHERE NOT EXISTS (SELECT FROM import_known k WHERE k.row_id = s.row_id)
        ORDER BY s.row_id RETURNING id, client_id, NULL::jsonb AS before
    ), {kept} SELECT array_agg(id) FROM done
"""
# What the file does not speak of stays as it is. What stood there before is kept for the way back, with the version
# that the undo must still find.
UPDATE = """
    WITH done AS (
        UPDATE {table} o SET {assignments}, version = o.version + 1, updated_at = %(at)s
        FROM import_stage s JOIN import_known k USING (row_id)
        WHERE o.firm_id = %(firm)s AND o.id = k.own_id AND {only} AND ({stored}) IS DISTINCT FROM ({told})
        RETURNING o.id, o.client_id, jsonb_build_object({before}, 'version', new.version) AS before
    ), {kept} SELECT array_agg(id) FROM done
"""
EXPECTED = """
    SELECT count(*) FILTER (WHERE o.id IS NULL),
           count(*) FILTER (WHERE o.id IS NOT NULL AND {only} AND ({stored}) IS DISTINCT FROM ({told}))
    FROM import_stage s LEFT JOIN import_known k USING (row_id)
    LEFT JOIN {table} o ON o.firm_id = %(firm)s AND o.id = k.own_id
"""
RESTORE = """
    UPDATE {table} o SET {assignments}, version = o.version + 1, updated_at = %(at)s
    FROM clients_importedrow m CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, m.before) b
    WHERE m.firm_id = %(firm)s AND m.import_job_id = %(job)s AND m."table" = %(table)s AND m.before IS NOT NULL
      AND o.firm_id = %(firm)s AND o.id = m.row_id AND o.version = b.version AND {only}
    RETURNING o.id, o.client_id
"""
Row = tuple[int, int]


@dataclass(frozen=True)
class Rows:
    """What an app says of its table; the statements are put together here."""

    model: type[models.Model]
    # ``INSERT INTO … SELECT …`` of a row that is new, of s alone.
    insert: str
    # What the file says of a row that is known, by the column of o that it goes to.
    told: Callable[[Staged], Mapping[str, str]]
    # What is kept of a row before it is changed; and what it is put back to, where that is not what it was.
    before: tuple[str, ...]
    put_back: Mapping[str, str] = field(default_factory=dict)
    # What else a change writes, by the column of o; which rows may change at all; and which of them first.
    also: Mapping[str, str] = field(default_factory=dict)
    only: str = "true"
    changed_in: tuple[str, ...] = ("true",)
    restored_in: tuple[str, ...] = ("true",)
    # Whether a new row names the job that entered it: otherwise it is remembered beside those that were changed.
    names_job: bool = False

    @property
    def table(self) -> str:
        return str(self.model._meta.db_table)

    def write(self, job: ImportJob, staged: Staged, *, at: datetime) -> Counts:
        """Bring up to date what is known by its key, and enter what is new; the same again changes nothing."""
        given = {"job": job.pk, "at": at, "by": job.by_id, "table": self.table}
        run(planner.CHECKS_ANEW)
        updated = self._update(staged, given) if job.on_duplicate == OnDuplicate.UPDATE else 0
        created = self._told_of(Kind.CREATED, INSERT.format(insert=self.insert, kept=self._kept_of_new), given)
        run(planner.CHECKS_PLANNED)
        return Counts(created, updated, _staged_rows() - created - updated)

    def expected(self, staged: Staged, *, on_duplicate: OnDuplicate) -> tuple[int, int]:
        """How many rows would enter, and how many would change what is known."""
        told = self.told(staged)
        statement = EXPECTED.format(table=self.table, only=self.only, **_compared(told))
        with connection.cursor() as cursor:
            cursor.execute(statement, {"firm": bound_firm_id()})
            created, changed = cursor.fetchone()
        return created, changed if on_duplicate == OnDuplicate.UPDATE else 0

    def restore(self, job: ImportJob, *, at: datetime) -> list[Row]:
        """What the import changed and nobody has touched since is as it was before."""
        back = {name: f"b.{name}" for name in self.before} | dict(self.put_back)
        assignments = ", ".join(f"{name} = {value}" for name, value in back.items())
        given: dict[str, Any] = {"firm": bound_firm_id(), "job": job.pk, "table": self.table, "at": at}
        restored: list[Row] = []
        with connection.cursor() as cursor:
            for only in self.restored_in:
                cursor.execute(RESTORE.format(table=self.table, assignments=assignments, only=only), given)
                restored += cursor.fetchall()
        note_rows(self.model, Kind.UPDATED, [pk for pk, _client in restored])
        return restored

    def entered_by(self, job: ImportJob) -> QuerySet[Any]:
        """The rows that the import entered, touched since or not."""
        rows = self.model._default_manager.all()
        if self.names_job:
            return rows.filter(import_job=job)
        return rows.filter(pk__in=self.kept_of(job).filter(before__isnull=True).values("row_id"))

    def kept_of(self, job: ImportJob) -> QuerySet[ImportedRow]:
        rows: QuerySet[ImportedRow] = ImportedRow.objects.filter(import_job=job, table=self.table)
        return rows

    def count_written(self, job: ImportJob) -> int:
        return self.kept_of(job).count() + (self.entered_by(job).count() if self.names_job else 0)

    @property
    def _kept_of_new(self) -> str:
        return NOTED if self.names_job else f"{KEPT}, {NOTED}"

    def _update(self, staged: Staged, given: dict[str, Any]) -> int:
        told = self.told(staged)
        assignments = ", ".join(f"{name} = {value}" for name, value in {**told, **self.also}.items())
        before = ", ".join(f"'{name}', old.{name}" for name in self.before)
        changed = 0
        for first in self.changed_in:
            statement = UPDATE.format(
                table=self.table,
                assignments=assignments,
                only=f"{self.only} AND {first}",
                before=before,
                kept=f"{KEPT}, {NOTED}",
                **_compared(told),
            )
            changed += self._told_of(Kind.UPDATED, statement, given)
        return changed

    def _told_of(self, kind: Kind, statement: str, given: dict[str, Any]) -> int:
        """Run it, tell the feed of changes which rows it has written, and say how many."""
        with connection.cursor() as cursor:
            cursor.execute(statement, {"firm": bound_firm_id(), **given})
            ids = cursor.fetchone()[0] or []
        note_rows(self.model, kind, ids)
        return len(ids)


def _compared(told: Mapping[str, str]) -> dict[str, str]:
    return {"stored": ", ".join(f"o.{name}" for name in told), "told": ", ".join(told.values())}


def _staged_rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM import_stage")
        return int(cursor.fetchone()[0])
