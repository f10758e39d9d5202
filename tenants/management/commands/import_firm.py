"""``import_firm``: the file of ``export_firm`` as a new firm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from tenants.archive.layout import ArchiveRefused
from tenants.archive.reading import read_archive
from tenants.management.reporting import ReportingCommand


class Command(ReportingCommand):
    help = (
        "Makes a new firm of the file that export_firm has written: all of it or nothing. Its rows get new ids, people "
        "are found by their e-mail, and nobody receives a password or a token."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)
        parser.add_argument("--slug", default="", help="another short name than the one it had")
        parser.add_argument("--name", default="", help="another name than the one it had")
        parser.add_argument("--erasures", type=Path, help="the list of export_erasures: who is on it is erased again")

    def report(self, **options: Any) -> dict[str, Any]:
        try:
            erasures = options["erasures"].read_text().splitlines() if options["erasures"] else ()
            named = {"slug": options["slug"], "name": options["name"]}
            with options["file"].open("rb") as file:
                made = read_archive(file, **named, erasures=erasures, at=timezone.now())
        except OSError as problem:
            raise CommandError(f"{options['file']}: {problem.strerror or problem}") from None
        except ArchiveRefused as refusal:
            raise CommandError(f"{options['file']}: {refusal}") from None
        return {
            "id": made.firm.pk,
            "slug": made.firm.slug,
            "rows": made.rows,
            "files": made.files,
            "new_users": made.new_users,
            "erased": made.erased,
        }
