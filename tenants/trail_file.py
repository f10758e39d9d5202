"""The audit trail as a spreadsheet. Every cell is text or a moment: nothing in it is a formula."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO

import xlsxwriter
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants import audit
from tenants.models import AuditEvent

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# As much as a page may ask for; whoever needs more narrows it, or reads it by REST.
MOST_LINES = 20_000
AT_ONCE = 2_000
LONGEST_CELL = 32_000


def write_sheet(file: IO[bytes], events: QuerySet[AuditEvent], names: Mapping[int, str]) -> int:
    """How many lines it has."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, {**options, "default_date_format": "dd/mm/yyyy hh:mm:ss"})
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for place, head in enumerate((_("When"), _("Who"), _("Action"), _("What"), _("Before"), _("After"))):
        sheet.write_string(0, place, head)
    count = 0
    for event in events.iterator(chunk_size=AT_ONCE):
        count += 1
        line = audit.told(event, names)
        sheet.write_datetime(count, 0, timezone.localtime(event.at).replace(tzinfo=None))
        who = names.get(event.by_id, "") if event.by_id else ""
        sides = ("; ".join(f"{label}: {side}" for label, side in pairs if side) for pairs in _sides(line))
        for place, text in enumerate((who, line.action, line.target, *sides), start=1):
            sheet.write_string(count, place, text[:LONGEST_CELL])
    book.close()
    return count


def _sides(line: audit.Line) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    return [(label, before) for label, before, _after in line.changes], [
        (label, after) for label, _before, after in line.changes
    ]
