"""Which of the forms over one record is shown, and which of its fields (STY-10, O-50, O-51)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from clients import sheets
from clients.enums import Sheet
from clients.forms.sheets import SheetForm
from clients.services.sheets import hide_fields, set_default_fields
from clients.views.heads import Tab
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.navigation import return_address
from web.toasts import notify


def chosen_sheet(request: FirmRequest) -> str:
    """The form that the address names, else all of the record."""
    wanted = request.GET.get("sheet", "")
    return wanted if wanted in Sheet.values else Sheet.COMPLETE.value


def sheet_head(request: FirmRequest) -> dict[str, Any]:
    """The switch between the forms, and the way to the choice of fields."""
    current = chosen_sheet(request)
    names = {Sheet.COMPLETE: _("Everything"), Sheet.ADMINISTRATIVE: _("Administrative"), Sheet.CRM: _("CRM")}
    return {
        "sheet": current,
        "sheet_tabs": [Tab(name, f"?sheet={sheet.value}", sheet.value == current) for sheet, name in names.items()],
        "sheet_hides": bool(sheets.hidden(request.membership, current)),
    }


@requires(Permission.VIEW_CLIENTS)
def sheet_fields(request: FirmRequest, sheet: str) -> HttpResponse:
    """Tick what the form shows: for oneself, for everybody (who configures the firm), or as the firm has it."""
    form = SheetForm(request.POST or None, sheet=sheet, member=request.membership)
    if request.method == "POST" and form.is_valid():
        _save(request, sheet, form)
        listed = reverse("clients:client_list", kwargs={"firm_slug": request.firm.slug})
        return redirect(return_address(request, default=listed))
    context = {
        "form": form,
        "sheet": Sheet(sheet),
        "has_own": sheets.has_own_choice(request.membership, sheet),
        "may_set_default": request.membership.can(Permission.CONFIGURE),
        "next": return_address(request, default=""),
    }
    return render(request, "clients/sheet_fields.html", context)


def _save(request: FirmRequest, sheet: str, form: SheetForm) -> None:
    for_everybody = form.cleaned_data["for_whom"] == "everybody"
    if for_everybody and request.membership.can(Permission.CONFIGURE):
        set_default_fields(sheet, form.hidden(), by=request.membership)
        hide_fields(request.membership, sheet, None)
        notify(request, _("Everybody who has not chosen for himself sees these fields now."))
    elif form.cleaned_data["for_whom"] == "as_the_firm":
        hide_fields(request.membership, sheet, None)
        notify(request, _("The form shows what the firm has set."))
    else:
        hide_fields(request.membership, sheet, form.hidden())
        notify(request, _("The form shows the fields that you have chosen."))
