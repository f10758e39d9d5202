"""Measure the product against its floors (speed.md and proof.md 6 of the specification)."""

from __future__ import annotations

import logging
from argparse import ArgumentParser
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from crm.bench import report
from crm.bench.context import Bench
from crm.bench.databases import admin_connection, use_database
from crm.bench.measures import MEASURES
from crm.bench.rows import Row
from crm.bench.scale import GOAL_CLIENTS, GOAL_FIRMS, Scale
from tenants.management.reporting import OneLineCommand

STANDARD_OUTPUT = "-"


class Command(OneLineCommand):
    help = "Measures nights, pages, filters and imports beside hand-written SQL; writes docs/benchmarks.md."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--firms", type=int, default=GOAL_FIRMS)
        parser.add_argument("--clients", type=int, default=GOAL_CLIENTS)
        parser.add_argument("--only", metavar="NAME,…", help=f"some of: {', '.join(MEASURES)}")
        parser.add_argument("--rounds", type=int, default=3, help="how often each thing is measured (median)")
        said = "print the rows as one JSON document, and nothing else; into FILE, if it is named, beside the table"
        parser.add_argument("--json", nargs="?", const=STANDARD_OUTPUT, metavar="FILE", help=said)
        parser.add_argument(
            "--markdown", type=Path, metavar="FILE", default=settings.BASE_DIR / "docs/benchmarks.md", help="the table"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        scale = Scale(options["firms"], options["clients"])
        if not 1 <= scale.firms <= scale.clients:
            raise CommandError("There must be at least one firm, and not more firms than clients.")
        chosen = _chosen(options["only"])
        logging.getLogger("scheduling").setLevel(logging.ERROR)
        use_database(scale, self._announce)
        rows: list[Row] = []
        with closing(admin_connection()) as admin:
            bench = Bench(scale, admin, self._announce, options["rounds"])
            for name in chosen:
                rows += MEASURES[name](bench)
                # After each measure: a long run that is interrupted leaves what it has found.
                self._write(rows, bench, options["markdown"], options["json"])
        is_told = options["json"] == STANDARD_OUTPUT
        self.stdout.write(report.document(rows, scale) if is_told else report.table(rows, scale))

    def _write(self, rows: list[Row], bench: Bench, markdown: Path, file: str | None) -> None:
        report.write_markdown(markdown, rows, bench.scale, rounds=bench.rounds)
        if file not in (None, STANDARD_OUTPUT):
            Path(file).write_text(report.document(rows, bench.scale))

    def _announce(self, text: str) -> None:
        self.stderr.write(f"{text} …")
        self.stderr.flush()


def _chosen(names: str | None) -> list[str]:
    chosen = names.split(",") if names else list(MEASURES)
    if unknown := [name for name in chosen if name not in MEASURES]:
        raise CommandError(f"There is no measure {', '.join(unknown)}; there are {', '.join(MEASURES)}.")
    return chosen
