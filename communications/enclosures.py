"""What goes with a mail besides its text, a blind copy and files: asked for when it leaves, so kept only once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from communications.models import OutgoingMail


@dataclass(frozen=True, slots=True)
class File:
    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Enclosed:
    bcc: Sequence[str] = ()
    files: Sequence[File] = ()


_openers: dict[str, Callable[[OutgoingMail], Enclosed]] = {}


def enclose(kind: str, opener: Callable[[OutgoingMail], Enclosed]) -> None:
    """Mails of this kind may have something with them. Called in ``AppConfig.ready()``."""
    _openers[kind] = opener


def enclosed_with(mail: OutgoingMail) -> Enclosed:
    """With the firm bound."""
    opener = _openers.get(mail.kind)
    return opener(mail) if opener else Enclosed()
