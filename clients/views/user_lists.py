"""Settings: lists that the firm makes itself, and one entry in the place of another (STY-11, STY-14)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients.choices import kinds
from clients.forms.lists import ListForm, ReplaceForm
from clients.models import ListEntry, UserList
from clients.services.lists import change_list, create_list, delete_list, replace_entry, uses_of
from tenants.answers import address, restoring
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.toasts import notify, notify_error

PAGE, PART = "clients/user_list_edit.html", "clients/_user_list_form.html"
REPLACE, REPLACE_PART = "clients/entry_replace.html", "clients/_entry_replace.html"


@requires(Permission.CONFIGURE)
def user_list_create(request: FirmRequest) -> HttpResponse:
    form = ListForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_list(form.cleaned_data["name"], by=request.membership)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            notify(request, _("“%(name)s” has been added.") % {"name": made})
            return _to_entries(request, made.key)
    return page_or_partial(request, PAGE, PART, {"form": form})


@requires(Permission.CONFIGURE)
def user_list_edit(request: FirmRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(UserList, pk=pk)
    form = ListForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            change_list(row, form.cleaned_data, by=request.membership)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            notify(request, _("“%(name)s” has been saved.") % {"name": row})
            return _to_entries(request, row.key)
    return page_or_partial(request, PAGE, PART, {"form": form, "row": row})


@requires(Permission.CONFIGURE)
@require_POST
def user_list_delete(request: FirmRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(UserList, pk=pk)
    try:
        removal = delete_list(row, by=request.membership)
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
        return _to_entries(request, row.key)
    notify(request, _("“%(name)s” has been deleted.") % {"name": row}, undo=restoring(request, removal))
    return HttpResponseRedirect(address(request, "clients:choice_list", kind="labels"))


@requires(Permission.CONFIGURE)
def choice_replace(request: FirmRequest, kind: str, pk: int) -> HttpResponse:
    """Sostituisci: what names the entry is counted, then named anew in one transaction."""
    of = kinds().get(kind)
    if of is None or not of.replaceable:
        raise Http404
    entry: ListEntry = get_object_or_404(of.rows(), pk=pk)
    form = ReplaceForm(request.POST or None, entry=entry)
    if request.method == "POST" and form.is_valid() and _replaced(request, entry, form):
        return _to_entries(request, entry.list_name)
    context: dict[str, Any] = {"kind": of, "entry": entry, "form": form, "uses": uses_of(entry)}
    return page_or_partial(request, REPLACE, REPLACE_PART, context)


def _replaced(request: FirmRequest, entry: ListEntry, form: ReplaceForm) -> bool:
    new = form.cleaned_data["by"]
    try:
        uses = replace_entry(entry, new=new, by=request.membership)
    except ValidationError as refusal:
        form.add_error("by", refusal.error_dict["by"])
        return False
    told = _("“%(new)s” stands in the place of “%(old)s” in %(count)s rows.")
    notify(request, told % {"new": new, "old": entry, "count": sum(use.count for use in uses)})
    return True


def _to_entries(request: FirmRequest, key: str) -> HttpResponse:
    return HttpResponseRedirect(address(request, "clients:choice_list", kind=key.replace("_", "-")))
