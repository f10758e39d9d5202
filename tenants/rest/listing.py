"""Lists: pages by key, ordering with empty values last, chosen fields, counts; an unknown parameter is refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive
from django.utils.translation import gettext as _
from rest_framework.request import Request

from tenants.models import Membership
from tenants.rest.problems import refusal
from web.keyset import Page, keyset_page

USUAL_SIZE = 50
MOST = 500
FLAGS = {"true": True, "1": True, "false": False, "0": False}


PAGED = frozenset({"cursor", "page_size", "count", "ordering"})


@dataclass(frozen=True)
class Sublist:
    """A list beside the resource's own: what hangs on a row, or what comes whole, without pages."""

    parameters: frozenset[str] = PAGED
    orderings: Mapping[str, str] = field(default_factory=lambda: {"id": "pk"})
    usual_ordering: str = "id"

    @property
    def is_paged(self) -> bool:
        return "cursor" in self.parameters


WHOLE = Sublist(frozenset())


class Narrowing(Protocol):
    """What a list can be narrowed by that a higher app knows: parameters with what they mean, and their effect."""

    def parameters(self) -> Mapping[str, tuple[str, Any]]: ...

    def narrow(self, rows: QuerySet[Any], given: Mapping[str, str], *, by: Membership) -> QuerySet[Any]: ...


@dataclass(frozen=True)
class Wanted:
    """What the parameters that every list understands ask for."""

    ordering: str
    cursor: str | None
    size: int
    fields: tuple[str, ...]
    search: str
    updated_since: datetime | None
    count: bool


def parse(request: Request, *, usual_ordering: str) -> Wanted:
    given = request.query_params
    return Wanted(
        ordering=given.get("ordering") or usual_ordering,
        cursor=given.get("cursor") or None,
        size=_size(given.get("page_size")),
        fields=tuple(name.strip() for name in given.get("fields", "").split(",") if name.strip()),
        search=_text(given.get("search", "")),
        updated_since=_moment(given.get("updated_since")),
        count=_flag("count", given.get("count")),
    )


def refuse_unknown(request: Request, known: Collection[str]) -> None:
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        raise refusal(unknown[0][:100], "unknown_parameter", _("There is no parameter of this name."))


def page_of(rows: QuerySet[Any], wanted: Wanted, orderings: Mapping[str, str]) -> Page[Any]:
    name = wanted.ordering.removeprefix("-")
    if name not in orderings:
        raise refusal("ordering", "unknown_ordering", _("The list cannot be ordered by this."))
    path = f"-{orderings[name]}" if wanted.ordering.startswith("-") else orderings[name]
    return keyset_page(rows, ordering=path, cursor=wanted.cursor, size=wanted.size)


def body(request: Request, page: Page[Any], results: list[Any], *, total: int | None) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "next": _address(request, page.next),
        "previous": _address(request, page.previous),
        "results": results,
    }
    if total is not None:
        answer["count"] = total
    return answer


def narrowed(results: Sequence[dict[str, Any]], names: tuple[str, ...], known: Collection[str]) -> list[dict[str, Any]]:
    """Only the fields that were asked for."""
    for name in names:
        if name not in known:
            raise refusal("fields", "unknown_field", _("There is no field of this name."))
    return [{name: row[name] for name in names} for row in results]


def _address(request: Request, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    query = request.query_params.copy()
    query["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def _size(given: str | None) -> int:
    if given is None:
        return USUAL_SIZE
    if not given.isascii() or not given.isdigit() or not 1 <= int(given[:9]) <= MOST:
        raise refusal("page_size", "out_of_range", _("This must be a number from 1 to %(most)s.") % {"most": MOST})
    return int(given)


def _moment(given: str | None) -> datetime | None:
    if not given:
        return None
    try:
        moment = parse_datetime(given.replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None or is_naive(moment):
        message = _("This must be a time with its zone, such as 2026-01-31T09:00:00Z.")
        raise refusal("updated_since", "invalid_time", message)
    return moment


def _flag(name: str, given: str | None) -> bool:
    if given is None:
        return False
    if given not in FLAGS:
        raise refusal(name, "not_a_boolean", _("This must be true or false."))
    return FLAGS[given]


def _text(given: str) -> str:
    if "\0" in given or len(given) > 200:
        raise refusal("search", "invalid_text", _("This text cannot be searched for."))
    return given.strip()
