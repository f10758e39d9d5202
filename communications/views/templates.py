"""Settings → Communication templates: texts, and the frame of every mail (SIS-26 … SIS-36)."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communications import queries, services
from communications.forms.opportunities import MoveForm
from communications.forms.templates import TemplateForm
from communications.models import CommunicationTemplate
from communications.placeholders import placeholders
from communications.views.typing import beside_preview, inserted, preview_of
from tenants.answers import address, is_saved, performed
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.toasts import notify

LIST = "communications:template_list"
EDIT = ("communications/template_edit.html", "communications/_template_form.html")


@requires(Permission.CONFIGURE)
def template_list(request: FirmRequest) -> HttpResponse:
    """Supplied ones and the firm's own; what can no longer be rendered says so."""
    context = {"templates": queries.templates_with_problems(), "frames": queries.frames()}
    return render(request, "communications/template_list.html", context)


@requires(Permission.CONFIGURE)
def template_create(request: FirmRequest) -> HttpResponse:
    typed = inserted(request, default="body")
    form = TemplateForm(None if typed else request.POST or None, typed=typed)
    is_valid = request.method == "POST" and not typed and form.is_valid()
    if is_valid and is_saved(form, lambda: services.create_template(form.details(), by=request.membership)):
        notify(request, _("“%(name)s” has been added.") % {"name": form.cleaned_data["name"]})
        return HttpResponseRedirect(address(request, LIST))
    return beside_preview(page_or_partial(request, *EDIT, {"form": form, "palette": placeholders()}))


@requires(Permission.CONFIGURE)
def template_edit(request: FirmRequest, pk: int) -> HttpResponse:
    """The firm's own are changed here; a supplied one is read, and copied (O-40)."""
    template, typed = _template(pk), inserted(request, default="body")
    form = TemplateForm(None if typed else request.POST or None, template=template, typed=typed)

    def save() -> None:
        version = form.cleaned_data["version"]
        services.edit_template(template, form.details(), by=request.membership, version=version)

    if request.method == "POST" and not typed and form.is_valid() and is_saved(form, save):
        notify(request, _("“%(name)s” has been saved.") % {"name": template.name})
        return HttpResponseRedirect(address(request, LIST))
    context = {"form": form, "template": template, "palette": placeholders(template.kind)}
    return beside_preview(page_or_partial(request, *EDIT, context))


@requires(Permission.CONFIGURE)
@require_POST
def template_preview(request: FirmRequest) -> HttpResponse:
    """What stands in the editor, saved or not, as one client would receive it: for the frame beside it."""
    return preview_of(request, request.POST)


@requires(Permission.CONFIGURE)
def template_shown(request: FirmRequest, pk: int) -> HttpResponse:
    """The same of what is saved."""
    template = _template(pk)
    said = {"subject": template.subject, "body": template.body, "kind": template.kind}
    return preview_of(request, {**request.GET.dict(), **said, "opportunity": template.opportunity_id or ""})


@requires(Permission.CONFIGURE)
@require_POST
def template_duplicate(request: FirmRequest, pk: int) -> HttpResponse:
    """Duplica e personalizza (O-40)."""
    copy = services.duplicate_template(_template(pk), by=request.membership)
    notify(request, _("This is the copy: change it as you like."))
    return HttpResponseRedirect(address(request, "communications:template_edit", pk=copy.pk))


@requires(Permission.CONFIGURE)
@require_POST
def template_switch(request: FirmRequest, pk: int) -> HttpResponse:
    """Hide or show; the undo is the same button."""
    template = _template(pk)
    active = not template.active
    told = _("“%(name)s” is offered again.") if active else _("“%(name)s” is no longer offered.")
    return performed(
        request,
        lambda: services.set_template_active(template, active=active, by=request.membership),
        told=told % {"name": template.name},
        undo=address(request, "communications:template_switch", pk=pk),
        back=address(request, LIST),
    )


@requires(Permission.CONFIGURE)
@require_POST
def template_move(request: FirmRequest, pk: int) -> HttpResponse:
    template, form = _template(pk), MoveForm(request.POST)
    if form.is_valid():
        services.move_template(template, steps=form.steps(), by=request.membership)
    return HttpResponseRedirect(address(request, LIST))


@requires(Permission.CONFIGURE)
@require_POST
def template_delete(request: FirmRequest, pk: int) -> HttpResponse:
    template = _template(pk)
    return performed(
        request,
        lambda: services.delete_template(template, by=request.membership),
        told=_("“%(name)s” has been deleted.") % {"name": template.name},
        back=address(request, LIST),
    )


def _template(pk: int) -> CommunicationTemplate:
    return get_object_or_404(queries.templates(), pk=pk)
