"""What a time line is made of, and what one can add to it. Higher apps contribute in their ``AppConfig.ready()``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise

from tenants.permissions import Permission

Text = str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An attachment, as far as a list tells of it."""

    id: int
    name: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of a time line, in words: the same for the page and for the API."""

    kind: str
    id: int
    at: datetime
    client_id: int
    client: str
    title: Text
    text: str = ""
    whole_day: bool = False
    company_id: int | None = None
    # A stable code, and what the badge says and how it looks.
    state: str = ""
    state_label: Text = ""
    state_tone: str = "gray"
    icon: str = ""
    by: str = ""
    assignee: str = ""
    amount: Any = None
    files: Sequence[File] = ()
    # The name of its page, which takes ``pk``; nothing where it has none.
    view: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One kind of event and the table that keeps it.

    Its rows have ``client`` and ``company`` (the one linked at that time), with an index on each that goes on with the
    moment and the id: so a page reads only what it shows, however long the history is.
    """

    kind: str
    label: Text
    icon: str
    # The rows of this kind that exist for a reader; who may see them is asked of their client.
    rows: Callable[[], QuerySet[Any]]
    # The rows with these ids in words; a number of statements that does not depend on how many they are.
    tell: Callable[[Sequence[int]], Sequence[Event]]
    at: str = "at"
    # ``at`` is a date: such an event stands at the beginning of its day in the firm's zone.
    by_day: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Creation:
    """An entry of "+ Nuovo" (STY-24, STY-25). ``address`` takes the firm's short name and the client's id."""

    label: Text
    icon: str
    permission: Permission
    address: Callable[[str, int], str]
    position: int = 0


_sources: dict[str, Source] = {}
_creations: dict[str, Creation] = {}


def contribute(source: Source) -> None:
    _sources[source.kind] = source


def offer(name: str, creation: Creation) -> None:
    _creations[name] = creation


def sources() -> Mapping[str, Source]:
    return MappingProxyType(_sources)


def creations() -> list[Creation]:
    return sorted(_creations.values(), key=lambda creation: creation.position)
