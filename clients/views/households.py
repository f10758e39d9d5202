"""Households, and the companies with their contacts."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients import queries, services
from clients.forms.households import HouseholdForm, MemberForm
from clients.models import Household
from clients.views.heads import visible_client
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import UNPROCESSABLE
from web.keyset import InvalidCursorError, keyset_page
from web.toasts import notify


@requires(Permission.VIEW_CLIENTS)
def household_list(request: FirmRequest) -> HttpResponse:
    rows = queries.with_totals(queries.visible_households(request.membership))
    try:
        page = keyset_page(rows, ordering="name_key", cursor=request.GET.get("cursor"))
    except InvalidCursorError:
        page = keyset_page(rows, ordering="name_key", cursor=None)
    context = {"page": page, "may_edit": request.membership.can(Permission.EDIT_CLIENTS)}
    return render(request, "clients/household_list.html", context)


@requires(Permission.VIEW_CLIENTS)
def household_detail(request: FirmRequest, pk: int) -> HttpResponse:
    return _page(request, _household(request, pk), MemberForm(member=request.membership))


@requires(Permission.EDIT_CLIENTS)
@require_POST
def household_join(request: FirmRequest, pk: int) -> HttpResponse:
    household = _household(request, pk)
    form = MemberForm(request.POST, member=request.membership)
    if form.is_valid():
        given = form.cleaned_data
        services.join_household(
            given["client"], household, role=given["role"], by=request.membership, at=timezone.now()
        )
        notify(request, _("%(name)s is in the household.") % {"name": given["client"]})
        return redirect(_address(request, household))
    return _page(request, household, form)


@requires(Permission.EDIT_CLIENTS)
@require_POST
def household_leave(request: FirmRequest, pk: int, client_pk: int) -> HttpResponse:
    household, client = _household(request, pk), visible_client(request, client_pk)
    if client.profile.household_id == household.pk:
        services.join_household(client, None, role=None, by=request.membership, at=timezone.now())
        notify(request, _("%(name)s is in the household no more.") % {"name": client})
    return redirect(_address(request, household))


@requires(Permission.EDIT_CLIENTS)
def household_create(request: FirmRequest) -> HttpResponse:
    return _edit(request, Household(), cancel=reverse("clients:household_list", kwargs=_firm(request)))


@requires(Permission.EDIT_CLIENTS)
def household_edit(request: FirmRequest, pk: int) -> HttpResponse:
    household = _household(request, pk)
    return _edit(request, household, cancel=_address(request, household))


@requires(Permission.ARCHIVE_CLIENTS)
def household_delete(request: FirmRequest, pk: int) -> HttpResponse:
    household = _household(request, pk)
    if request.method == "POST":
        services.delete_household(household, by=request.membership, at=timezone.now())
        notify(request, _("The household is no more; its members stay."))
        return redirect(reverse("clients:household_list", kwargs=_firm(request)))
    context: dict[str, Any] = {
        "title": _("Delete the household"),
        "question": _("Delete %(name)s?") % {"name": household},
        "consequences": _("Its members stay clients, in no household."),
        "action_label": _("Delete the household"),
        "cancel_url": _address(request, household),
    }
    return render(request, "web/confirm.html", context)


def _edit(request: FirmRequest, household: Household, *, cancel: str) -> HttpResponse:
    known = {name: getattr(household, name) for name in HouseholdForm.base_fields}
    form = HouseholdForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            services.save_household(household, **form.cleaned_data, by=request.membership)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            notify(request, _("Saved."))
            return redirect(_address(request, household))
    context = {"form": form, "household": household, "cancel_url": cancel}
    return render(request, "clients/household_form.html", context, status=UNPROCESSABLE if form.errors else 200)


def _page(request: FirmRequest, household: Household, form: MemberForm) -> HttpResponse:
    """The members whom one sees; the sum is that of all."""
    seen = queries.with_record(queries.visible_clients(request.membership)).filter(profile__household=household)
    members = list(seen.order_by("profile__household_role__position", "name_key", "pk"))
    context = {
        "household": household,
        "members": members,
        "unseen": household.members - len(members),  # type: ignore[attr-defined]
        "form": form,
        "may_edit": request.membership.can(Permission.EDIT_CLIENTS),
        "may_delete": request.membership.can(Permission.ARCHIVE_CLIENTS),
    }
    return render(request, "clients/household_detail.html", context, status=UNPROCESSABLE if form.errors else 200)


def _household(request: FirmRequest, pk: int) -> Household:
    found = queries.with_totals(queries.visible_households(request.membership)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _address(request: FirmRequest, household: Household) -> str:
    return reverse("clients:household_detail", kwargs={**_firm(request), "pk": household.pk})


def _firm(request: FirmRequest) -> dict[str, Any]:
    return {"firm_slug": request.firm.slug}
