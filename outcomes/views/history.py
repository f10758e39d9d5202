"""Storico: what was recorded, searched, narrowed, exported (IFY-04)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import Any

from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from outcomes.forms.listing import StoricoForm
from outcomes.models import Fulfilment
from outcomes.queries.history import visible_fulfilments
from outcomes.queries.legend import legend
from outcomes.queries.storico import storico
from tenants.answers import address
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.keyset import InvalidCursorError, keyset_page

PAGE, BATCH = 50, 1_000


@requires(Permission.VIEW_APPOINTMENTS)
def history_list(request: FirmRequest) -> HttpResponse:
    form = StoricoForm(request.GET)
    rows = storico(request.membership, form.wanted())
    try:
        page = keyset_page(rows, ordering="-at", cursor=request.GET.get("cursor"), size=PAGE)
    except InvalidCursorError as error:
        raise Http404 from error
    query = request.GET.copy()
    query.pop("cursor", None)
    context = {
        "page": page,
        "form": form,
        "query": query.urlencode(),
        "is_narrowed": any(form.wanted()),
        "legend": legend,
    }
    return page_or_partial(request, "outcomes/history.html", "outcomes/_history.html", context)


@requires(Permission.VIEW_APPOINTMENTS)
def history_item(request: FirmRequest, pk: int) -> HttpResponse:
    """One of them: its appointment's page tells all of it."""
    made = get_object_or_404(visible_fulfilments(request.membership), pk=pk)
    return HttpResponseRedirect(address(request, "scheduling:appointment_detail", pk=made.appointment_id))


@requires(Permission.VIEW_APPOINTMENTS)
def history_export(request: FirmRequest) -> Any:
    """All that the page narrows to, as CSV: read in batches while the firm is bound, kept on disk and not in memory."""
    rows = storico(request.membership, StoricoForm(request.GET).wanted())
    file = TemporaryFile()  # noqa: SIM115 - closed by the answer
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    _write(csv.writer(text, delimiter=";"), rows)
    text.detach()
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename="storico.csv", content_type="text/csv; charset=utf-8")


def _write(writer: Any, rows: Any) -> None:
    heads = [_("Recorded"), _("Client"), _("Type"), _("Outcome"), _("Commercial status"), _("Points"), _("Operator")]
    writer.writerow([*heads, _("Note")])
    for made in _all(rows):
        writer.writerow(_cells(made))


def _all(rows: Any) -> Iterator[Fulfilment]:
    cursor: str | None = None
    while True:
        page = keyset_page(rows, ordering="-at", cursor=cursor, size=BATCH)
        yield from page.items
        cursor = page.next
        if cursor is None:
            return


def _cells(made: Fulfilment) -> list[str]:
    return [
        timezone.localtime(made.at).strftime("%d/%m/%Y %H:%M"),
        _safe(made.client.name),
        _safe(made.type.name),
        _safe(made.outcome.name),
        _safe(made.to_status.name if made.to_status else ""),
        str(made.points),
        _safe(made.author.name if made.author else ""),
        _safe(made.note),
    ]


def _safe(text: str) -> str:
    """A spreadsheet would run a cell that begins like a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
