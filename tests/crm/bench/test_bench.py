"""The harness works at a small scale, and its floors give the rows that the product gives. Nothing here is timed."""

import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from clients.models import Client, ClientWord
from crm.bench import floors, report
from crm.bench.context import Bench
from crm.bench.databases import admin_connection
from crm.bench.generator import GROUPS, fill
from crm.bench.measures import (
    filters,
    foresight,
    generations,
    imports,
    naive,
    pages,
    rankings,
    scores,
    storico,
    timelines,
)
from crm.bench.measures.nights import Nights
from crm.bench.rows import Row
from crm.bench.scale import APPOINTMENTS_EACH, GOAL_CLIENTS, GOAL_FIRMS, Scale
from groups.models import Group, GroupMember
from scheduling.models import Appointment, ClientPlan, Reminder
from tenants.binding import use_firm

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processor time is read from /proc"),
]
SMALL = Scale(firms=3, clients=300)


def silent(text: str) -> None:
    """Nobody waits for a test."""


@pytest.fixture
def bench(transactional_db: None) -> Iterator[Bench]:
    with closing(admin_connection()) as admin:
        fill(SMALL, admin, silent)
        yield Bench(SMALL, admin, silent, rounds=1)
        with admin.cursor() as cursor:
            cursor.execute("DROP SCHEMA IF EXISTS floor CASCADE")


def test_sizes_add_up_and_the_largest_has_a_tenth() -> None:
    goal = Scale(GOAL_FIRMS, GOAL_CLIENTS).sizes()

    assert (len(goal), sum(goal), max(goal)) == (GOAL_FIRMS, GOAL_CLIENTS, GOAL_CLIENTS // 10)
    assert goal[0] == max(goal)
    assert min(goal) > 500
    assert sum(Scale(7, 1001).sizes()) == 1001


def test_the_data_are_what_the_product_would_have_made(bench: Bench) -> None:
    for firm_id, size in zip(bench.firms(), SMALL.sizes(), strict=True):
        with use_firm(firm_id):
            assert Client.objects.count() == size
            assert Appointment.objects.count() == size * APPOINTMENTS_EACH
            assert Group.objects.count() == len(GROUPS)
            client = Client.objects.select_related("profile").order_by("pk")[0]
            assert set(client.name_key.replace("'", " ").split()) <= set(
                ClientWord.objects.filter(client_id=client.pk).values_list("word", flat=True)
            )
            made = Client.objects.create(last_name="New", name="New")
            assert made.pk > client.pk
    assert get_user_model().objects.count() == 2 * SMALL.firms


def test_indexes_and_keys_are_back_after_filling(bench: Bench) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_indexes WHERE tablename = 'scheduling_appointment'")
        assert cursor.fetchone()[0] >= len(Appointment._meta.indexes) + 2
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = 'scheduling_appointment'::regclass"
        )
        assert "scheduling_appointment_client_same_firm" in {name for (name,) in cursor.fetchall()}


def test_product_and_floor_give_the_same_rows_night_after_night(bench: Bench) -> None:
    them = Nights(bench)
    them.prepare()
    them.in_process(full=False)
    them.floor("first")
    assert them.differences() == 0

    for full in (False, True):
        them.a_day_passes()
        them.in_process(full=full)
        assert them.differences() > 0
        them.floor("night")
        assert them.differences() == 0

    with use_firm(bench.firms()[0]):
        assert GroupMember.objects.exists()
        assert Reminder.objects.exists()
        assert ClientPlan.objects.filter(due_on__isnull=False).exists()


def test_a_floor_that_computes_something_else_is_noticed(bench: Bench) -> None:
    them = Nights(bench)
    them.prepare()
    them.in_process(full=False)
    them.floor("first")

    bench.execute("UPDATE floor.plan SET due_on = due_on + 1 WHERE client_id = (SELECT min(client_id) FROM floor.plan)")

    assert them.differences() == 2


@pytest.mark.parametrize(
    "measure",
    [
        filters.rows,
        generations.rows,
        imports.rows,
        naive.rows,
        pages.rows,
        rankings.rows,
        scores.rows,
        storico.rows,
        timelines.rows,
    ],
)
def test_every_other_measure_says_that_the_rows_are_the_same(
    bench: Bench, measure: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BANK", Path("nowhere"))
    monkeypatch.setattr(imports, "MADE_UP", 50)
    monkeypatch.setattr(naive, "CLIENTS", 20)
    monkeypatch.setattr(timelines, "EVENTS", 600)
    monkeypatch.setattr(rankings, "LINES", 3_000)
    monkeypatch.setattr(storico, "ITEMS", 3_000)
    monkeypatch.setattr(storico, "RECORDED", 5)
    Nights(bench).prepare()

    found = list(measure(bench))  # type: ignore[operator]

    assert found
    assert all(row.same_rows is not False for row in found)
    assert all(row.ratio >= 0 for row in found)


def test_a_ratio_is_judged_only_where_the_run_shows_it() -> None:
    slow = Row(name="n", what="Night", ours="3 s", other="1 s", ratio=3.0, at_most=1.5)
    wrong = Row(name="n", what="Night", ours="1 s", other="1 s", ratio=1.0, at_most=1.5, same_rows=False)

    assert slow.verdict(at_scale=True) == "missed"
    assert slow.verdict(at_scale=False) == "not shown"
    assert wrong.verdict(at_scale=True) == "the rows differ"


def test_the_table_is_renewed_and_the_notes_below_it_stay(tmp_path: Path, db: None) -> None:
    path = tmp_path / "benchmarks.md"
    row = Row(name="n", what="Night", ours="3 s", other="1 s", ratio=3.0, at_most=1.5)
    report.write_markdown(path, [row], SMALL, rounds=1)
    path.write_text(f"{path.read_text()}\nWhy: plans of both sides.\n")

    report.write_markdown(path, [], SMALL, rounds=1)

    assert "| Night |" not in path.read_text()
    assert path.read_text().endswith("Why: plans of both sides.\n")
    assert os.uname().nodename not in path.read_text()
    assert json.loads(report.document([row], SMALL))["rows"][0]["verdict"] == "not shown"


def test_every_floor_is_used() -> None:
    names = {path.stem for path in floors.FLOOR.glob("*.sql")}
    sources = "".join(path.read_text() for path in floors.FLOOR.parent.rglob("*.py"))

    assert names
    unused = [name for name in names if f'"{name}"' not in sources and f"'{name}'" not in sources]
    assert [name for name in unused if not name.startswith(("night_", "first_"))] == []


def test_foresight_is_measured_over_every_firm(bench: Bench) -> None:
    (row,) = foresight.rows(bench)

    assert row.name == "foresight"
    assert "meetings in twelve months" in row.ours
    assert row.ratio > 0
