"""``verify_audit``: the hash chain over the audit trail, held against the trail."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from tenants.binding import use_firm
from tenants.management.reporting import ReportingCommand, firm_id_of
from tenants.services.trail import verify_trail
from tenants.unbound import all_firms


class Command(ReportingCommand):
    help = "Looks for lines of the audit trail that were changed, deleted or slipped in; fails where there are any."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--firm", default="", help="the firm's short name in addresses; without it all of them")

    def report(self, **options: Any) -> list[dict[str, Any]]:
        only = firm_id_of(options["firm"]) if options["firm"] else None
        told: list[dict[str, Any]] = []
        for firm_id, slug in all_firms():
            if only in (None, firm_id):
                with use_firm(firm_id):
                    told.append({"firm": slug, **verify_trail(at=timezone.now()).document()})
        self.damaged = [one["firm"] for one in told if one["found"]]
        return told

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if self.damaged:
            raise CommandError(f"The trail was tampered with: {', '.join(self.damaged)}.")

    def words(self, result: Any) -> str:
        return "\n".join(_line(one) for one in result)


def _line(one: dict[str, Any]) -> str:
    damage = "; ".join(f"{found['kind']} (event {found['event']})" for found in one["findings"])
    return f"{one['firm']}: {one['lines']} lines, head {one['head'][:16] or '-'}, {damage or 'nothing found'}"
