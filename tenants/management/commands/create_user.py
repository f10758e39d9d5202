"""``create_user``: a member of a firm, with a log-in."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.management.base import CommandParser

from tenants import services
from tenants.binding import use_firm
from tenants.enums import Role
from tenants.management.reporting import ReportingCommand, firm_id_of
from tenants.models import User


class Command(ReportingCommand):
    help = "Creates a user in a firm and prints the password, or null if the person could log in already."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--firm", required=True, metavar="SLUG")
        parser.add_argument("--email", required=True)
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--name", help="as colleagues see it; without it the part of the e-mail before the @")
        parser.add_argument("--password", help="without it one is made up")

    def report(self, **options: Any) -> dict[str, Any]:
        email = options["email"]
        known = User.objects.filter(email__iexact=email).exists()
        password = None if known else options["password"] or secrets.token_urlsafe(15)
        with use_firm(firm_id_of(options["firm"])):
            member = services.add_member(
                email, name=options["name"] or email.partition("@")[0], role=options["role"], password=password
            )
        return {"id": member.pk, "email": member.user.email, "password": password}
