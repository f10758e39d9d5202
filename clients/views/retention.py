"""Settings: what the law obliges the firm to keep, for how long, and what is locked now (security.md 6)."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from clients import retention, services
from clients.forms.retention import RetentionForm
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.toasts import notify


@requires(Permission.PROTECT_PERSONS)
def retention_periods(request: FirmRequest) -> HttpResponse:
    classes = retention.classes()
    form = RetentionForm(request.POST or None, classes=classes)
    if request.method == "POST" and form.is_valid():
        services.set_retention(form.years(), by=request.membership)
        notify(request, _("The periods have been saved."))
        return HttpResponseRedirect(reverse("clients:retention_periods", kwargs={"firm_slug": request.firm.slug}))
    context = {"form": form, "locked": [each for each in classes if each.locked]}
    return page_or_partial(request, "clients/retention_periods.html", "clients/_retention_form.html", context)
