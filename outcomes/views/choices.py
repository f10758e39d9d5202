"""Impostazioni → CRM: outcomes and kinds of activity, on the same pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from clients.services import delete_choice
from outcomes import queries, services
from outcomes.forms.settings import KindForm, MoveForm, OutcomeForm
from outcomes.models import ActivityKind, Outcome
from tenants.answers import address, is_saved, performed
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.toasts import notify


@dataclass(frozen=True, slots=True)
class Section:
    """What the two have of their own."""

    what: str
    title: str | Promise
    explanation: str | Promise
    new: str | Promise
    icon: str
    rows: Callable[[], QuerySet[Any]]
    form: type[Any]
    create: Callable[..., Outcome | ActivityKind]
    edit: Callable[..., Outcome | ActivityKind]


SECTIONS = {
    "outcomes": Section(
        "outcomes",
        gettext_lazy("Outcomes"),
        gettext_lazy("How an appointment can end. What each one brings about is said under Relations."),
        gettext_lazy("New outcome"),
        "badge-check",
        queries.outcomes,
        OutcomeForm,
        services.create_outcome,
        services.edit_outcome,
    ),
    "kinds": Section(
        "kinds",
        gettext_lazy("Activities"),
        gettext_lazy("Actions that belong together, from the first call to the renewal or the loss."),
        gettext_lazy("New activity"),
        "target",
        queries.activity_kinds,
        KindForm,
        services.create_kind,
        services.edit_kind,
    ),
}


@requires(Permission.CONFIGURE)
def choice_list(request: FirmRequest, what: str) -> HttpResponse:
    section = _section(what)
    return render(request, "outcomes/choice_list.html", {"section": section, "choices": section.rows()})


@requires(Permission.CONFIGURE)
def choice_create(request: FirmRequest, what: str) -> HttpResponse:
    """Nuovo → description → active → Salva."""
    section = _section(what)
    form = section.form(request.POST or None)
    is_valid = request.method == "POST" and form.is_valid()
    if is_valid and is_saved(form, lambda: section.create(form.details(), by=request.membership)):
        notify(request, _("“%(name)s” has been added.") % {"name": form.cleaned_data["name"]})
        return HttpResponseRedirect(address(request, "outcomes:choice_list", what=what))
    context = {"form": form, "section": section}
    return page_or_partial(request, "outcomes/choice_edit.html", "outcomes/_choice_form.html", context)


@requires(Permission.CONFIGURE)
def choice_edit(request: FirmRequest, what: str, pk: int) -> HttpResponse:
    section = _section(what)
    choice = get_object_or_404(section.rows(), pk=pk)
    form = section.form(request.POST or None, choice=choice)
    is_valid = request.method == "POST" and form.is_valid()
    if is_valid and is_saved(form, lambda: section.edit(choice, form.details(), by=request.membership)):
        notify(request, _("“%(name)s” has been saved.") % {"name": choice.name})
        return HttpResponseRedirect(address(request, "outcomes:choice_list", what=what))
    context = {"form": form, "section": section, "choice": choice}
    return page_or_partial(request, "outcomes/choice_edit.html", "outcomes/_choice_form.html", context)


@requires(Permission.CONFIGURE)
@require_POST
def choice_switch(request: FirmRequest, what: str, pk: int) -> HttpResponse:
    """Attivo: off or on again; the undo is the same button."""
    choice = get_object_or_404(_section(what).rows(), pk=pk)
    active = not choice.active
    told = _("“%(name)s” is offered again.") if active else _("“%(name)s” is no longer offered.")
    return performed(
        request,
        lambda: services.set_active(choice, active=active, by=request.membership),
        told=told % {"name": choice.name},
        undo=address(request, "outcomes:choice_switch", what=what, pk=pk),
        back=address(request, "outcomes:choice_list", what=what),
    )


@requires(Permission.CONFIGURE)
@require_POST
def choice_move(request: FirmRequest, what: str, pk: int) -> HttpResponse:
    choice = get_object_or_404(_section(what).rows(), pk=pk)
    form = MoveForm(request.POST)
    if form.is_valid():
        services.move_choice(choice, steps=form.steps(), by=request.membership)
    return HttpResponseRedirect(address(request, "outcomes:choice_list", what=what))


@requires(Permission.CONFIGURE)
@require_POST
def choice_delete(request: FirmRequest, what: str, pk: int) -> HttpResponse:
    """Elimina: only what is not in use."""
    choice = get_object_or_404(_section(what).rows(), pk=pk)
    return performed(
        request,
        lambda: delete_choice(choice, by=request.membership),
        told=_("“%(name)s” has been deleted.") % {"name": choice.name},
        back=address(request, "outcomes:choice_list", what=what),
    )


def _section(what: str) -> Section:
    if what not in SECTIONS:
        raise Http404
    return SECTIONS[what]
