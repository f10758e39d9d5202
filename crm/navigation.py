"""The frame round every page inside a firm: where one can go, what one can create, as far as one may."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

from crm.destinations import CREATIONS, SECTIONS, Link
from crm.help.pages import page_for
from outcomes.crm_tabs import ShownTab, tabs_of


@dataclass(frozen=True, slots=True)
class Place:
    """A link as it is on this page, for this person."""

    label: str | Promise
    address: str
    icon: str
    keys: str
    is_current: bool


class _Frame:
    """Each part is made when a template first asks for it: an answer to htmx, which is a part of a page, never does."""

    def __init__(self, request: Any) -> None:
        self.request = request

    @cached_property
    def navigation(self) -> list[dict[str, Any]]:
        return [
            {"title": section.title, "places": places, "is_setting": section.is_setting}
            for section in SECTIONS
            if (places := self._places(section.links))
        ]

    @cached_property
    def is_setting(self) -> bool:
        settings = [section for section in self.navigation if section["is_setting"]]
        return any(place.is_current for section in settings for place in section["places"])

    @cached_property
    def crm_tabs(self) -> list[ShownTab]:
        return tabs_of(self.request)

    @cached_property
    def creations(self) -> list[Place]:
        return self._places(CREATIONS)

    @cached_property
    def firms(self) -> list[dict[str, object]]:
        here = self.request.firm.slug
        return [
            {"name": firm.name, "address": _address(firm.slug, "overview"), "is_current": firm.slug == here}
            for firm in self.request.firms
        ]

    @cached_property
    def own_settings_url(self) -> str:
        return self._address("tenants:own_settings")

    @cached_property
    def search_url(self) -> str:
        return self._address("search")

    @cached_property
    def palette_url(self) -> str:
        return self._address("palette")

    @cached_property
    def preferences_url(self) -> str:
        return self._address("tenants:preferences") or reverse("web:preferences")

    @cached_property
    def language_url(self) -> str:
        return self._address("tenants:preferences") or reverse("set_language")

    @cached_property
    def help_url(self) -> str:
        """The help page that belongs to this one, or all of them."""
        match = self.request.resolver_match
        page = page_for(match.view_name) if match else None
        address = self._address("help")
        return f"{address}?page={page.slug}" if page and address else address

    def _places(self, links: tuple[Link, ...]) -> list[Place]:
        return [
            Place(link.label, address, link.icon, link.keys, self._is_current(link))
            for link in links
            if self._may_follow(link) and (address := self._address(link.view, **dict(link.parameters)))
        ]

    def _may_follow(self, link: Link) -> bool:
        return link.permission is None or self.request.membership.can(link.permission)

    def _is_current(self, link: Link) -> bool:
        match = self.request.resolver_match
        if self.crm_tabs:
            return link.label == "CRM"
        if match is None:
            return False
        return match.view_name == link.view or (bool(link.pages) and match.view_name.startswith(link.pages))

    def _address(self, view: str, **parameters: str) -> str:
        return _address(self.request.firm.slug, view, **parameters)


PARTS = tuple(name for name, part in vars(_Frame).items() if isinstance(part, cached_property))


def navigation(request: Any) -> dict[str, Any]:
    """Context processor: empty outside a firm. A template calls what it finds under a name, and only then."""
    if getattr(request, "membership", None) is None:
        return {}
    frame = _Frame(request)
    look = {"theme": request.membership.theme, "shortcuts": _switch(request.membership.single_key_shortcuts)}
    return {**look, **{name: partial(getattr, frame, name) for name in PARTS}}


def _switch(on: bool) -> str:
    return "on" if on else "off"


def _address(slug: str, view: str, **parameters: str) -> str:
    try:
        return reverse(view, kwargs={"firm_slug": slug, **parameters})
    except NoReverseMatch:
        return ""
