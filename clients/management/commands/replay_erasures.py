"""``replay_erasures``: after a restore, erase again whom an older state has brought back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from clients import re_erasing
from tenants.binding import use_firm
from tenants.management.reporting import ReportingCommand
from tenants.unbound import all_firms


class Command(ReportingCommand):
    help = "Erases again whom the list of export_erasures names; whoever is erased already stays as he is."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)

    def report(self, **options: Any) -> dict[str, Any]:
        with options["file"].open() as file:
            listed = re_erasing.read(file)
        firms = {slug: firm_id for firm_id, slug in all_firms()}
        told = {"erased": 0, "already": 0, "missing": sum(1 for line in listed if line.firm not in firms)}
        for slug, firm_id in firms.items():
            own = [line for line in listed if line.firm == slug]
            if own:
                with use_firm(firm_id):
                    done = re_erasing.replay(own)
                told = {name: count + getattr(done, name) for name, count in told.items()}
        return told
