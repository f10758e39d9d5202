"""What ``firm/`` shows of the parameters that each app keeps in a table of its own (architecture.md 1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tenants.models import Membership
from tenants.permissions import Permission


@dataclass(frozen=True)
class Parameters:
    """``read`` gives them as JSON; without a ``permission`` every member may know them."""

    name: str
    read: Callable[[], Mapping[str, Any]]
    permission: Permission | None = None


_known: dict[str, Parameters] = {}


def contribute(parameters: Parameters) -> None:
    if parameters.name in _known:
        raise ValueError(f"there are parameters named {parameters.name} already")
    _known[parameters.name] = parameters


def shown_to(member: Membership) -> dict[str, Mapping[str, Any]]:
    allowed = (each for each in _known.values() if each.permission is None or member.can(each.permission))
    return {each.name: each.read() for each in allowed}
