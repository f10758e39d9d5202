"""Settings: commercial statuses, labels and the firm's own lists (IFY-21 … IFY-23, STY-11, STY-13, STY-14)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients import services
from clients.choices import STATUSES, Choice, ChoiceKind, kinds
from clients.forms.choices import ChoiceForm, MoveForm
from clients.views.heads import Tab
from tenants.answers import performed
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.toasts import notify

PAGE, PART = "clients/choice_edit.html", "clients/_choice_form.html"


@requires(Permission.CONFIGURE)
def status_list(request: FirmRequest) -> HttpResponse:
    return _list(request, STATUSES)


@requires(Permission.CONFIGURE)
def choice_list(request: FirmRequest, kind: str) -> HttpResponse:
    return _list(request, _kind(kind))


def _list(request: FirmRequest, kind: ChoiceKind) -> HttpResponse:
    # Commercial statuses stand among the settings of the CRM.
    others = [other for other in kinds().values() if other.slug != STATUSES.slug]
    tabs = [Tab(str(other.title), _address(request, "list", other), other.slug == kind.slug) for other in others]
    return render(request, "clients/choice_list.html", {"kind": kind, "choices": kind.rows(), "tabs": tabs})


@requires(Permission.CONFIGURE)
def choice_create(request: FirmRequest, kind: str) -> HttpResponse:
    """Nuovo → description → Salva."""
    of = _kind(kind)
    form = ChoiceForm(request.POST or None, kind=of)
    if request.method == "POST" and form.is_valid() and _created(request, of, form):
        notify(request, _("“%(name)s” has been added.") % {"name": form.cleaned_data["name"]})
        return HttpResponseRedirect(_address(request, "list", of))
    return page_or_partial(request, PAGE, PART, {"form": form, "kind": of})


@requires(Permission.CONFIGURE)
def choice_edit(request: FirmRequest, kind: str, pk: int) -> HttpResponse:
    of = _kind(kind)
    choice = get_object_or_404(of.rows(), pk=pk)
    form = ChoiceForm(request.POST or None, kind=of, choice=choice)
    if request.method == "POST" and form.is_valid() and _changed(request, choice, form):
        notify(request, _("“%(name)s” has been saved.") % {"name": choice})
        return HttpResponseRedirect(_address(request, "list", of))
    return page_or_partial(request, PAGE, PART, {"form": form, "kind": of, "choice": choice})


@requires(Permission.CONFIGURE)
@require_POST
def choice_activate(request: FirmRequest, kind: str, pk: int) -> HttpResponse:
    return _switch(request, kind, pk, active=True)


@requires(Permission.CONFIGURE)
@require_POST
def choice_deactivate(request: FirmRequest, kind: str, pk: int) -> HttpResponse:
    """Clients that have it keep it; it is offered to nobody any more (IFY-23)."""
    return _switch(request, kind, pk, active=False)


def _switch(request: FirmRequest, kind: str, pk: int, *, active: bool) -> HttpResponse:
    of = _kind(kind)
    choice = get_object_or_404(of.rows(), pk=pk)
    services.change_choice(choice, {"active": active}, by=request.membership)
    told = _("“%(name)s” is offered again.") if active else _("“%(name)s” is no longer offered.")
    undo = _address(request, "deactivate" if active else "activate", of, pk=pk)
    notify(request, told % {"name": choice}, undo=undo)
    return HttpResponseRedirect(_address(request, "list", of))


@requires(Permission.CONFIGURE)
@require_POST
def choice_move(request: FirmRequest, kind: str, pk: int) -> HttpResponse:
    of = _kind(kind)
    choice = get_object_or_404(of.rows(), pk=pk)
    form = MoveForm(request.POST)
    if of.has_order and form.is_valid():
        services.move_choice(choice, steps=form.steps(), by=request.membership)
    return HttpResponseRedirect(_address(request, "list", of))


@requires(Permission.CONFIGURE)
@require_POST
def choice_delete(request: FirmRequest, kind: str, pk: int) -> HttpResponse:
    of = _kind(kind)
    choice: Choice = get_object_or_404(of.rows(), pk=pk)
    return performed(
        request,
        lambda: services.delete_choice(choice, by=request.membership),
        told=_("“%(name)s” has been deleted.") % {"name": choice},
        back=_address(request, "list", of),
    )


def _kind(slug: str) -> ChoiceKind:
    found = kinds()
    if slug not in found:
        raise Http404
    return found[slug]


def _address(request: FirmRequest, action: str, kind: ChoiceKind, **parameters: Any) -> str:
    place = {"firm_slug": request.firm.slug, "kind": kind.slug, **parameters}
    return reverse(f"clients:choice_{action}", kwargs=place)


def _created(request: FirmRequest, kind: ChoiceKind, form: ChoiceForm) -> bool:
    choice = kind.new()
    for name, value in form.cleaned_data.items():
        setattr(choice, name, value)
    return _done(form, lambda: services.create_choice(choice, by=request.membership))


def _changed(request: FirmRequest, choice: Choice, form: ChoiceForm) -> bool:
    return _done(form, lambda: services.change_choice(choice, form.cleaned_data, by=request.membership))


def _done(form: ChoiceForm, save: Callable[[], object]) -> bool:
    try:
        save()
    except ValidationError as refusal:
        form.add_error(None, refusal)
    return not form.errors
