"""Status with its history, and leaving or rejoining the served clients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients import queries, services, status_origins
from clients.forms.standing import StatusForm
from clients.models import Client, StatusChange
from clients.views.heads import address, address_after, client_head, visible_client
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.navigation import return_address
from web.toasts import notify

Act = Callable[..., int]


@requires(Permission.VIEW_CLIENTS)
def client_status_history(request: FirmRequest, pk: int) -> HttpResponse:
    """The table behind the arrow beside the status (STY-20), and the form that changes it."""
    client = visible_client(request, pk)
    context = client_head(request, client, current="") | {
        "form": StatusForm(initial={"status": client.status}),
        "history": _history(client),
    }
    return page_or_partial(request, "clients/client_status.html", "clients/_client_status.html", context)


@requires(Permission.EDIT_CLIENTS)
@require_POST
def client_status_change(request: FirmRequest, pk: int) -> HttpResponse:
    client = visible_client(request, pk)
    form = StatusForm(request.POST)
    if form.is_valid() and _change(request, client, form):
        status = form.cleaned_data["status"]
        told = _("Status: %(old)s → %(new)s") % {"old": client.status or "–", "new": status or "–"}
        notify(request, told, undo=address(request, "clients:client_status_undo", client))
        return redirect(address_after(request, client))
    context = client_head(request, client, current="") | {"form": form, "history": _history(client)}
    return page_or_partial(request, "clients/client_status.html", "clients/_client_status.html", context)


@requires(Permission.EDIT_CLIENTS)
@require_POST
def client_status_undo(request: FirmRequest, pk: int) -> HttpResponse:
    """Take the last change of the status back; the history keeps both."""
    client = visible_client(request, pk)
    services.undo_status_change(client, by=request.membership, at=timezone.now())
    notify(request, _("The former status is back."))
    return redirect(return_address(request, default=address_after(request, client)))


def _history(client: Client) -> list[StatusChange]:
    """Each change with what it came from."""
    changes = list(queries.status_history(client))
    for change in changes:
        change.origin = status_origins.told(vars(change))  # type: ignore[attr-defined]
    return changes


def _change(request: FirmRequest, client: Client, form: StatusForm) -> bool:
    """A status that was deactivated in the meantime is refused in the form."""
    try:
        services.change_status(client, to=form.cleaned_data["status"], by=request.membership, at=timezone.now())
    except ValidationError as refusal:
        form.add_error("status", refusal)
    return not form.errors


@requires(Permission.ARCHIVE_CLIENTS)
@require_POST
def client_archive(request: FirmRequest, pk: int) -> HttpResponse:
    """No question: the toast takes it back."""
    return _move(request, pk, services.archive, _("%(name)s has been archived."), undo="clients:client_reactivate")


@requires(Permission.ARCHIVE_CLIENTS)
@require_POST
def client_reactivate(request: FirmRequest, pk: int) -> HttpResponse:
    return _move(request, pk, services.reactivate, _("%(name)s is served again."), undo="")


@requires(Permission.ARCHIVE_CLIENTS)
def client_deceased(request: FirmRequest, pk: int) -> HttpResponse:
    """Asks first: colleagues would rather not find this by mistake."""
    if request.method == "POST":
        return _move(
            request,
            pk,
            services.mark_deceased,
            _("%(name)s has been marked as deceased."),
            undo="clients:client_reactivate",
        )
    client = visible_client(request, pk)
    context: dict[str, Any] = {
        "title": _("Mark as deceased"),
        "question": _("Mark %(name)s as deceased?") % {"name": client},
        "consequences": _("The client leaves lists, cadence and reminders; the history stays."),
        "action_label": _("Mark as deceased"),
        "cancel_url": address(request, "clients:client_detail", client),
    }
    return render(request, "web/confirm.html", context)


def _move(request: FirmRequest, pk: int, act: Act, told: str, *, undo: str) -> HttpResponse:
    client = visible_client(request, pk)
    act(Client.objects.filter(pk=client.pk), by=request.membership, at=timezone.now())
    notify(request, told % {"name": client}, undo=address(request, undo, client) if undo else "")
    return redirect(return_address(request, default=address_after(request, client)))
