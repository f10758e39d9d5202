"""``export_scheme --firm SLUG``: the firm's scheme as JSON on standard output (O-32)."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandParser

from outcomes.queries.scheme import stored_scheme
from outcomes.scheme_file import to_json
from tenants.binding import use_firm
from tenants.management.reporting import ReportingCommand, firm_id_of


class Command(ReportingCommand):
    help = "Writes types, outcomes, statuses and relations of a firm as one JSON document."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--firm", required=True, metavar="SLUG", help="the firm's short name")

    def report(self, **options: Any) -> dict[str, Any]:
        with use_firm(firm_id_of(options["firm"])):
            return to_json(stored_scheme())

    def words(self, result: Any) -> str:
        return json.dumps(result, ensure_ascii=False, indent=2)
