"""Which firm, the firm's settings, the member's own, permissions."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tenants import queries, services
from tenants.enums import Role
from tenants.forms import FirmForm, OwnSettingsForm, PreferencesForm
from tenants.models import Firm, Membership, User
from tenants.permissions import Permission
from tenants.requests import FirmRequest, any_member, requires, signed_in
from tenants.second_step import recently_confirmed
from tenants.single_sign_on.opening import within_reach
from tenants.unbound import firms_of_user
from web.navigation import return_address
from web.preferences import remember
from web.toasts import notify

SECOND_STEP = "requires_second_step"


@signed_in
def firm_choice(request: HttpRequest) -> HttpResponse:
    """One firm: straight to it. Several: choose. None: say so."""
    firms = within_reach(request, firms_of_user(cast("User", request.user).pk))
    if len(firms) == 1:
        return redirect("overview", firm_slug=firms[0].slug)
    roles = dict(Role.choices)
    choices = [{"name": firm.name, "slug": firm.slug, "role": roles[firm.role]} for firm in firms]
    return render(request, "tenants/firm_choice.html", {"choices": choices})


def _opens_without_second_step(request: FirmRequest) -> bool:
    return request.method == "POST" and request.firm.requires_second_step and not request.POST.get(SECOND_STEP)


@requires(Permission.CONFIGURE)
@recently_confirmed(when=_opens_without_second_step)
def firm_edit(request: FirmRequest) -> HttpResponse:
    form = FirmForm(request.POST or None, instance=Firm.objects.get(pk=request.firm.pk))
    if request.method == "POST" and form.is_valid():
        services.change_firm(request.firm, by=request.membership, **form.cleaned_data)
        notify(request, _("Saved"))
        return redirect("tenants:firm_edit", firm_slug=request.firm.slug)
    return render(request, "tenants/firm_edit.html", {"form": form}, status=422 if form.is_bound else 200)


@any_member
def own_settings(request: FirmRequest) -> HttpResponse:
    form = OwnSettingsForm(request.POST or None, instance=Membership.objects.get(pk=request.membership.pk))
    if request.method == "POST" and form.is_valid():
        services.change_own_settings(request.membership, **form.cleaned_data)
        notify(request, _("Saved"))
        return redirect("tenants:own_settings", firm_slug=request.firm.slug)
    return render(request, "tenants/own_settings.html", {"form": form}, status=422 if form.is_bound else 200)


@any_member
@require_POST
def preferences(request: FirmRequest) -> HttpResponse:
    """Theme, language and shortcuts from the person's menu; kept for the log-in page as well."""
    form = PreferencesForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    services.change_own_settings(request.membership, **form.chosen())
    response = redirect(return_address(request, default="/"))
    for name in ("theme", "shortcuts"):
        if form.cleaned_data[name]:
            remember(response, name, form.cleaned_data[name])
    return response


@any_member
def permission_table(request: FirmRequest) -> HttpResponse:
    context = {"roles": Role.labels, "rows": queries.permission_table()}
    return render(request, "tenants/permission_table.html", context)
