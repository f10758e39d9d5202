"""Impostazioni → CRM → Relazioni: pick a type, tick its outcomes, say what each pair does (IFY-26)."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

import scheduling.queries
from outcomes import queries, services
from outcomes.forms.settings import RelationForm, TickForm
from outcomes.models import Outcome
from outcomes.queries.legend import legend
from scheduling.models import AppointmentType
from tenants.answers import address, is_saved, performed
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.toasts import notify


@requires(Permission.CONFIGURE)
def relation_list(request: FirmRequest) -> HttpResponse:
    """The first type, or the one in the address."""
    first = scheduling.queries.appointment_types().first()
    return _page(request, first) if first else render(request, "outcomes/relations.html", {"types": []})


@requires(Permission.CONFIGURE)
def relation_type(request: FirmRequest, pk: int) -> HttpResponse:
    return _page(request, get_object_or_404(AppointmentType, pk=pk))


def _page(request: FirmRequest, kind: AppointmentType) -> HttpResponse:
    held = {relation.outcome_id: relation for relation in queries.all_relations().filter(type=kind)}
    pairs = [(outcome, held.get(outcome.pk)) for outcome in queries.outcomes()]
    shown = [(outcome, pair) for outcome, pair in pairs if outcome.active or (pair and pair.active)]
    counts: dict[int, int] = {}
    for type_id in queries.relations().values_list("type_id", flat=True):
        counts[type_id] = counts.get(type_id, 0) + 1
    types = [(each, counts.get(each.pk, 0)) for each in scheduling.queries.appointment_types()]
    return render(request, "outcomes/relations.html", {"types": types, "kind": kind, "pairs": shown, "legend": legend})


@requires(Permission.CONFIGURE)
@require_POST
def relation_tick(request: FirmRequest, pk: int) -> HttpResponse:
    """Exactly the ticked outcomes; what an unticked one did is kept for the next time."""
    kind = get_object_or_404(AppointmentType, pk=pk)
    form = TickForm(request.POST)

    def tick() -> None:
        if form.is_valid():
            services.tick_outcomes(kind, list(form.cleaned_data["outcomes"]), by=request.membership)

    back = address(request, "outcomes:relation_type", pk=pk)
    return performed(request, tick, told=_("The outcomes of “%(type)s” are saved.") % {"type": kind}, back=back)


@requires(Permission.CONFIGURE)
def relation_edit(request: FirmRequest, pk: int, outcome_pk: int) -> HttpResponse:
    """The pair; saving it ticks it."""
    kind, outcome = get_object_or_404(AppointmentType, pk=pk), get_object_or_404(Outcome, pk=outcome_pk)
    relation = queries.all_relations().filter(type=kind, outcome=outcome).first()
    form = RelationForm(request.POST or None, relation=relation)
    is_valid = request.method == "POST" and form.is_valid()
    if is_valid and is_saved(
        form, lambda: services.save_relation(kind, outcome, form.details(), by=request.membership)
    ):
        notify(request, _("Relation saved: %(type)s, %(outcome)s.") % {"type": kind, "outcome": outcome})
        return HttpResponseRedirect(address(request, "outcomes:relation_type", pk=pk))
    context = {"form": form, "kind": kind, "outcome": outcome}
    return page_or_partial(request, "outcomes/relation_edit.html", "outcomes/_relation_form.html", context)
