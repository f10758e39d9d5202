"""Changing one value where it is shown, the changes of a record, and taking one back."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients import catalogue, cells, edits, services
from clients.editable import is_editable
from clients.facts import with_fields
from clients.forms.inline import InlineForm
from clients.models import Client, ClientEdit
from clients.refusals import StaleError
from clients.views.heads import address, address_after, client_head, undo_address, visible_client
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import UNPROCESSABLE, page_or_partial, wants_partial
from web.navigation import return_address
from web.toasts import notify, notify_error

CONFLICT = 409


@requires(Permission.EDIT_CLIENTS)
def client_field(request: FirmRequest, pk: int, name: str) -> HttpResponse:
    client = visible_client(request, pk)
    if not is_editable(name) or name not in catalogue.fields():
        raise Http404
    form = InlineForm(request.POST or None, name=name, client=client, member=request.membership)
    if request.method != "POST":
        return _editor(request, form, 200)
    if not form.is_valid():
        return _editor(request, form, UNPROCESSABLE)
    try:
        _save(request, client, form)
    except StaleError as stale:
        return _editor(request, form.against(stale), CONFLICT)
    except ValidationError as refusal:
        form.refuse(refusal)
        return _editor(request, form, UNPROCESSABLE)
    return _shown(request, pk, name)


def _save(request: FirmRequest, client: Client, form: InlineForm) -> None:
    """What somebody changed elsewhere in the record meanwhile is no conflict with this field."""
    version = client.version if form.is_untouched_since() else form.meta.cleaned_data["version"]
    by, at = request.membership, timezone.now()
    services.update_client(client, form.values(), version=version, by=by, at=at)
    edit = edits.latest(client, by=by, at=at)
    if edit is not None:
        notify(request, edits.sentence(edit), undo=undo_address(request, edit))


def _editor(request: FirmRequest, form: InlineForm, status: int) -> HttpResponse:
    context = client_head(request, form.client, current="") | {
        "form": form,
        "next": return_address(request, default=""),
    }
    return page_or_partial(request, "clients/client_field.html", "clients/_client_field.html", context, status=status)


def _shown(request: FirmRequest, pk: int, name: str) -> HttpResponse:
    """The value as lists and profile show it."""
    client = Client.objects.get(pk=pk)
    if not wants_partial(request):
        return redirect(return_address(request, default=address_after(request, client)))
    field = catalogue.fields()[name]
    today = local_today(request.firm)
    loaded = with_fields(Client.objects.filter(pk=pk), [field]).get()
    values = field.shown(loaded, today)
    text = cells.text_of(field.name, field.type.name, values)
    context: dict[str, Any] = {"client": loaded, "values": values, "text": text, "today": today}
    template = cells.template_of(field.name)
    return page_or_partial(request, template, template, context)


@requires(Permission.VIEW_CLIENTS)
def client_changes(request: FirmRequest, pk: int) -> HttpResponse:
    """What was changed in the record, by whom, with the way back of each."""
    client = visible_client(request, pk)
    context = client_head(request, client, current="") | {"lines": edits.lines(client)}
    return page_or_partial(request, "clients/client_changes.html", "clients/_client_changes.html", context)


@requires(Permission.EDIT_CLIENTS)
@require_POST
def client_change_undo(request: FirmRequest, pk: int, edit_pk: int) -> HttpResponse:
    client = visible_client(request, pk)
    edit = get_object_or_404(ClientEdit.objects.select_related("client"), pk=edit_pk, client=client)
    back = return_address(request, default=address(request, "clients:client_detail", client))
    try:
        done = services.undo_edit(edit, by=request.membership, at=timezone.now())
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
        return redirect(back)
    if done.kept:
        notify_error(request, _("Changed since, and left as it is: %(fields)s.") % {"fields": edits.labels(done.kept)})
    if done.restored:
        notify(request, _("As before: %(fields)s.") % {"fields": edits.labels(done.restored)})
    return redirect(back)
