"""Importing clients through the product's own door, against COPY and INSERT of rows that nobody validates."""

from __future__ import annotations

import csv
import gc
import gzip
import io
import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from clients.imports import jobs
from clients.imports.kinds import CLIENTS
from clients.models import Client
from crm.bench import clock, floors
from crm.bench.clock import Cost, metered
from crm.bench.context import Bench
from crm.bench.rows import Row
from tenants.binding import use_firm

# A real bank's contacts, where they are; else as many made-up rows of the same columns.
BANK = Path("shared/data/bank_marketing/bank-full.csv.gz")
MADE_UP = 40_000
COLUMNS = {
    "client": "name",
    "number": "external_id",
    "born": "birth_date",
    "job": "profession",
    "marital": "marital_status",
    "education": "education",
    "balance": "aum",
}
MAPPING = {"columns": COLUMNS, "delimiter": ";", "date_format": "%Y-%m-%d", "on_duplicate": "create"}
GOAL = 6000
Rows = list[tuple[str, str, str, str, str, str, str]]


def rows(bench: Bench) -> Iterator[Row]:
    bench.announce("Importing clients")
    firm_id = bench.firms()[0]
    told, is_real = _rows()
    cost, found = _product(firm_id, told)
    floor, wanted = _floor(bench, firm_id, told)
    a_second = len(told) / cost.cpu
    yield Row(
        name="import",
        what=f"Import of {len(told):,} clients ({'a real bank' if is_real else 'made up'}) into the largest firm",
        ours=f"{cost.cpu:.2f} s, {a_second:,.0f} clients a second ({len(told) / cost.wall:,.0f} elapsed)",
        other=f"floor {floor.cpu:.2f} s, {len(told) / floor.cpu:,.0f} a second; goal {GOAL:,}",
        ratio=a_second / GOAL,
        at_least=1,
        same_rows=found == wanted,
        note=f"(The ratio is to the goal; to the floor it is {cost.cpu / floor.cpu:.1f}.)",
    )
    yield _by_wizard(firm_id, told)
    yield _memory(firm_id, told)


def _by_wizard(firm_id: int, told: Rows) -> Row:
    """Step by step, as the pages do: the file kept, every row checked and kept, then imported from what was kept."""
    mapping = {"columns": COLUMNS, "date_format": "%Y-%m-%d", "on_duplicate": "create"}
    with use_firm(firm_id):
        with metered([clock.own_backend()]) as cost:
            job = jobs.hand_in(_file(told), name="bench.csv", by=None, at=timezone.now())
            jobs.choose_mapping(job, mapping)
            jobs.work_on(job.pk, at=timezone.now())
            job.refresh_from_db()
            jobs.start(job)
            jobs.work_on(job.pk, at=timezone.now())
            _check_keys()
        job.refresh_from_db()
        if job.created != len(told):
            raise RuntimeError(f"{job.created} of {len(told)} clients were imported: {job.failure}")
        transaction.set_rollback(True)
    a_second = len(told) / cost.cpu
    return Row(
        name="import_wizard",
        what=f"The same {len(told):,} clients through the wizard: kept, checked, previewed, imported",
        ours=f"{cost.cpu:.2f} s, {a_second:,.0f} clients a second ({len(told) / cost.wall:,.0f} elapsed)",
        other=f"goal {GOAL:,}",
        ratio=a_second / GOAL,
        at_least=1,
        same_rows=True,
    )


def _check_keys() -> None:
    """As the end of the transaction would, which does not come here: its work belongs to the import."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _memory(firm_id: int, told: Rows) -> Row:
    """What the import takes of its own, in Python and in its database process, for all rows and for a tenth."""
    few, many = _held(firm_id, told[: len(told) // 10]), _held(firm_id, told)
    return Row(
        name="import_memory",
        what=f"Memory of an import of {len(told):,} clients, database process and Python together",
        ours=f"{sum(many) / 2**20:.0f} MB ({many[0] / 2**20:.0f} database, {many[1] / 2**20:.0f} Python)",
        other=f"a tenth of the rows {sum(few) / 2**20:.0f} MB ({few[0] / 2**20:.0f}, {few[1] / 2**20:.0f})",
        ratio=sum(many) / max(sum(few), 1),
        at_most=1.2,
        only_at_scale=False,
        note="(Beyond what they held before, without buffers that all processes share.)",
    )


def _held(firm_id: int, told: Rows) -> tuple[int, int]:
    content = _file(told)
    connection.close()
    gc.collect()
    with use_firm(firm_id):
        backend, own = clock.own_backend(), os.getpid()
        with clock.most_memory(backend, own) as most:
            CLIENTS.import_file(content, name="bench.csv", mapping=MAPPING, dry_run=False, by=None, at=timezone.now())
        transaction.set_rollback(True)
    return most[backend], most[own]


def _file(told: Rows) -> io.BytesIO:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(COLUMNS)
    writer.writerows(told)
    return io.BytesIO(text.getvalue().encode())


def _product(firm_id: int, told: Rows) -> tuple[Cost, set[tuple[str, str, object]]]:
    """The whole import, undone afterwards."""
    content = _file(told)
    with use_firm(firm_id):
        before = Client.objects.latest("pk").pk
        with metered([clock.own_backend()]) as cost:
            job = CLIENTS.import_file(
                content, name="bench.csv", mapping=MAPPING, dry_run=False, by=None, at=timezone.now()
            )
            _check_keys()
        if job.created != len(told):
            raise RuntimeError(f"{job.created} of {len(told)} clients were imported")
        made = Client.objects.filter(pk__gt=before)
        found = {(one, name, aum) for one, name, aum in made.values_list("external_id", "name_key", "aum")}
        transaction.set_rollback(True)
    return cost, found


def _floor(bench: Bench, firm_id: int, told: Rows) -> tuple[Cost, set[tuple[str, str, object]]]:
    text = io.StringIO()
    csv.writer(text).writerows(told)
    text.seek(0)
    with bench.admin.cursor() as cursor:
        cursor.execute("BEGIN")
        with metered([clock.backend_of(bench.admin)]) as cost:
            cursor.execute(
                "CREATE TEMP TABLE bench_import (name text, external_id text, born date, job text, marital text,"
                " education text, balance numeric) ON COMMIT DROP"
            )
            cursor.copy_expert("COPY bench_import FROM STDIN (FORMAT csv)", text)
            cursor.execute("ANALYZE bench_import")
            cursor.execute(floors.statement("import"), {"firm": firm_id})
        cursor.execute(
            "SELECT external_id, name_key, aum / 100.0 FROM clients_client"
            " WHERE firm_id = %s AND external_source = 'floor'",
            [firm_id],
        )
        found = {(one, name, aum) for one, name, aum in cursor.fetchall()}
        cursor.execute("ROLLBACK")
    return cost, found


def _rows() -> tuple[Rows, bool]:
    path = settings.BASE_DIR.parent / BANK
    if not path.exists():
        return [_made_up(number) for number in range(MADE_UP)], False
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        contacts = list(csv.DictReader(file, delimiter=";"))
    return [
        (
            f"Contact {number}",
            f"b{number}",
            f"{2010 - int(row['age'])}-01-01",
            row["job"],
            row["marital"],
            row["education"],
            # A client's wealth is never negative: the import would refuse these rows.
            "" if row["balance"].startswith("-") else row["balance"],
        )
        for number, row in enumerate(contacts)
    ], True


def _made_up(number: int) -> tuple[str, str, str, str, str, str, str]:
    jobs = ("teacher", "doctor", "artisan", "retired")
    born = f"{1940 + number % 60}-01-01"
    return f"Contact {number}", f"b{number}", born, jobs[number % 4], "married", "tertiary", str(number * 37 % 100_000)
