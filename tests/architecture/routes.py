"""Every address of the product, from the URL resolver, and guards over them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tenants.permissions import Permission
from tests.architecture.known import PUBLIC

FIRM = "firm_slug"
API = "api/"


@dataclass(frozen=True)
class Route:
    """One address: its view's name, its pattern, the parameters in it and the view."""

    name: str
    pattern: str
    parameters: tuple[str, ...]
    view: Callable[..., Any]

    @property
    def permission(self) -> Any:
        return getattr(self.view, "permission", None)

    @property
    def is_in_firm(self) -> bool:
        return FIRM in self.parameters

    @property
    def objects(self) -> tuple[str, ...]:
        """The parameters that name a row."""
        return tuple(name for name in self.parameters if name != FIRM)


def routes(patterns: Iterable[Any] | None = None) -> list[Route]:
    """Every route, or those of ``patterns``."""
    found = get_resolver().url_patterns if patterns is None else patterns
    return list(_walk(found, prefix="", namespaces=(), parameters=()))


def pages() -> list[Route]:
    """The routes that a browser visits inside a firm."""
    return [route for route in routes() if route.is_in_firm]


def _walk(
    patterns: Iterable[Any], *, prefix: str, namespaces: tuple[str, ...], parameters: tuple[str, ...]
) -> Iterator[Route]:
    for entry in patterns:
        path = prefix + str(entry.pattern)
        named = (*parameters, *_parameters(entry))
        if isinstance(entry, URLResolver):
            inside = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from _walk(entry.url_patterns, prefix=path, namespaces=inside, parameters=named)
        elif isinstance(entry, URLPattern):
            yield Route(":".join([*namespaces, entry.name or ""]), path, named, entry.callback)


def _parameters(entry: Any) -> list[str]:
    # Not ``pattern.converters``: Django shares that between patterns and adds to it while resolving.
    return list(entry.pattern.regex.groupindex)


def marker_problems(found: Iterable[Route]) -> list[str]:
    """Every page says who may see it; what everybody may see is listed with a reason."""
    problems = []
    for route in found:
        permission = route.permission
        if route.pattern.startswith(API):
            continue
        if permission is None:
            problems.append(f"{route.name} ({route.pattern}): no @requires")
        elif permission == "public" and route.name not in PUBLIC:
            problems.append(f"{route.name}: public without a reason")
        elif route.is_in_firm and permission not in {"any_member", *Permission}:
            problems.append(f"{route.name}: in a firm, but for {permission}")
        elif not route.is_in_firm and permission not in {"public", "signed_in"}:
            problems.append(f"{route.name}: outside a firm, but for {permission}")
    return problems


def name_problems(found: Iterable[Route]) -> list[str]:
    """Every page has a name, so that templates never spell an address."""
    return [f"{route.pattern}: no name" for route in found if not route.name.rpartition(":")[2]]
