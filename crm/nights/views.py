"""The nights that were run, and the button that runs one now."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm import tasks
from crm.nights import queries
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.keyset import InvalidCursorError, keyset_page
from web.toasts import notify, notify_error


@requires(Permission.VIEW_NIGHTLY_RUNS)
def run_list(request: FirmRequest) -> HttpResponse:
    try:
        page = keyset_page(queries.runs(), ordering="-local_date", cursor=request.GET.get("cursor"), size=30)
    except InvalidCursorError:
        return HttpResponseBadRequest()
    lines = [queries.line(run) for run in page.items]
    context = {
        "page": page,
        "lines": lines,
        "is_busy": any(line.is_under_way for line in lines),
        "next_night": queries.next_night(request.firm, at=now()),
        "may_run": request.membership.can(Permission.RUN_NIGHT),
    }
    return page_or_partial(request, "nights/run_list.html", "nights/_runs.html", context)


@requires(Permission.RUN_NIGHT)
@require_POST
def run_start(request: FirmRequest) -> HttpResponse:
    run = tasks.ask_for_night(local_today(request.firm, at=now()), by=request.membership)
    if run is None:
        notify_error(request, _("Tonight's computation is under way already."))
    else:
        notify(request, _("The computation starts; this page follows it."))
    return redirect("nightly:run_list", firm_slug=request.firm.slug)
