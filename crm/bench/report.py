"""The table of a run, for people and for programs."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection

from crm.bench.rows import Row
from crm.bench.scale import GOAL_CLIENTS, GOAL_FIRMS, Scale

# What people wrote below it (plans, reasons) outlives the next run.
NOTES = "<!-- Below this line nothing is overwritten. -->"

INTRODUCTION = """\
# Benchmarks

Made by `make bench`; every row was measured beside its yardstick in the same run. A floor is hand-written SQL from
`crm/bench/floor/`, run without row-level security; "same rows" says that floor and product gave the same, compared by
EXCEPT in both directions. Seconds are processor seconds of PostgreSQL and Python together, medians of {rounds} runs;
times of pages are elapsed. What counts is the ratio. Below the scale of the goals ({clients:,} clients in {firms:,}
firms) a row that depends on it says "not shown".
"""


def write_markdown(path: Path, rows: Sequence[Row], scale: Scale, *, rounds: int) -> None:
    notes = path.read_text().partition(NOTES)[2] if path.exists() else "\n"
    parts = [
        INTRODUCTION.format(rounds=rounds, clients=GOAL_CLIENTS, firms=GOAL_FIRMS),
        "\n".join(f"* {name}: {value}" for name, value in surroundings(scale).items()),
        "",
        table(rows, scale),
        "",
        NOTES,
    ]
    path.write_text("\n".join(parts) + notes)


def document(rows: Sequence[Row], scale: Scale) -> str:
    """The same as JSON."""
    at_scale = scale.is_that_of_the_goals
    found = {"surroundings": surroundings(scale), "rows": [row.as_json(at_scale=at_scale) for row in rows]}
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def table(rows: Sequence[Row], scale: Scale) -> str:
    lines = ["| what | ours | against | ratio | goal | same rows | verdict |", "|---|---|---|---|---|---|---|"]
    lines += [_line(row, at_scale=scale.is_that_of_the_goals) for row in rows]
    return "\n".join(lines)


def _line(row: Row, *, at_scale: bool) -> str:
    same = {True: "yes", False: "NO", None: "–"}[row.same_rows]
    what = f"{row.what}. {row.note}" if row.note else row.what
    cells = [what, row.ours, row.other, f"{row.ratio:.2f}", row.goal, same, row.verdict(at_scale=at_scale)]
    return f"| {' | '.join(cells)} |"


def surroundings(scale: Scale) -> dict[str, Any]:
    """The scale and the machine, without its name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('shared_buffers')")
        version, buffers = cursor.fetchone()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "Date": date.today().isoformat(),  # noqa: DTZ011 - of the machine, in a report
        "Scale": f"{scale}, 6 appointments a client, 5 groups a firm",
        "Machine": f"{os.cpu_count()} cores (shared with other work), {memory:.0f} GB of memory",
        "PostgreSQL": f"{version}, shared_buffers {buffers}, all data in the cache of the system",
        "Python": platform.python_version(),
    }
