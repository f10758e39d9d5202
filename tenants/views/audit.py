"""The audit trail, and the same as a file."""

from __future__ import annotations

from tempfile import TemporaryFile

from django.http import HttpResponse, HttpResponseBadRequest
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tenants import audit, queries
from tenants.binding import local_today
from tenants.forms import AuditFilterForm
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from tenants.second_step import recently_confirmed
from tenants.trail_file import MOST_LINES, SHEET, write_sheet
from web.htmx import page_or_partial
from web.keyset import InvalidCursorError, keyset_page


@requires(Permission.VIEW_AUDIT)
def audit_list(request: FirmRequest) -> HttpResponse:
    form = AuditFilterForm(request.GET)
    wanted = form.wanted(request.membership)
    try:
        page = keyset_page(queries.audit_trail(**wanted), ordering="-at", cursor=request.GET.get("cursor"))
    except InvalidCursorError:
        return HttpResponseBadRequest()
    names = queries.member_names()
    context = {
        "form": form,
        "page": page,
        "lines": [audit.told(event, names) for event in page.items],
        "state": queries.trail_state(),
        "most": MOST_LINES,
    }
    return page_or_partial(request, "tenants/audit_list.html", "tenants/_audit_table.html", context)


@requires(Permission.VIEW_AUDIT)
@recently_confirmed
@require_POST
def audit_file(request: FirmRequest) -> HttpResponse:
    """What the filter shows as a spreadsheet; that it was taken is a line of the trail itself."""
    events = queries.audit_trail(**AuditFilterForm(request.GET).wanted(request.membership))
    with TemporaryFile() as file:
        count = write_sheet(file, events.order_by("-at", "-pk")[:MOST_LINES], queries.member_names())
        file.seek(0)
        content = file.read()
    audit.record("audit.exported", None, by=request.membership, after={"count": count})
    name = f"{_('Audit trail')} {local_today(request.firm):%Y-%m-%d}.xlsx"
    return HttpResponse(
        content, content_type=SHEET, headers={"Content-Disposition": content_disposition_header(True, name) or ""}
    )
