"""The time line of a client or company (STY-21 … STY-26)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone

from clients.forms.notes import TimelineFilterForm
from clients.timeline.reading import When, Wish, events
from clients.timeline.sources import Text, creations, sources
from clients.views.heads import client_head, visible_client
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.keyset import InvalidCursorError

PAGE = 30
COMING = 8


@dataclass(frozen=True)
class Entry:
    """One entry of "+ Nuovo", for this client and this member."""

    label: Text
    icon: str
    address: str


@dataclass(frozen=True)
class Kind:
    name: str
    label: Text
    icon: str
    is_chosen: bool


@requires(Permission.VIEW_CLIENTS)
def client_timeline(request: FirmRequest, pk: int) -> HttpResponse:
    """What was, latest first; above it what is to come, soonest first (STY-26)."""
    client = visible_client(request, pk)
    form = TimelineFilterForm(request.GET, kinds=[(kind, source.label) for kind, source in sources().items()])
    kinds, side = form.chosen()
    wish = Wish(now=timezone.now(), when=When(side), kinds=kinds, cursor=request.GET.get("cursor"), size=PAGE)
    try:
        page = events(client, wish, by=request.membership)
    except InvalidCursorError as error:
        raise Http404 from error
    context = client_head(request, client, current="clients:client_timeline") | {
        "page": page,
        "wish": wish,
        "coming": _coming(request, client, wish),
        "kinds": [Kind(name, source.label, source.icon, name in kinds) for name, source in sources().items()],
        "entries": _entries(request, client.pk),
        "today": local_today(request.firm),
    }
    return page_or_partial(request, "clients/client_timeline.html", "clients/_timeline.html", context)


def _coming(request: FirmRequest, client: Any, wish: Wish) -> Any:
    """The next few, on the first page of the past only."""
    if wish.cursor or wish.when == When.FUTURE:
        return None
    soon = Wish(now=wish.now, when=When.FUTURE, kinds=wish.kinds, size=COMING)
    return events(client, soon, by=request.membership)


def _entries(request: FirmRequest, client_pk: int) -> list[Entry]:
    return [
        Entry(creation.label, creation.icon, creation.address(request.firm.slug, client_pk))
        for creation in creations()
        if request.membership.can(creation.permission)
    ]
