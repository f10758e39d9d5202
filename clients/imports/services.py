"""Importing rows of clients, in the calling transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import BinaryIO

from django.db import connection, transaction
from django.utils import timezone

from clients import ledgers, planner, search
from clients.changes import mark_changed
from clients.enums import ConsentSource, ImportState, OnDuplicate
from clients.imports import companies, households, kept_codes, matching, recording, writing
from clients.imports.mapping import ImportMapping
from clients.imports.progress import Progress
from clients.imports.reading import open_source
from clients.imports.sources import Source
from clients.imports.staging import Staged
from clients.imports.targets import Place
from clients.imports.writing import Counts, Writing
from clients.models import ImportJob, RefusedRow
from clients.signals import clients_changed
from tenants import audit
from tenants.binding import bound_firm, bound_firm_id, local_today

# A class of advisory locks: two imports of one firm would both create what neither finds.
LOCK = 0x1337
# How many ids are read at a time; and how many clients are announced, whose ids stand in statements and whose words are
# made in memory.
IDS_AT_ONCE, AT_ONCE = 20_000, 2_000
TIME_LIMIT = "30min"
# Keys are checked by each statement, not all at the end, a sample is small, and what a join or a sort
# holds is limited whatever the server allows: so the memory that the database takes does not grow with the file.
BEFORE = f"""
    SET LOCAL statement_timeout = %s; {planner.HASHED}
    SET LOCAL default_statistics_target = 10; SET LOCAL work_mem = '2MB'; SET CONSTRAINTS ALL IMMEDIATE
"""
AFTER = f"""
    SET LOCAL statement_timeout = %s; {planner.LOOPED}
    SET LOCAL default_statistics_target TO DEFAULT; SET LOCAL work_mem TO DEFAULT
"""
KEEP_REFUSED = """
    INSERT INTO clients_refusedrow (firm_id, import_job_id, line, "column", value, code, message, is_warning)
    SELECT %(firm)s, %(job)s, line, header, value, code, message, is_warning FROM (
        SELECT *, false AS is_warning FROM import_refused
        UNION ALL SELECT *, true FROM import_doubted WHERE line NOT IN (SELECT line FROM import_refused)
    ) told ORDER BY line, place
"""
# What can only be written when all clients of the file are there.
LAST = {Place.COMPANY: companies.link, Place.HOUSEHOLD: households.join}
# New clients in the order of the file, then changed ones, each after the last that was read.
WRITTEN = (
    "SELECT row_id, client_id FROM import_stage WHERE created AND row_id > %s ORDER BY row_id LIMIT %s",
    "SELECT client_id, client_id FROM import_touched WHERE client_id > %s ORDER BY client_id LIMIT %s",
)


def open_file(stream: BinaryIO, mapping: ImportMapping) -> Source:
    return open_source(stream, mapping.format, recognise=mapping.recognise)


@contextmanager
def as_a_batch() -> Iterator[None]:
    """One import of a firm at a time, as long as it takes.

    Tables that have just been filled look empty to the planner, which would then compare each row with each.
    """
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        [usual] = cursor.fetchone()
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, bound_firm_id() % 2**31])
        cursor.execute(BEFORE, [TIME_LIMIT])
        yield
        cursor.execute(AFTER, [usual])


def write_and_conclude(
    job: ImportJob, staged: Staged, mapping: ImportMapping, *, at: datetime, progress: Progress
) -> None:
    counts = _write(job, staged, mapping, at=at, progress=progress)
    conclude(job, staged, counts)


def prepare(
    job: ImportJob, staged: Staged, mapping: ImportMapping, *, at: datetime, progress: Progress
) -> tuple[Writing, int]:
    """Which rows are which clients; what can only be seen of the whole file is refused. And how many are left out."""
    if mapping.on_duplicate == OnDuplicate.CREATE:
        matching.refuse_known_external_ids(staged)
    else:
        matching.match(staged, by=job.by, on=mapping.match_on)
    dropped = matching.drop_duplicates() if mapping.on_duplicate == OnDuplicate.SKIP else 0
    progress.check()
    prepared = writing.prepare(staged, by=job.by, at=at, checkpoint=progress.check)
    if staged.columns(Place.HOUSEHOLD):
        households.check(prepared)
    companies.resolve(prepared, may_create=mapping.new_companies)
    return prepared, dropped


def _write(job: ImportJob, staged: Staged, mapping: ImportMapping, *, at: datetime, progress: Progress) -> Counts:
    """Everything that touches clients; on a dry run it is undone, and the counts are those of a real one."""
    prepared, dropped = prepare(job, staged, mapping, at=at, progress=progress)
    with transaction.atomic():
        counts = writing.write(prepared, last=_last(staged))
        if job.dry_run:
            transaction.set_rollback(True)
        else:
            recording.record(prepared, job)
            facts = {"created", *({"aum", "household"} & staged.headers.keys())}
            _announce({*facts, *staged.named(Place.CONTRIBUTED)}, progress, ledgers_of(job, staged, at=at))
    return Counts(counts.created, counts.updated, counts.skipped + dropped)


def _last(staged: Staged) -> list[Callable[[Writing], None]]:
    found: list[Callable[[Writing], None]] = [write for place, write in LAST.items() if staged.columns(place)]
    return [kept_codes.mark, *found] if "tax_code" in staged.headers else found


def ledgers_of(job: ImportJob, staged: Staged, *, at: datetime) -> Callable[[list[int]], None]:
    """What writes consents and links to companies down, as far as the file speaks of them."""
    today = local_today(bound_firm(), at=at)

    def keep(ids: list[int]) -> None:
        if ledgers.CONSENTS & set(staged.headers):
            ledgers.note_consents(ids, source=ConsentSource.IMPORT, by=job.by, at=at, today=today)
        if ledgers.LINKS & set(staged.headers):
            ledgers.follow_companies(ids, today=today)

    return keep


def _announce(changed: set[str], progress: Progress, keep: Callable[[list[int]], None]) -> None:
    """New and changed clients go on the night's list, into the search index, and to whoever listens.

    Each of a few is looked up by his id: a hash would read the whole firm's words for every thousand of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(planner.LOOPED)
    for ids in _written():
        mark_changed(ids)
        search.index_names(ids)
        keep(ids)
        clients_changed.send(ImportJob, client_ids=ids, changed=frozenset(changed))
        progress.check()


def _written() -> Iterator[list[int]]:
    for statement in WRITTEN:
        last = 0
        while rows := _rows_after(statement, last):
            last = rows[-1][0]
            ids = [client_id for _place, client_id in rows]
            yield from (ids[first : first + AT_ONCE] for first in range(0, len(ids), AT_ONCE))


def _rows_after(statement: str, last: int) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [last, IDS_AT_ONCE])
        return list(cursor.fetchall())


def conclude(job: ImportJob, staged: Staged, counts: Counts, *, action: str = "client.imported") -> None:
    """Keep what was refused and what became of the rest."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP_REFUSED, {"firm": bound_firm_id(), "job": job.pk})
    job.rows, job.created, job.updated, job.skipped = staged.rows, counts.created, counts.updated, counts.skipped
    told = RefusedRow.objects.filter(import_job=job)
    job.error_count = told.filter(is_warning=False).count()
    job.warning_count = told.filter(is_warning=True).count()
    job.state, job.finished_at = ImportState.DONE, timezone.now()
    job.save()
    if not job.dry_run:
        outcome = {name: getattr(job, name) for name in ("file_name", "created", "updated", "skipped", "error_count")}
        audit.record(action, job, by=job.by, after=outcome)
