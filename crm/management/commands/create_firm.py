"""``create_firm``: a firm with the defaults of its scheme."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from crm import onboarding
from tenants.enums import Language
from tenants.management.reporting import ReportingCommand


class Command(ReportingCommand):
    help = "Creates a firm with the statuses, appointment types and other defaults of a scheme."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--name", required=True)
        parser.add_argument("--slug", required=True, help="the firm's short name in addresses")
        parser.add_argument("--scheme", choices=list(onboarding.Scheme), default=onboarding.Scheme.ADVISOR)
        parser.add_argument("--time-zone", default="Europe/Rome")
        parser.add_argument("--language", choices=Language.values, default=Language.ITALIAN)

    def report(self, **options: Any) -> dict[str, Any]:
        firm = onboarding.create_firm(
            name=options["name"],
            slug=options["slug"],
            scheme=options["scheme"],
            time_zone=options["time_zone"],
            language=options["language"],
        )
        return {"id": firm.pk, "slug": firm.slug}
