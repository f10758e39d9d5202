"""Settings → Portafogli: the register of subjects; who leaves is disabled, not deleted (GAT-23)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portfolios import queries, services
from portfolios.enums import SubjectKind
from portfolios.forms.subjects import SubjectFilterForm, SubjectForm
from portfolios.models import Subject
from portfolios.views.answers import address, setting_tabs
from tenants.answers import is_saved, performed
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.toasts import notify

PAGE, PART = "portfolios/subject_edit.html", "portfolios/_subject_form.html"


@requires(Permission.CONFIGURE)
def subject_list(request: FirmRequest) -> HttpResponse:
    form = SubjectFilterForm(request.GET or None)
    asked: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    context = {
        "subjects": queries.counted_subjects(**asked),
        "filter": form,
        "is_narrowed": any(asked.values()),
        "tabs": setting_tabs(request, "subject_list"),
    }
    return page_or_partial(request, "portfolios/subject_list.html", "portfolios/_subjects.html", context)


@requires(Permission.CONFIGURE)
def subject_create(request: FirmRequest) -> HttpResponse:
    initial = {"kind": request.GET.get("kind") if request.GET.get("kind") in SubjectKind.values else SubjectKind.AGENT}
    form = SubjectForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        kind, values = form.cleaned_data["kind"], form.values()
        if is_saved(form, lambda: services.create_subject(kind, by=request.membership, **values)):
            notify(request, _("“%(name)s” has been added.") % {"name": values["name"]})
            return HttpResponseRedirect(address(request, "subject_list"))
    return page_or_partial(request, PAGE, PART, {"form": form})


@requires(Permission.CONFIGURE)
def subject_edit(request: FirmRequest, pk: int) -> HttpResponse:
    subject = get_object_or_404(Subject, pk=pk)
    form = SubjectForm(request.POST or None, subject=subject)
    if request.method == "POST" and form.is_valid():
        values, version = form.values(), form.cleaned_data["version"]
        if is_saved(form, lambda: services.edit_subject(subject, by=request.membership, version=version, **values)):
            notify(request, _("“%(name)s” has been saved.") % {"name": values["name"]})
            return HttpResponseRedirect(address(request, "subject_list"))
    return page_or_partial(request, PAGE, PART, {"form": form, "subject": subject})


@requires(Permission.CONFIGURE)
@require_POST
def subject_deactivate(request: FirmRequest, pk: int) -> HttpResponse:
    subject = get_object_or_404(Subject, pk=pk)
    return performed(
        request,
        lambda: services.deactivate_subject(subject, by=request.membership),
        told=_("“%(name)s” is no longer offered. Clients keep the link until it is handed over.") % {"name": subject},
        undo=address(request, "subject_activate", pk=pk),
        back=address(request, "subject_list"),
    )


@requires(Permission.CONFIGURE)
@require_POST
def subject_activate(request: FirmRequest, pk: int) -> HttpResponse:
    subject = get_object_or_404(Subject, pk=pk)
    return performed(
        request,
        lambda: services.activate_subject(subject, by=request.membership),
        told=_("“%(name)s” is offered again.") % {"name": subject},
        undo=address(request, "subject_deactivate", pk=pk),
        back=address(request, "subject_list"),
    )
