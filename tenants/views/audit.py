"""The audit trail."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBadRequest

from tenants import audit, queries
from tenants.forms import AuditFilterForm
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.keyset import InvalidCursorError, keyset_page


@requires(Permission.VIEW_AUDIT)
def audit_list(request: FirmRequest) -> HttpResponse:
    form = AuditFilterForm(request.GET)
    wanted: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    try:
        page = keyset_page(queries.audit_trail(**wanted), ordering="-at", cursor=request.GET.get("cursor"))
    except InvalidCursorError:
        return HttpResponseBadRequest()
    names = queries.member_names()
    context = {"form": form, "page": page, "lines": [audit.told(event, names) for event in page.items]}
    return page_or_partial(request, "tenants/audit_list.html", "tenants/_audit_table.html", context)
