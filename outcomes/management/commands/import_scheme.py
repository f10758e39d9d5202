"""``import_scheme --firm SLUG --by EMAIL FILE``: bring a scheme into a firm, all or nothing (O-32)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from outcomes.scheme_file import Scheme, SchemeError, parse
from outcomes.services.scheme import OnConflict, compare, load_scheme
from tenants.binding import use_firm
from tenants.management.reporting import ReportingCommand, firm_id_of
from tenants.models import Membership


class Command(ReportingCommand):
    help = "Loads a scheme that was exported. Rows that the firm has with other settings are refused unless told."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", metavar="FILE", help="the JSON file; - reads standard input")
        parser.add_argument("--firm", required=True, metavar="SLUG", help="the firm's short name")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="the member of the firm who does it")
        parser.add_argument("--on-conflict", choices=list(OnConflict), default=OnConflict.REFUSE)
        parser.add_argument("--exactly", action="store_true", help="what the file does not name is no longer offered")
        parser.add_argument("--dry-run", action="store_true", help="only report what would happen")

    def report(self, **options: Any) -> dict[str, Any]:
        scheme = _read(options["file"])
        with use_firm(firm_id_of(options["firm"])):
            if options["dry_run"]:
                compared = compare(scheme)
            else:
                mode = OnConflict(options["on_conflict"])
                compared = load_scheme(scheme, by=_member(options["by"]), on_conflict=mode, exactly=options["exactly"])
        conflicts = [f"{one.part}: {one.name} ({', '.join(one.differs)})" for one in compared.conflicts]
        return {"new": dict(compared.new), "same": dict(compared.same), "conflicts": conflicts}


def _read(name: str) -> Scheme:
    try:
        return parse(json.loads(sys.stdin.read() if name == "-" else Path(name).read_text("utf-8-sig")))
    except OSError as problem:
        raise CommandError(f"{name} cannot be read: {problem.strerror}.") from problem
    except (ValueError, RecursionError) as problem:
        raise CommandError(f"{name} is no JSON document.") from problem
    except SchemeError as refusal:
        raise CommandError(f"{name} is no scheme: {refusal}") from refusal


def _member(email: str) -> Membership:
    found: Membership | None = Membership.objects.filter(user__email__iexact=email, is_active=True).first()
    if found is None:
        raise CommandError(f"Nobody of the firm has the address {email}.")
    return found
