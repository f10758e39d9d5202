"""A client's places: his portfolio and subjects in each active typology, and those of before (GAT-04, GAT-08)."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clients.models import Client
from clients.queries import visible_clients
from portfolios import queries, services
from portfolios.forms.links import SLOTS, LinksForm
from portfolios.models import Link, Typology
from tenants.answers import is_saved
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.navigation import return_address
from web.toasts import notify


@requires(Permission.EDIT_CLIENTS)
def client_links(request: FirmRequest, pk: int) -> HttpResponse:
    client = get_object_or_404(visible_clients(request.membership).select_related("main_portfolio"), pk=pk)
    typologies = list(queries.typologies().filter(active=True))
    links = list(queries.links_of(client).select_related(*SLOTS).order_by("typology__position", "-since", "-pk"))
    form = LinksForm(request.POST or None, typologies=typologies, held=_held(client, typologies, links))
    back = return_address(request, default=_client(request, client))
    if request.method == "POST" and form.is_valid() and _saved(request, client, form):
        notify(request, _("The portfolios of “%(name)s” have been saved.") % {"name": client})
        return HttpResponseRedirect(back)
    context = {"client": client, "form": form, "back": back, "former": [link for link in links if link.until]}
    return page_or_partial(request, "portfolios/client_links.html", "portfolios/_links_form.html", context)


def _held(client: Client, typologies: list[Typology], links: list[Link]) -> dict[int, Link]:
    """What holds today; in the first typology the record names the portfolio."""
    held = {link.typology_id: link for link in links if link.until is None}
    for typology in typologies[:1]:
        first = held.setdefault(typology.pk, Link(typology=typology))
        first.portfolio = client.main_portfolio
    return held


@transaction.atomic
def _saved(request: FirmRequest, client: Client, form: LinksForm) -> bool:
    """All typologies, or none."""
    at = timezone.now()
    for typology in form.typologies:
        names = {slot: f"{slot}_{typology.position}" for slot in SLOTS}
        save = partial(services.set_link, client, typology, form.values(typology), by=request.membership, at=at)
        if not is_saved(form, save, names=names):
            transaction.set_rollback(True)
            return False
    return True


def _client(request: FirmRequest, client: Client) -> str:
    return reverse("clients:client_detail", kwargs={"firm_slug": request.firm.slug, "pk": client.pk})
