"""The graph editor (IFY-39): one page, whose every stroke is a form (WCAG 2.5.7)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from outcomes import graph as pure
from outcomes.forms.graph import PairForm, StrokeForm, WalkForm, initial_of
from outcomes.forms.points import PeriodForm
from outcomes.graph import Clock, Graph, lint, simulate
from outcomes.queries.challenges import layout
from outcomes.queries.graph import standard_time, stored_graph, traffic
from outcomes.services.graph import draw, pair_of, remove_pair, save_layout
from outcomes.services.relations import save_relation
from outcomes.views import strokes
from outcomes.views.drawing import drawn, findings_of, rows_of, walked_rows
from tenants.binding import local_now, local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.documents import read_json
from web.toasts import notify, notify_error


@requires(Permission.CONFIGURE)
def graph_editor(request: FirmRequest) -> HttpResponse:
    """The drawing, the same as a list, one pair to change, lint, a simulation, and what really happened."""
    whole = stored_graph()
    form = PairForm(initial=_start(request, whole))
    return _page(request, whole, form)


@requires(Permission.CONFIGURE)
@require_POST
def graph_pair(request: FirmRequest) -> HttpResponse:
    """Save the pair of the form; or, with the button "simulate", walk the graph as it would be with it."""
    whole, form = stored_graph(), PairForm(request.POST)
    if request.POST.get("do") == "simulate":
        draft = _with(whole, form.relation()) if form.is_valid() else whole
        return _page(request, draft, form, walk=WalkForm(request.POST, graph=draft), is_draft=draft is not whole)
    if not form.is_valid() or not _saved(request, form):
        return _page(request, whole, form, status=422)
    notify(request, _("Relation saved"), undo=_address(request, view="outcomes:graph_undo"))
    return HttpResponseRedirect(_address(request, form.cleaned_data["type"].pk, form.cleaned_data["outcome"].pk))


@requires(Permission.CONFIGURE)
@require_POST
def graph_draw(request: FirmRequest) -> HttpResponse:
    """A stroke from one node to another, by mouse, by keys or by two lists."""
    source, target = request.POST.get("source", ""), request.POST.get("target", "")
    try:
        pair = pair_of(source, target)
        strokes.drawn(request, pair, lambda: draw(source, target, by=request.membership))
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
        return HttpResponseRedirect(_address(request))
    notify(request, _("Relation drawn"), undo=_address(request, view="outcomes:graph_undo"))
    return HttpResponseRedirect(_address(request, *pair))


@requires(Permission.CONFIGURE)
@require_POST
def graph_remove(request: FirmRequest) -> HttpResponse:
    """The outcome is no longer offered for the type; the undo gives it back with all that it did."""
    pair = _pair(request)
    if pair is not None:
        try:
            strokes.drawn(request, pair, lambda: remove_pair(*pair, by=request.membership))
            notify(request, _("Relation removed"), undo=_address(request, view="outcomes:graph_undo"))
        except ValidationError as refusal:
            notify_error(request, " ".join(refusal.messages))
    return HttpResponseRedirect(_address(request))


@requires(Permission.CONFIGURE)
@require_POST
def graph_undo(request: FirmRequest) -> HttpResponse:
    """The last stroke taken back."""
    return _step(request, back=True, told=_("Taken back"))


@requires(Permission.CONFIGURE)
@require_POST
def graph_redo(request: FirmRequest) -> HttpResponse:
    """The last one that was taken back, once more."""
    return _step(request, back=False, told=_("Drawn again"))


def _step(request: FirmRequest, *, back: bool, told: str) -> HttpResponse:
    pair = None
    try:
        pair = strokes.step(request, back=back)
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
    if pair is not None:
        notify(request, told)
    return HttpResponseRedirect(_address(request, *(pair or ())))


@requires(Permission.CONFIGURE)
@require_POST
def graph_layout(request: FirmRequest) -> HttpResponse:
    """Where the nodes were put: JSON from the drawing."""
    try:
        positions = read_json(request.body)
        if not isinstance(positions, dict):
            raise ValidationError(_("This is no layout."), code="not_a_layout")
        save_layout(positions)
    except (ValueError, ValidationError):
        return JsonResponse({"detail": _("This is no layout.")}, status=400)
    return JsonResponse({})


def _page(  # noqa: PLR0913 - what one page shows
    request: FirmRequest,
    whole: Graph,
    form: PairForm,
    *,
    walk: WalkForm | None = None,
    is_draft: bool = False,
    status: int = 200,
) -> HttpResponse:
    period_form = PeriodForm(
        request.GET if {"from", "to"} & set(request.GET) else None, today=local_today(request.firm)
    )
    happened = traffic(period_form.period, firm=request.firm)
    findings = findings_of(whole, lint(whole))
    walk = walk or WalkForm(graph=whole)
    context = {
        "graph": drawn(whole, findings, happened, layout()),
        "rows": rows_of(whole, findings, happened),
        "findings": findings,
        "form": form,
        "stroke": StrokeForm(graph=whole),
        "walk": walk,
        "walked": _walked(request, whole, walk),
        "is_draft": is_draft,
        "period_form": period_form,
        "period": period_form.period,
        "chosen": _chosen(request),
        "can": strokes.can(request),
    }
    return render(request, "outcomes/graph.html", context, status=status)


def _walked(request: FirmRequest, whole: Graph, walk: WalkForm) -> list[dict[str, Any]]:
    if not walk.is_bound or not walk.is_valid():
        return []
    now = local_now(request.firm, at=timezone.now())
    clock = Clock(at=now, zone=now.tzinfo, standard_time=standard_time())  # type: ignore[arg-type]
    start = walk.cleaned_data["start"]
    return walked_rows(whole, simulate(whole, walk.events(), status=start.pk if start else None, clock=clock))


def _with(whole: Graph, relation: pure.Relation) -> Graph:
    others = [each for each in whole.relations if (each.type, each.outcome) != (relation.type, relation.outcome)]
    return replace(whole, relations=(*others, relation))


def _saved(request: FirmRequest, form: PairForm) -> bool:
    said = form.cleaned_data
    try:
        pair = (said["type"].pk, said["outcome"].pk)
        strokes.drawn(
            request,
            pair,
            lambda: save_relation(said["type"], said["outcome"], form.details(), by=request.membership),
        )
    except ValidationError as refusal:
        for name, errors in refusal.error_dict.items():
            form.add_error(name if name in form.fields else None, errors)
        return False
    return True


def _start(request: FirmRequest, whole: Graph) -> dict[str, Any]:
    pair = _pair(request)
    if pair is None:
        return {}
    known = whole.by_pair.get(pair)
    return initial_of(known) if known else {"type": pair[0], "outcome": pair[1]}


def _chosen(request: FirmRequest) -> str:
    pair = _pair(request)
    return f"pair-{pair[0]}-{pair[1]}" if pair else ""


def _pair(request: FirmRequest) -> tuple[int, int] | None:
    given = [request.GET.get(name, "") for name in ("type", "outcome")]
    if not all(key.isascii() and key.isdigit() and len(key) < 19 for key in given):
        return None
    return int(given[0]), int(given[1])


def _address(request: FirmRequest, *pair: int, view: str = "outcomes:graph") -> str:
    address = reverse(view, kwargs={"firm_slug": request.firm.slug})
    return f"{address}?{urlencode(dict(zip(('type', 'outcome'), pair, strict=True)))}" if pair else address
