"""Households, and the companies with their contacts."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from clients import edits, queries, services
from clients.forms.households import HouseholdForm, MemberForm
from clients.models import Client, Household
from clients.views.heads import undo_address, visible_client
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import UNPROCESSABLE
from web.keyset import InvalidCursorError, keyset_page
from web.toasts import notify, notify_error


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
        told = _("%(name)s is in the household.") % {"name": given["client"]}
        _move(request, given["client"], household, role=given["role"], told=told)
        return redirect(_address(request, household))
    return _page(request, household, form)


@requires(Permission.EDIT_CLIENTS)
@require_POST
def household_leave(request: FirmRequest, pk: int, client_pk: int) -> HttpResponse:
    household, client = _household(request, pk), visible_client(request, client_pk)
    if client.profile.household_id == household.pk:
        told = _("%(name)s is in the household no more.") % {"name": client}
        _move(request, client, None, role=None, told=told)
    return redirect(_address(request, household))


def _move(request: FirmRequest, client: Client, household: Household | None, *, role: Any, told: str) -> None:
    by, at = request.membership, timezone.now()
    services.join_household(client, household, role=role, by=by, at=at)
    edit = edits.latest(client, by=by, at=at)
    notify(request, told, undo=undo_address(request, edit) if edit else "")


@requires(Permission.EDIT_CLIENTS)
def household_create(request: FirmRequest) -> HttpResponse:
    return _edit(request, Household(), cancel=reverse("clients:household_list", kwargs=_firm(request)))


@requires(Permission.EDIT_CLIENTS)
def household_edit(request: FirmRequest, pk: int) -> HttpResponse:
    household = _household(request, pk)
    return _edit(request, household, cancel=_address(request, household))


@requires(Permission.ARCHIVE_CLIENTS)
@require_POST
def household_delete(request: FirmRequest, pk: int) -> HttpResponse:
    """No question: the toast takes it back."""
    household = _household(request, pk)
    services.delete_household(household, by=request.membership, at=timezone.now())
    undo = reverse("clients:household_restore", kwargs={**_firm(request), "pk": household.pk})
    notify(request, _("The household is no more; its members stay."), undo=undo)
    return redirect(reverse("clients:household_list", kwargs=_firm(request)))


@requires(Permission.ARCHIVE_CLIENTS)
@require_POST
def household_restore(request: FirmRequest, pk: int) -> HttpResponse:
    household = queries.deleted_household(request.membership, pk)
    if household is None:
        raise Http404
    left_out = services.restore_household(household, by=request.membership, at=timezone.now())
    notify(request, _("The household is back."))
    if left_out:
        told = ngettext(
            "One member stays out: he is in another household by now.",
            "%(members)d members stay out: they are in another household by now.",
            len(left_out),
        )
        notify_error(request, told % {"members": len(left_out)})
    return redirect(_address(request, household))


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
