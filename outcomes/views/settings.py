"""Impostazioni → CRM: Sostituisci, Elimina of a type, Parametri."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from outcomes import queries, services
from outcomes.forms.settings import ParametersForm, ReplaceForm
from outcomes.models import Outcome
from scheduling.models import AppointmentType
from scheduling.services import delete_type
from tenants.answers import address, is_saved, performed
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.toasts import notify


@requires(Permission.CONFIGURE)
def type_replace(request: FirmRequest, pk: int) -> HttpResponse:
    return _replace(request, get_object_or_404(AppointmentType, pk=pk), address(request, "scheduling:type_list"))


@requires(Permission.CONFIGURE)
def outcome_replace(request: FirmRequest, pk: int) -> HttpResponse:
    back = address(request, "outcomes:choice_list", what="outcomes")
    return _replace(request, get_object_or_404(Outcome, pk=pk), back)


def _replace(request: FirmRequest, old: AppointmentType | Outcome, back: str) -> HttpResponse:
    """First the counts, then the same form again with a yes (O-21)."""
    form = ReplaceForm(request.POST or None, old=old)
    foreseen = None
    if request.method == "POST" and form.is_valid():
        new = form.cleaned_data["by"]
        if form.is_confirmed:
            if is_saved(form, lambda: services.replace(old, new, by=request.membership)):
                notify(request, _("“%(old)s” has been replaced by “%(new)s”.") % {"old": old, "new": new})
                return HttpResponseRedirect(back)
        else:
            foreseen = _foreseen(form, old, new)
    context = {"form": form, "old": old, "foreseen": foreseen, "back": back}
    return page_or_partial(request, "outcomes/replace.html", "outcomes/_replace_form.html", context)


def _foreseen(form: ReplaceForm, old: Any, new: Any) -> services.Replacement | None:
    try:
        return services.replacement_of(old, new)
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return None


@requires(Permission.CONFIGURE)
@require_POST
def type_delete(request: FirmRequest, pk: int) -> HttpResponse:
    """Elimina: only while nothing names it."""
    kind = get_object_or_404(AppointmentType, pk=pk)
    return performed(
        request,
        lambda: delete_type(kind, by=request.membership),
        told=_("“%(name)s” has been deleted.") % {"name": kind.name},
        back=address(request, "scheduling:type_list"),
    )


@requires(Permission.CONFIGURE)
def parameters(request: FirmRequest) -> HttpResponse:
    form = ParametersForm(request.POST or None, parameters=queries.parameters())
    is_valid = request.method == "POST" and form.is_valid()
    if is_valid and is_saved(form, lambda: services.edit_parameters(**form.cleaned_data, by=request.membership)):
        notify(request, _("The parameters are saved."))
        return HttpResponseRedirect(address(request, "outcomes:parameters"))
    return page_or_partial(request, "outcomes/parameters.html", "outcomes/_parameters_form.html", {"form": form})
