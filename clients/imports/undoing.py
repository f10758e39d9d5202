"""Taking a whole import back: new clients go, changed ones become what they were, and what lives on is reported.

A client is the unit: whoever has changed since stays exactly as he is. What the import wrote about others is undone row
by row, the last first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models import F

from clients import holdings, search
from clients.changes import mark_changed
from clients.enums import ImportState, KeptReason
from clients.imports.mapping import ImportMapping
from clients.imports.progress import Progress
from clients.models import Client, ImportedClient, ImportedRow, ImportJob, ImportRow
from clients.signals import clients_changed
from tenants import audit
from tenants.binding import bound_firm_id
from tenants.feed import notes
from tenants.feed.notes import Kind

AT_ONCE = 2_000
# Contacts, their company, its parent.
MOST_PASSES = 3
# Counted by the row itself, or of no weight.
NOT_RESTORED = frozenset({"id", "firm_id", "client_id", "version", "updated_at", "created_at"})
CHANGED = """
    UPDATE clients_importedclient i SET kept = %(kept)s WHERE i.firm_id = %(firm)s AND i.import_job_id = %(job)s
    AND NOT EXISTS (SELECT FROM clients_client c
        WHERE c.firm_id = i.firm_id AND c.id = i.client_id AND c.version = i.version)
"""
# Rows of clients who stay as they are stay as well.
OF_FREE_CLIENTS = """
    m.firm_id = %(firm)s AND m.import_job_id = %(job)s AND m."table" = %(table)s AND (m.client_id IS NULL
        OR m.client_id IN (SELECT client_id FROM clients_importedclient
                           WHERE firm_id = %(firm)s AND import_job_id = %(job)s AND NOT created AND kept = ''))
"""
# A column that is younger than the import keeps what it has.
PUT_BACK = """
    UPDATE {table} t SET {assignments} FROM (
        SELECT m.row_id, b.* FROM clients_importedrow m
        JOIN {table} present ON present.firm_id = m.firm_id AND present.{key} = m.row_id,
            jsonb_populate_record(present, m.before) b
        WHERE {of_free_clients} AND m.before IS NOT NULL
    ) b WHERE t.firm_id = %(firm)s AND t.{key} = b.row_id {returning}
"""
TAKE_OUT = """
    DELETE FROM {table} t USING clients_importedrow m
    WHERE {of_free_clients} AND m.before IS NULL AND t.firm_id = %(firm)s AND t.{key} = m.row_id {unless}
    RETURNING t.{key}
"""


def can_be_undone(job: ImportJob) -> bool:
    return ImportedClient.objects.filter(import_job=job).exists()


def undo(job: ImportJob, *, at: datetime) -> None:
    """In the caller's transaction: all of it, or nothing."""
    progress = Progress(job, expected=job.created + job.updated)
    removed, restored = _Undoing(job, at=at, progress=progress).run()
    job.removed, job.restored = removed, restored
    job.kept = ImportedClient.objects.filter(import_job=job).exclude(kept="").count()
    conclude(job, action="client.import_undone", at=at)


def conclude(job: ImportJob, *, action: str, at: datetime) -> None:
    """It is taken back: keep what went, what is as before and what stays."""
    job.state, job.undone_at, job.failure = ImportState.UNDONE, at, ""
    job.save()
    outcome = {name: getattr(job, name) for name in ("file_name", "removed", "restored", "kept")}
    audit.record(action, job, by=job.undone_by, after=outcome)


def forget(*, before: datetime) -> None:
    """After so long nobody takes an import back; what its clients were then is nobody's business any more."""
    old = ImportJob.objects.filter(created_at__lt=before)
    ImportedRow.objects.filter(import_job__in=old).delete()
    ImportedClient.objects.filter(import_job__in=old).delete()
    ImportRow.objects.filter(import_job__in=old, import_job__finished_at__isnull=False).delete()


class _Undoing:
    def __init__(self, job: ImportJob, *, at: datetime, progress: Progress) -> None:
        self.job, self.at, self.progress = job, at, progress
        self.clients = ImportedClient.objects.filter(import_job=job)

    def run(self) -> tuple[int, int]:
        self._run(CHANGED, kept=KeptReason.CHANGED.value)
        removed = self._remove_created()
        restored = self._restore_changed()
        ImportedRow.objects.filter(import_job=self.job).delete()
        self.clients.filter(kept="").delete()
        return removed, restored

    def _remove_created(self) -> int:
        """Whoever has something entered about him stays; the others go with everything that names them.

        A new company goes once its new contacts are gone: who was held back is looked at again.
        """
        removed = self._remove_free()
        found = removed
        for _again in range(MOST_PASSES):
            held = self.clients.filter(kept=KeptReason.USED)
            if not found or not held.exists():
                break
            held.update(kept="", kept_for="")
            found = self._remove_free()
            removed += found
        return removed

    def _remove_free(self) -> int:
        removed = last = 0
        while ids := self._ids_after(last, created=True):
            last = ids[-1]
            blocked = holdings.blocked(ids)
            for pk, reasons in blocked.items():
                self.clients.filter(client_id=pk).update(kept=KeptReason.USED, kept_for=", ".join(reasons))
            free = [pk for pk in ids if pk not in blocked]
            holdings.delete_clients(free)
            removed += len(free)
            self.progress.read(removed)
        return removed

    def _restore_changed(self) -> int:
        for table in self._tables():
            self._restore_rows(_model_of(table))
        restored = last = 0
        touched = _targets_of(self.job)
        while ids := self._ids_after(last, created=False):
            last = ids[-1]
            Client.objects.filter(pk__in=ids).update(version=F("version") + 1, updated_at=self.at)
            mark_changed(ids)
            search.index_names(ids)
            clients_changed.send(ImportJob, client_ids=ids, changed=frozenset(touched))
            restored += len(ids)
        return restored

    def _tables(self) -> list[str]:
        """In the order in which they were written last, first."""
        rows = ImportedRow.objects.filter(import_job=self.job).order_by()
        found = rows.values("table").annotate(latest=models.Max("id")).order_by("-latest")
        return [row["table"] for row in found]

    def _restore_rows(self, model: type[models.Model]) -> None:
        columns = [field.column for field in _fields(model) if field.column not in NOT_RESTORED]
        given = {"table": model._meta.db_table, "key": _key(model), "of_free_clients": OF_FREE_CLIENTS}
        assignments = ", ".join(f'"{column}" = b."{column}"' for column in columns)
        out = self._run(TAKE_OUT.format(**given, unless=_unless_used(model)), table=model._meta.db_table)
        notes.note_rows(model, Kind.DELETED, [pk for (pk,) in out])
        put_back = PUT_BACK.format(**given, assignments=assignments, returning=notes.returning(model))
        notes.note_returned(model, self._run(put_back, table=model._meta.db_table))

    def _ids_after(self, last: int, *, created: bool) -> list[int]:
        rows = self.clients.filter(created=created, kept="", client_id__gt=last).order_by("client_id")
        return list(rows.values_list("client_id", flat=True)[:AT_ONCE])

    def _run(self, statement: str, **params: Any) -> list[tuple[Any, ...]]:
        """What it returns, if it does."""
        with connection.cursor() as cursor:
            cursor.execute(statement, {"firm": bound_firm_id(), "job": self.job.pk, **params})
            return list(cursor.fetchall()) if cursor.description else []


def _unless_used(model: type[models.Model]) -> str:
    """A row that was changed since, or that another row names, stays."""
    conditions = ["t.version = 1"] if any(field.name == "version" for field in _fields(model)) else []
    same = f"x.firm_id = t.firm_id AND t.{_key(model)} ="
    conditions += [
        f"NOT EXISTS (SELECT FROM {other._meta.db_table} x WHERE {same} x.{column})"
        for other, column in _referring(model)
    ]
    return "".join(f" AND {condition}" for condition in conditions)


def _referring(model: type[models.Model]) -> Iterable[tuple[type[models.Model], str]]:
    relations: Sequence[Any] = model._meta.related_objects
    return [(relation.related_model, relation.field.column) for relation in relations if relation.field.concrete]


def _model_of(table: str) -> type[models.Model]:
    return next(model for model in apps.get_models() if model._meta.db_table == table)


def _fields(model: type[models.Model]) -> list[Any]:
    return list(model._meta.concrete_fields)


def _key(model: type[models.Model]) -> str:
    key: Any = model._meta.pk
    return str(key.column)


def _targets_of(job: ImportJob) -> set[str]:
    """The facts of higher apps that the import touched, by name."""
    return set(ImportMapping.of(job.mapping).columns.values()) | {"imported"}
