"""``export_firm``: a whole firm as one open file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from tenants import audit
from tenants.archive.writing import one_moment, write_archive
from tenants.binding import bound_firm, use_firm
from tenants.management.reporting import ReportingCommand, firm_id_of


class Command(ReportingCommand):
    help = "Writes everything a firm has, attachments included, into one ZIP of JSON Lines (docs/firm-archive.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--firm", required=True, help="the firm's short name in addresses")
        parser.add_argument("file", type=Path, help="where to; it must not exist yet")

    def report(self, **options: Any) -> dict[str, Any]:
        firm_id, path = firm_id_of(options["firm"]), options["file"]
        try:
            with path.open("xb") as file:
                path.chmod(0o600)
                manifest = self._write(firm_id, file)
        except OSError as problem:
            raise CommandError(f"{path}: {problem.strerror or problem}") from None
        with use_firm(firm_id):
            audit.record("firm.exported", bound_firm(), by=None, after={"count": self._rows(manifest)})
        tables = sum(1 for entry in manifest.entries.values() if entry.rows)
        return {
            "firm": options["firm"],
            "file": str(path),
            "bytes": path.stat().st_size,
            "tables": tables,
            "rows": self._rows(manifest),
            "files": sum(1 for name in manifest.entries if name.startswith("files/")),
            "missing_files": manifest.missing_files,
        }

    def _write(self, firm_id: int, file: Any) -> Any:
        with use_firm(firm_id):
            one_moment()
            return write_archive(file, at=timezone.now(), progress=self._tell)

    def _tell(self, rows: int) -> None:
        if rows % 50_000 == 0 and rows:
            self.stderr.write(f"{rows} rows")

    @staticmethod
    def _rows(manifest: Any) -> int:
        return sum(entry.rows for entry in manifest.entries.values())
