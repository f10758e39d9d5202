"""``create_token``: a token for the REST API, printed once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from tenants import queries, services
from tenants.binding import use_firm
from tenants.enums import Scope
from tenants.management.reporting import ReportingCommand, firm_id_of


class Command(ReportingCommand):
    help = "Creates an API token of a member of a firm and prints it. It cannot be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--firm", required=True, metavar="SLUG")
        parser.add_argument("--user", required=True, metavar="EMAIL")
        parser.add_argument("--scopes", required=True, help=f"of {','.join(Scope.values)}, separated by commas")
        parser.add_argument("--name", default="command line", help="what the token is for")

    def report(self, **options: Any) -> dict[str, Any]:
        scopes = [scope.strip() for scope in options["scopes"].split(",")]
        with use_firm(firm_id_of(options["firm"])):
            member = queries.active_members().filter(user__email__iexact=options["user"]).first()
            if member is None:
                raise CommandError(f"There is no active member {options['user']!r} in {options['firm']!r}.")
            token = services.create_token(member, name=options["name"], scopes=scopes, by=None)
        return {"id": token.row.pk, "token": token.secret}
