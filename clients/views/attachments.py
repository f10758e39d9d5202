"""Files on notes: handed in, taken away, downloaded and never shown (STY-34, STY-42; security.md T12)."""

from __future__ import annotations

from typing import cast

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from clients import queries, services
from clients.attachments.serving import download
from clients.attachments.storage import StorageFailedError
from clients.forms.notes import AttachmentForm
from clients.models import Attachment, Note
from clients.views.heads import address
from clients.views.notes import note_context, visible_note
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.navigation import return_address
from web.toasts import notify, notify_error


@requires(Permission.EDIT_CLIENTS)
@require_POST
def note_attach(request: FirmRequest, pk: int) -> HttpResponse:
    """Several at once: all of them or none."""
    note = visible_note(request, pk)
    form = AttachmentForm(request.POST, request.FILES)
    if form.is_valid() and _attach(request, note, form):
        return redirect(address(request, "clients:note_detail", note))
    context = note_context(request, note, form)
    return page_or_partial(request, "clients/note_detail.html", "clients/_note_files.html", context)


def _attach(request: FirmRequest, note: Note, form: AttachmentForm) -> bool:
    files = [(file.name or "", file) for file in form.cleaned_data["attached"]]
    try:
        kept = len(services.attach_files(note, files, by=request.membership))
    except ValidationError as refusal:
        form.add_error("attached", refusal.messages)
        return False
    except StorageFailedError as failure:
        form.add_error("attached", str(failure))
        return False
    notify(request, ngettext("%(number)s file attached.", "%(number)s files attached.", kept) % {"number": kept})
    return True


@requires(Permission.VIEW_CLIENTS)
def attachment_download(request: FirmRequest, pk: int) -> HttpResponse:
    return cast("HttpResponse", download(_visible(request, pk)))


@requires(Permission.EDIT_CLIENTS)
@require_POST
def attachment_delete(request: FirmRequest, pk: int) -> HttpResponse:
    attachment = _visible(request, pk)
    services.delete_attachment(attachment, by=request.membership, at=timezone.now())
    undo = address(request, "clients:attachment_restore", attachment)
    notify(request, _("“%(name)s” deleted.") % {"name": attachment.name}, undo=undo)
    return redirect(return_address(request, default=_page_of(request, attachment)))


@requires(Permission.EDIT_CLIENTS)
@require_POST
def attachment_restore(request: FirmRequest, pk: int) -> HttpResponse:
    attachments = queries.visible_attachments(request.membership, deleted=True)
    attachment = get_object_or_404(attachments, pk=pk)
    try:
        services.restore_attachment(attachment, by=request.membership)
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
    else:
        notify(request, _("“%(name)s” is back.") % {"name": attachment.name})
    return redirect(return_address(request, default=_page_of(request, attachment)))


def _visible(request: FirmRequest, pk: int) -> Attachment:
    return get_object_or_404(queries.visible_attachments(request.membership), pk=pk)


def _page_of(request: FirmRequest, attachment: Attachment) -> str:
    if attachment.note_id is None:
        return address(request, "clients:client_timeline", attachment.client)
    return address(request, "clients:note_detail", attachment.note)
