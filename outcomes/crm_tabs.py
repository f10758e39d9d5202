"""Impostazioni → CRM: the tabs, over pages of three apps (IFY-05)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import ResolverMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Match = Callable[[ResolverMatch], bool]


def _view(*names: str) -> Match:
    return lambda match: match.view_name.startswith(names)


def _choice(what: str) -> Match:
    return lambda match: match.view_name.startswith("outcomes:choice") and match.kwargs.get("what") == what


def _is_status(match: ResolverMatch) -> bool:
    is_of_list = match.view_name.startswith("clients:choice") and match.kwargs.get("kind") == "statuses"
    return match.view_name == "clients:status_list" or is_of_list


@dataclass(frozen=True, slots=True)
class CrmTab:
    label: str | Promise
    view: str
    is_here: Match
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ShownTab:
    """As web/_tabs.html wants it."""

    label: str | Promise
    url: str
    is_current: bool
    count: int | None = None


TABS = (
    CrmTab(_("Types/Actions"), "scheduling:type_list", _view("scheduling:type", "outcomes:type")),
    CrmTab(_("Outcomes"), "outcomes:choice_list", _choice("outcomes"), (("what", "outcomes"),)),
    CrmTab(_("Commercial statuses"), "clients:status_list", _is_status),
    CrmTab(_("Relations"), "outcomes:relation_list", _view("outcomes:relation")),
    CrmTab(_("Activities"), "outcomes:choice_list", _choice("kinds"), (("what", "kinds"),)),
    CrmTab(_("Parameters"), "outcomes:parameters", _view("outcomes:parameters", "outcomes:scheme")),
)


def tabs_of(request: HttpRequest) -> list[ShownTab]:
    """The tabs, when the page is one of them."""
    match: Any = request.resolver_match
    if match is None or not any(tab.is_here(match) for tab in TABS):
        return []
    slug = match.kwargs.get("firm_slug", "")
    return [_shown(tab, match, slug) for tab in TABS]


def _shown(tab: CrmTab, match: ResolverMatch, slug: str) -> ShownTab:
    url = reverse(tab.view, kwargs={"firm_slug": slug, **dict(tab.parameters)})
    return ShownTab(tab.label, url, tab.is_here(match))
