"""``export_erasures``: whom the firms have erased, to be kept apart from the database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from clients import re_erasing
from tenants.binding import use_firm
from tenants.management.reporting import ReportingCommand
from tenants.unbound import all_firms


class Command(ReportingCommand):
    help = "Writes the list of erasures of all firms, without anything about a person; replay_erasures reads it."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, help="where to; an older list there is replaced")

    def report(self, **options: Any) -> dict[str, Any]:
        path: Path = options["file"]
        beside = path.with_name(f"{path.name}.new")
        count = 0
        with beside.open("w") as file:
            for firm_id, _slug in all_firms():
                with use_firm(firm_id):
                    for line in re_erasing.lines():
                        file.write(f"{line.written()}\n")
                        count += 1
        beside.replace(path)
        return {"file": str(path), "erasures": count}
