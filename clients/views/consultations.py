"""Who looked at whom: the log, what one member saw in a window of time (GDPR art. 33), and the alerts on it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients import consultations, services
from clients.forms.alerts import AlertRulesForm
from clients.forms.rights import AccessFilterForm
from clients.models import AccessAlert
from clients.tables import table_answer
from tenants import audit
from tenants.answers import is_saved
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from tenants.second_step import recently_confirmed
from web.htmx import page_or_partial
from web.keyset import InvalidCursorError, keyset_page
from web.toasts import notify


@requires(Permission.PROTECT_PERSONS)
def access_list(request: FirmRequest) -> HttpResponse:
    """Narrowed to a member or to some time it says how many clients were seen, and hour by hour."""
    form = AccessFilterForm(request.GET)
    wanted = form.wanted()
    rows = consultations.looks(wanted)
    try:
        page = keyset_page(rows, ordering="-at", cursor=request.GET.get("cursor"))
    except InvalidCursorError:
        page = keyset_page(rows, ordering="-at", cursor=None)
    query = request.GET.copy()
    query.pop("cursor", None)
    context = {
        "form": form,
        "page": page,
        "query": query.urlencode(),
        "names": consultations.names_of(page.items),
        "summary": consultations.summary(rows) if wanted else None,
    }
    return page_or_partial(request, "clients/access_list.html", "clients/_access_table.html", context)


@requires(Permission.PROTECT_PERSONS)
@recently_confirmed
@require_POST
def access_export(request: FirmRequest) -> HttpResponse:
    """What the page narrows to, a line for each client of each look; that it was taken out is recorded."""
    wanted = AccessFilterForm(request.GET).wanted()
    heads = [_("When"), _("Member"), _("Number of the client"), _("Client"), _("Through"), _("From")]
    after = {name: str(value) for name, value in wanted.items()}
    audit.record("access.exported", None, by=request.membership, after=after)
    kind = request.POST.get("format", "")
    return table_answer(_("consultations"), heads, _lines(wanted), kind=kind)


def _lines(wanted: dict[str, object]) -> Iterator[list[object]]:
    for look, client_id, name in consultations.lines(wanted):
        yield [timezone.localtime(look.at), look.by.name, client_id, name, look.get_door_display(), look.address or ""]


@requires(Permission.PROTECT_PERSONS)
def access_alerts(request: FirmRequest) -> HttpResponse:
    """What the nights found, and the rules by which they look."""
    form = AlertRulesForm(request.POST or None, rules=services.rules_of_firm())
    here = reverse("clients:access_alerts", kwargs={"firm_slug": request.firm.slug})
    save = partial(services.set_alert_rules, by=request.membership)
    if request.method == "POST" and form.is_valid() and is_saved(form, lambda: save(form.cleaned_data)):
        notify(request, _("The rules have been saved."))
        return HttpResponseRedirect(here)
    alerts = AccessAlert.objects.select_related("by").order_by("-day", "-id")[: consultations.MOST_ALERTS]
    context = {"form": form, "alerts": alerts}
    return page_or_partial(request, "clients/access_alerts.html", "clients/_alert_rules.html", context)
