"""Notes of a client: write, read with its files and former versions, change, delete (STY-33, STY-34)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients import queries, services
from clients.forms.notes import AttachmentForm, NoteForm, initial_now, initial_of
from clients.models import Note
from clients.views.heads import address, client_head, visible_client
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.navigation import return_address
from web.toasts import notify, notify_error


@requires(Permission.EDIT_CLIENTS)
def note_create(request: FirmRequest, pk: int) -> HttpResponse:
    """After saving, its own page: only a saved note takes files (O-56)."""
    client = visible_client(request, pk)
    form = NoteForm(request.POST or None, initial=initial_now())
    if request.method == "POST" and form.is_valid():
        note = _create(request, form, client)
        if note is not None:
            notify(request, _("Note saved."), undo=address(request, "clients:note_delete", note))
            return redirect(address(request, "clients:note_detail", note))
    return _form_page(request, form, client)


def _create(request: FirmRequest, form: NoteForm, client: Any) -> Note | None:
    try:
        return services.create_note(client, form.content(), by=request.membership, at=timezone.now())
    except ValidationError as refusal:
        _refuse(form, refusal)
        return None


@requires(Permission.VIEW_CLIENTS)
def note_detail(request: FirmRequest, pk: int) -> HttpResponse:
    note = visible_note(request, pk)
    return render(request, "clients/note_detail.html", note_context(request, note, AttachmentForm()))


def note_context(request: FirmRequest, note: Note, form: AttachmentForm) -> dict[str, Any]:
    client = visible_client(request, note.client_id)
    return client_head(request, client, current="clients:client_timeline") | {
        "note": note,
        "attachments": queries.attachments_of(note),
        "versions": note.versions.select_related("replaced_by"),
        "form": form,
    }


@requires(Permission.EDIT_CLIENTS)
def note_edit(request: FirmRequest, pk: int) -> HttpResponse:
    note = visible_note(request, pk)
    form = NoteForm(request.POST or None, initial=initial_of(note))
    if request.method == "POST" and form.is_valid() and _change(request, form, note):
        notify(request, _("Note saved."))
        return redirect(address(request, "clients:note_detail", note))
    return _form_page(request, form, visible_client(request, note.client_id), note=note)


def _change(request: FirmRequest, form: NoteForm, note: Note) -> bool:
    version = form.cleaned_data["version"]
    try:
        services.change_note(note, form.content(), by=request.membership, at=timezone.now(), version=version)
    except ValidationError as refusal:
        _refuse(form, refusal)
        return False
    return True


@requires(Permission.EDIT_CLIENTS)
@require_POST
def note_delete(request: FirmRequest, pk: int) -> HttpResponse:
    """No question: the toast takes it back."""
    note = visible_note(request, pk)
    try:
        services.delete_note(note, by=request.membership, at=timezone.now())
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
    else:
        notify(request, _("Note deleted."), undo=address(request, "clients:note_restore", note))
    return redirect(address(request, "clients:client_timeline", note.client))


@requires(Permission.EDIT_CLIENTS)
@require_POST
def note_restore(request: FirmRequest, pk: int) -> HttpResponse:
    note = get_object_or_404(queries.visible_notes(request.membership, deleted=True), pk=pk)
    services.restore_note(note, by=request.membership)
    notify(request, _("The note is back."))
    return redirect(return_address(request, default=address(request, "clients:note_detail", note)))


def visible_note(request: FirmRequest, pk: int) -> Note:
    return get_object_or_404(queries.visible_notes(request.membership), pk=pk)


def _refuse(form: NoteForm, refusal: ValidationError) -> None:
    """The moment is two fields of the form."""
    if not hasattr(refusal, "error_dict"):
        form.add_error(None, refusal)
        return
    for name, errors in refusal.error_dict.items():
        form.add_error("day" if name == "at" else name, errors)


def _form_page(request: FirmRequest, form: NoteForm, client: Any, *, note: Note | None = None) -> HttpResponse:
    context = client_head(request, client, current="clients:client_timeline") | {"form": form, "note": note}
    return page_or_partial(request, "clients/note_form.html", "clients/_note_form.html", context)
