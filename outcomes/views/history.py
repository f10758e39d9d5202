"""Storico: what was recorded, searched, narrowed, exported (IFY-04)."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import BytesIO, TextIOWrapper
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from outcomes.forms.listing import StoricoForm
from outcomes.queries.history import visible_fulfilments
from outcomes.queries.legend import legend
from outcomes.queries.storico import Line, lines_of, storico
from tenants.answers import address
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.keyset import InvalidCursorError, keyset_page

PAGE = 50
IN_MEMORY = 2**20


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
    """All that the page narrows to, as CSV: read in batches while the firm is bound, sent from a file."""
    lines = lines_of(storico(request.membership, StoricoForm(request.GET).wanted()))
    file = SpooledTemporaryFile(IN_MEMORY, mode="w+b")  # noqa: SIM115 - closed here or by the answer
    text = TextIOWrapper(cast("IO[bytes]", file), encoding="utf-8-sig", newline="")
    _write(csv.writer(text, delimiter=";"), lines)
    text.flush()
    text.detach()
    return FileResponse(
        _kept(cast("IO[bytes]", file)),
        as_attachment=True,
        filename="storico.csv",
        content_type="text/csv; charset=utf-8",
    )


def _kept(file: IO[bytes]) -> IO[bytes]:
    """From its beginning; a small one in memory alone, which nobody has to close."""
    is_small = file.tell() <= IN_MEMORY
    file.seek(0)
    if not is_small:
        return file
    with file:
        return BytesIO(file.read())


def _write(writer: Any, lines: Iterable[Line]) -> None:
    heads = [_("Recorded"), _("Client"), _("Type"), _("Outcome"), _("Commercial status"), _("Points"), _("Operator")]
    writer.writerow([*heads, _("Note")])
    writer.writerows(map(_cells, lines))


def _cells(line: Line) -> list[str]:
    at, client, kind, outcome, status, points, author, note, _pk = line
    said = [timezone.localtime(at).strftime("%d/%m/%Y %H:%M"), _safe(client), _safe(kind), _safe(outcome)]
    return [*said, _safe(status or ""), str(points), _safe(author or ""), _safe(note)]


def _safe(text: str) -> str:
    """A spreadsheet would run a cell that begins like a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
