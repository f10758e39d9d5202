"""What the search of the whole product looks through: one entry for each kind of thing that can be found.

A higher app adds its own in ``AppConfig.ready()``; the command palette and the page of results ask all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from django.db.models import QuerySet
from django.utils.functional import Promise

from clients.models import Client
from clients.queries import search_clients, visible_clients
from tenants.models import Membership
from tenants.permissions import Permission


@dataclass(frozen=True)
class Hit:
    """One thing found: its name, a word beside it, and the page that shows it (within the firm)."""

    title: str
    view: str
    key: Mapping[str, object] = field(default_factory=dict)
    note: str = ""
    query: str = ""


@dataclass(frozen=True)
class Asked:
    """What is looked for, and by whom."""

    member: Membership
    text: str

    @cached_property
    def clients(self) -> QuerySet[Client]:
        """Those who are found: which words of the text are common, and which are slips, is asked once for all kinds."""
        return search_clients(visible_clients(self.member), self.text)


@dataclass(frozen=True)
class Source:
    """``find`` asks one statement, or a few, whatever the number of hits; it shows what the member may see."""

    name: str
    label: str | Promise
    icon: str
    permission: Permission
    find: Callable[[Asked, int], Sequence[Hit]]
    # The smaller, the higher up; how many are shown in the palette.
    position: int = 50
    in_palette: int = 4


@dataclass(frozen=True)
class Found:
    """The hits of one source; ``more`` when there were more than asked for."""

    source: Source
    hits: tuple[Hit, ...]
    more: bool


_sources: dict[str, Source] = {}


def register(entries: Iterable[Source]) -> None:
    """Called in ``AppConfig.ready()``; a name can be taken only once."""
    for entry in entries:
        if entry.name in _sources:
            raise ValueError(f"there is a source of search named {entry.name} already")
        _sources[entry.name] = entry


def sources() -> Mapping[str, Source]:
    return MappingProxyType(_sources)


def find(member: Membership, text: str, *, most: int | None = None) -> list[Found]:
    """What the member may see and is found by ``text``, kind by kind: at most ``most``, or a few, of each."""
    permitted = [source for source in _sources.values() if member.can(source.permission)]
    asked = Asked(member, text)
    found = [_ask(source, asked, most or source.in_palette) for source in sorted(permitted, key=_place)]
    return [each for each in found if each.hits]


def _place(source: Source) -> tuple[int, str]:
    return source.position, source.name


def _ask(source: Source, asked: Asked, most: int) -> Found:
    hits = tuple(source.find(asked, most + 1))
    return Found(source, hits[:most], len(hits) > most)
