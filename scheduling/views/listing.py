"""One way to show a list of this app: page by page, its table alone for htmx."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse

from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest
from web.htmx import page_or_partial
from web.keyset import InvalidCursorError, keyset_page

PAGE = 50


def listed(
    request: FirmRequest, rows: QuerySet[Any], *, ordering: str, page: str, part: str, **context: Any
) -> HttpResponse:
    try:
        shown = keyset_page(rows, ordering=ordering, cursor=request.GET.get("cursor"), size=PAGE)
    except InvalidCursorError as error:
        raise Http404 from error
    context |= {
        "page": shown,
        "today": local_today(request.firm),
        "may_enter": request.membership.can(Permission.ENTER_APPOINTMENTS),
        "may_except": request.membership.can(Permission.SET_CADENCE_EXCEPTION),
        "may_handle": request.membership.can(Permission.HANDLE_REMINDERS),
        "sees_all": request.membership.can(Permission.VIEW_ALL_CLIENTS),
    }
    return page_or_partial(request, page, part, context)
