"""What every calendar outside can do, in our words. Adapters speak the protocols and know no table of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Content:
    """What an appointment says outside. Nothing of the client but the name, and no notes."""

    starts_at: datetime
    ends_at: datetime
    place: str
    title: str
    about: str = ""
    free: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An event to be written: its key there, whose it is, and the mark of this one attempt."""

    key: str
    reference: str
    mark: str
    sequence: int
    content: Content


@dataclass(frozen=True, slots=True)
class Seen:
    """An event of ours as it stands there. ``content`` is None where we cannot follow: a whole day, a repetition."""

    key: str
    etag: str
    gone: bool = False
    reference: str = ""
    mark: str = ""
    content: Content | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A piece of what changed there; the last one carries the token from which to go on the next time."""

    events: list[Seen]
    token: str = ""


# The etags that we know, by key: asked for only where the other side cannot say what has changed.
Known = Callable[[], Mapping[str, str]]


class Adapter(Protocol):
    def changes(self, token: str, *, since: datetime, known: Known) -> Iterator[Page]:
        """What changed after the token, or everything from ``since`` on. Raises TokenExpiredError."""

    def look(self, key: str) -> Seen | None:
        """One event as it is now."""

    def create(self, event: Outgoing) -> str:
        """Write a new one; its etag. Raises ChangedError where the key is taken already."""

    def update(self, event: Outgoing, *, etag: str) -> str:
        """Write over exactly the version that we know; its etag. Raises ChangedError, MissingError."""

    def remove(self, key: str) -> None:
        """Whatever its version; one that is not there any more is as good as removed."""


class ChangedError(Exception):
    """Somebody else has written it meanwhile, or it is there although we took it for new."""


class MissingError(Exception):
    """The event to be changed is not there any more."""


class TokenExpiredError(Exception):
    """The other side does not know any more what has changed since: everything has to be read anew."""


class TryLaterError(Exception):
    """Out of reach, overloaded, or our quota is used up; ``seconds`` if the other side has said how long."""

    def __init__(self, code: str, seconds: float | None = None) -> None:
        super().__init__(code)
        self.code, self.seconds = code, seconds


class NotAllowedError(Exception):
    """The other side does not take our word any more: the member has to connect again."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotTakenError(Exception):
    """The other side refuses this one event, and would again."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
