"""What the user is told after an action: ``notify`` works for a redirect and for a fragment alike."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.contrib import messages
from django.http import HttpRequest
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Toast:
    text: str
    kind: str
    undo: str = ""


def notify(request: HttpRequest, text: str | Promise, *, undo: str = "") -> None:
    """Tell ``text``; ``undo`` is an address that takes the change back when it is POSTed (with ``next``)."""
    messages.success(request, str(text), extra_tags=undo)


def notify_error(request: HttpRequest, text: str | Promise) -> None:
    """An error stays on the screen until it is closed. Never the only place of a form's error."""
    messages.error(request, str(text))


def pending_toasts(request: HttpRequest) -> list[Toast]:
    """The toasts not shown yet; reading them empties the store."""
    return [
        Toast(text=str(message.message), kind=_kind(message.level), undo=message.extra_tags or "")
        for message in messages.get_messages(request)
    ]


def as_trigger(toasts: list[Toast]) -> dict[str, object]:
    """The detail of the ``toast`` event; aimed at the body, since the element that asked may be gone after the swap."""
    return {"target": "body", "toasts": [asdict(toast) for toast in toasts]}


def _kind(level: int) -> str:
    return "error" if level >= messages.ERROR else "plain"
