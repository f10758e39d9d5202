"""Viste over the client list: which one an address means, the tabs, and the button that keeps what one sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from clients import presenting
from clients.filters.refusals import FilterInvalid
from clients.presenting import PARAMETER, Presentation
from groups import queries
from groups.filtering import problem_text
from groups.models import View
from groups.queries.views import NOBODY, says_state
from tenants.models import Membership
from web import slots

MOST_TABS = 6


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    is_current: bool
    count: int | None = None


class Viste:
    """The source of ``?view=<id>``."""

    def find(self, code: str, member: Membership, today: date) -> Presentation | None:
        is_number = code.isascii() and code.isdigit() and len(code) < 19
        view = queries.views_of(member).filter(pk=int(code)).first() if is_number else None
        return _presentation(view, today) if view is not None else None

    def usual(self, member: Membership) -> str:
        chosen = queries.default_view(member)
        has_it = chosen is not None and queries.views_of(member).filter(pk=chosen).exists()
        return str(chosen) if has_it else ""


def _presentation(view: View, today: date) -> Presentation:
    condition, problem = NOBODY, ""
    try:
        condition = queries.condition_of_view(view, today=today)
    except FilterInvalid as invalid:
        problem = problem_text(invalid)
    return Presentation(
        code=str(view.pk),
        name=view.name,
        description=view.description,
        condition=condition,
        columns=tuple(view.columns),
        ordering=view.ordering,
        grouping=view.grouping,
        layout=view.layout,
        says_state=says_state(view),
        problem=problem,
    )


def register() -> None:
    """Called when the app is ready."""
    presenting.register(Viste())
    slots.fill("client_list_tabs", list_tabs)
    slots.fill("client_list_saving", saving)


def list_tabs(request: Any, current: Presentation | None) -> str:
    """Tabs of the first viste, and the button Viste with all of them, Nuovo among them (SIS-10)."""
    member, views = request.membership, list(queries.views_of(request.membership))
    here = int(current.code) if current else None
    own, shared, supplied = queries.supplied_and_own(views, member)
    headings = ((_("My viste"), own), (_("Shared"), shared), (_("Supplied"), supplied))
    context = {
        "tabs": list(_tabs(request, queries.tabs_of(views, member, current=here, most=MOST_TABS), here)),
        "headings": [(label, list(_tabs_of(request, found, here))) for label, found in headings if found],
        "audience": f"view:{here}",
        "current": next((view for view in views if view.pk == here), None),
    }
    return render_to_string("groups/_view_tabs.html", context, request=request)


def saving(request: Any, current: Presentation | None) -> str:
    """Keep what the list shows now as a vista."""
    return render_to_string("groups/_view_save.html", {"query": request.GET.urlencode()}, request=request)


def _tabs(request: Any, views: list[View], current: int | None) -> Iterator[Tab]:
    yield Tab(_("All clients"), f"{_address(request)}?{PARAMETER}=", current is None)
    yield from _tabs_of(request, views, current)


def _tabs_of(request: Any, views: list[View], current: int | None) -> Iterator[Tab]:
    for view in views:
        yield Tab(view.name, f"{_address(request)}?{urlencode({PARAMETER: view.pk})}", view.pk == current)


def _address(request: Any) -> str:
    return reverse("clients:client_list", kwargs={"firm_slug": request.firm.slug})
