"""R F M P of one client: the four measures in each typology, what is behind them, and entering them by hand."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients.models import Client, Profile
from clients.queries import visible_clients
from portfolios import measures, services
from portfolios.enums import Measure
from portfolios.explaining import since_day
from portfolios.forms.values import ValuesForm
from portfolios.measures import Place
from portfolios.models import ManualValue, Sale, Typology
from portfolios.views.answers import address
from tenants.answers import is_saved, performed
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web import formatting
from web.htmx import page_or_partial
from web.toasts import notify

EDIT, EDIT_PART = "portfolios/values_edit.html", "portfolios/_values_form.html"


@requires(Permission.VIEW_CLIENTS)
def client_measures(request: FirmRequest, pk: int) -> HttpResponse:
    """All typologies side by side."""
    client = _client(request, pk)
    context = {
        "client": client,
        "places": measures.places_of(client, today=local_today(request.firm)),
        "past": measures.past_links(client),
        "has_sales": Sale.objects.filter(client=client).exists(),
        **_rights(request),
    }
    return render(request, "portfolios/client_measures.html", context)


@requires(Permission.VIEW_CLIENTS)
def client_typology(request: FirmRequest, pk: int, position: int) -> HttpResponse:
    """One typology down to the sales behind each figure, and its past by month."""
    client, today = _client(request, pk), local_today(request.firm)
    place = _place(client, position, request)
    counting, before = measures.sales_behind(client, place.typology, today=today)
    months = measures.months_of(client, place.typology, today=today)
    context = {
        "client": client,
        "place": place,
        "counting": counting,
        "before": before,
        "since": since_day(today),
        "today": today,
        "months": months,
        "measures": list(Measure),
        "chart": _chart(months),
        **_rights(request),
    }
    return render(request, "portfolios/client_typology.html", context)


@requires(Permission.EDIT_CLIENTS)
def values_edit(request: FirmRequest, pk: int, position: int) -> HttpResponse:
    """Values by hand win until they are cleared (10.3)."""
    client, typology = _client(request, pk), _typology(position)
    manual = ManualValue.objects.filter(client=client, typology=typology).first()
    suggestion = Profile.objects.filter(client=client).values_list("outside_wealth", flat=True).first()
    form = ValuesForm(request.POST or None, manual=manual, suggestion=suggestion)
    back = address(request, "client_typology", pk=pk, position=position)

    def save() -> None:
        services.set_values(
            client, typology, form.values(), by=request.membership, at=timezone.now(), note=form.cleaned_data["note"]
        )

    if request.method == "POST" and form.is_valid() and is_saved(form, save):
        notify(request, _("The values are saved; the levels follow."))
        return HttpResponseRedirect(back)
    context = {"form": form, "client": client, "typology": typology, "back": back}
    return page_or_partial(request, EDIT, EDIT_PART, context)


@requires(Permission.EDIT_CLIENTS)
@require_POST
def values_clear(request: FirmRequest, pk: int, position: int) -> HttpResponse:
    """Back to automatic: Recency, Frequency and Monetary. Potentiality, which nobody computes, stays."""
    client, typology = _client(request, pk), _typology(position)
    cleared = {"recency": None, "frequency": None, "monetary": None}
    return performed(
        request,
        lambda: services.set_values(client, typology, cleared, by=request.membership, at=timezone.now()),
        told=_("Back to automatic: the measures follow from the sales."),
        back=address(request, "client_typology", pk=pk, position=position),
    )


def _client(request: FirmRequest, pk: int) -> Client:
    found: Client = get_object_or_404(visible_clients(request.membership), pk=pk)
    return found


def _typology(position: int) -> Typology:
    return get_object_or_404(Typology, position=position, active=True)


def _place(client: Client, position: int, request: FirmRequest) -> Place:
    typology = _typology(position)
    places = measures.places_of(client, today=local_today(request.firm))
    return next(place for place in places if place.typology == typology)


def _rights(request: FirmRequest) -> dict[str, bool]:
    return {
        "may_enter": request.membership.can(Permission.ENTER_SALES),
        "may_edit": request.membership.can(Permission.EDIT_CLIENTS),
    }


def _chart(months: list[measures.Month]) -> dict[str, object]:
    past = list(reversed(months))
    series = [
        {"name": str(measure.label), "type": "line", "data": [month.levels[measure] for month in past]}
        for measure in Measure
    ]
    return {"labels": [formatting.month_short(month.day) for month in past], "series": series}
