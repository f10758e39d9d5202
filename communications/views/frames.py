"""Settings → Mail-sending templates: what stands around every mail, one of them in force (SIS-26 … SIS-28)."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communications import queries, services
from communications.enums import TemplateKind
from communications.forms.templates import FrameForm
from communications.models import MailTemplate
from communications.placeholders import placeholders
from communications.views.typing import beside_preview, inserted, preview_of
from tenants.answers import address, is_saved, performed
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.toasts import notify

LIST = "communications:template_list"
EDIT = ("communications/frame_edit.html", "communications/_frame_form.html")


@requires(Permission.CONFIGURE)
def frame_create(request: FirmRequest) -> HttpResponse:
    typed = inserted(request, default="closing")
    form = FrameForm(None if typed else request.POST or None, typed=typed)
    is_valid = request.method == "POST" and not typed and form.is_valid()
    if is_valid and is_saved(form, lambda: services.create_frame(form.details(), by=request.membership)):
        notify(request, _("“%(name)s” has been added.") % {"name": form.cleaned_data["name"]})
        return HttpResponseRedirect(address(request, LIST))
    return beside_preview(
        page_or_partial(request, *EDIT, {"form": form, "palette": placeholders(TemplateKind.CIRCULAR)})
    )


@requires(Permission.CONFIGURE)
def frame_edit(request: FirmRequest, pk: int) -> HttpResponse:
    """The firm's own are changed here; a supplied one is read, and copied (O-40)."""
    frame, typed = _frame(pk), inserted(request, default="closing")
    form = FrameForm(None if typed else request.POST or None, frame=frame, typed=typed)

    def save() -> None:
        version = form.cleaned_data["version"]
        services.edit_frame(frame, form.details(), by=request.membership, version=version)

    if request.method == "POST" and not typed and form.is_valid() and is_saved(form, save):
        notify(request, _("“%(name)s” has been saved.") % {"name": frame.name})
        return HttpResponseRedirect(address(request, LIST))
    context = {"form": form, "frame": frame, "palette": placeholders(TemplateKind.CIRCULAR)}
    return beside_preview(page_or_partial(request, *EDIT, context))


@requires(Permission.CONFIGURE)
def frame_shown(request: FirmRequest, pk: int) -> HttpResponse:
    """As a mail with it would look."""
    frame = _frame(pk)
    parts = {name: getattr(frame, name) for name in ("header", "opening", "closing", "footer", "colour")}
    return preview_of(request, {**request.GET.dict(), **parts, "subject": "", "body": ""})


@requires(Permission.CONFIGURE)
@require_POST
def frame_duplicate(request: FirmRequest, pk: int) -> HttpResponse:
    """Duplica e personalizza (O-40)."""
    copy = services.duplicate_frame(_frame(pk), by=request.membership)
    notify(request, _("This is the copy: change it as you like."))
    return HttpResponseRedirect(address(request, "communications:frame_edit", pk=copy.pk))


@requires(Permission.CONFIGURE)
@require_POST
def frame_in_force(request: FirmRequest, pk: int) -> HttpResponse:
    """It covers every mail from now on; the undo puts the former one in force again."""
    frame, former = _frame(pk), queries.frames().get(in_force=True)
    return performed(
        request,
        lambda: services.put_in_force(frame, by=request.membership),
        told=_("“%(name)s” covers every mail from now on.") % {"name": frame.name},
        undo=address(request, "communications:frame_in_force", pk=former.pk),
        back=address(request, LIST),
    )


@requires(Permission.CONFIGURE)
@require_POST
def frame_delete(request: FirmRequest, pk: int) -> HttpResponse:
    frame = _frame(pk)
    return performed(
        request,
        lambda: services.delete_frame(frame, by=request.membership),
        told=_("“%(name)s” has been deleted.") % {"name": frame.name},
        back=address(request, LIST),
    )


def _frame(pk: int) -> MailTemplate:
    return get_object_or_404(queries.frames(), pk=pk)
