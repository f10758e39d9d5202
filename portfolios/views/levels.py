"""Settings → Portafogli: the levels of a typology, chosen with sight of the firm's own distribution (GAT-11, 10.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.forms import BoundField
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from portfolios import services
from portfolios.distribution import Distribution, distributions, proposal
from portfolios.enums import Measure, Scale
from portfolios.forms.levels import AMOUNTS, LevelsForm, filled, names
from portfolios.histograms import Histogram, drawn
from portfolios.models import Typology
from portfolios.views.answers import address
from tenants.answers import is_saved
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.toasts import notify

PAGE, PART = "portfolios/typology_levels.html", "portfolios/_levels_form.html"


@dataclass(frozen=True)
class Row:
    """One level of one measure: what separates it from the worse one, and how many are in it."""

    level: int
    tone: str
    field: BoundField | None
    clients: int | None


@dataclass(frozen=True)
class Card:
    """One measure, as the page shows it; rows from the best level to the worst."""

    measure: Measure
    rows: list[Row]
    histogram: Histogram
    total: int
    is_inverted: bool
    is_amount: bool
    has_thresholds: bool

    @property
    def empty_levels(self) -> list[int]:
        return sorted(row.level for row in self.rows if row.clients == 0)


@requires(Permission.CONFIGURE)
def typology_levels(request: FirmRequest, pk: int) -> HttpResponse:
    """Thresholds are typed, moved on the histogram, or proposed; another scale asks for all of them anew."""
    typology = get_object_or_404(Typology, pk=pk)
    form = _form(request, typology)
    if form.is_bound and form.is_valid():
        values, version = form.values(), form.cleaned_data["version"]
        if is_saved(
            form,
            lambda: services.edit_typology(typology, values, by=request.membership, at=timezone.now(), version=version),
            names=form.places(),
        ):
            notify(request, _("The levels of “%(name)s” have been saved.") % {"name": typology})
            return HttpResponseRedirect(address(request, "typology_levels", pk=pk))
    return page_or_partial(request, PAGE, PART, _context(request, typology, form))


@requires(Permission.CONFIGURE)
def level_counts(request: FirmRequest, pk: int) -> HttpResponse:
    """How many clients the levels of one measure would have: for what is moved or typed on the page."""
    typology = get_object_or_404(Typology, pk=pk)
    form = LevelsForm(None, typology=typology, scale=_scale(request.GET, typology), given=request.GET.dict())
    wanted = [measure for measure in Measure if measure == request.GET.get("measure")]
    thresholds: dict[str, list[Any]] = {measure: _increasing(form.thresholds(measure)) for measure in wanted}
    countable = [measure for measure in wanted if thresholds[measure]]
    today = local_today(request.firm)
    found = distributions(typology, thresholds, today=today, measures=countable) if countable else {}
    counts = {measure: found[measure].counts(thresholds[measure]) for measure in countable}
    return JsonResponse({"counts": counts})


def _form(request: FirmRequest, typology: Typology) -> LevelsForm:
    """What was posted; or, when a proposal was asked for, what was posted with the proposal in its place, unsaved."""
    scale = _scale(request.POST or request.GET, typology)
    asked = [measure for measure in Measure if request.POST.get("suggest") in (measure, "all")]
    if not asked:
        return LevelsForm(request.POST or None, typology=typology, scale=scale)
    given: dict[str, Any] = {name: value for name, value in request.POST.items() if name != "version"}
    for measure in asked:
        given |= filled(measure, proposal(typology, measure, scale, today=local_today(request.firm)))
    return LevelsForm(None, typology=typology, scale=scale, given=given)


def _context(request: FirmRequest, typology: Typology, form: LevelsForm) -> dict[str, Any]:
    thresholds: dict[str, list[Any]] = {measure: _increasing(form.thresholds(measure)) for measure in Measure}
    found = distributions(typology, thresholds, today=local_today(request.firm))
    return {
        "typology": typology,
        "form": form,
        "scale": form.levels,
        "scales": Scale.choices,
        "is_rescaled": form.levels != typology.scale,
        "cards": [_card(found[measure], thresholds[measure], form) for measure in Measure],
        "tones": [form[f"tone_{level}"] for level in range(1, form.levels + 1)],
    }


def _card(distribution: Distribution, thresholds: list[Any], form: LevelsForm) -> Card:
    measure, palette = distribution.measure, form.palette()
    is_inverted = measure == Measure.RECENCY
    counts: list[int] | list[None] = distribution.counts(thresholds) if thresholds else [None] * form.levels
    fields = [form[name] for name in names(measure, form.levels)]
    limits = [None, *(reversed(fields) if is_inverted else fields)]
    rows = [Row(place + 1, palette[place], limits[place], counts[place]) for place in range(form.levels)]
    return Card(
        measure=measure,
        rows=rows[::-1],
        histogram=drawn(distribution, thresholds, palette),
        total=distribution.total,
        is_inverted=is_inverted,
        is_amount=measure in AMOUNTS,
        has_thresholds=bool(thresholds),
    )


def _increasing(thresholds: list[Any]) -> list[Any]:
    """Only what makes levels can be counted by."""
    return thresholds if all(low < high for low, high in zip(thresholds, thresholds[1:], strict=False)) else []


def _scale(given: Any, typology: Typology) -> int:
    asked = given.get("scale", "")
    return int(asked) if asked in {str(scale) for scale in Scale.values} else int(typology.scale)
