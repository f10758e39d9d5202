"""The portfolio that a new client gets when none is named (GAT-05, O-63); portfolios says which it is.

Every client has a first portfolio, hence the one reference upwards, ``Client.main_portfolio`` (architecture.md 1).
"""

from __future__ import annotations

from collections.abc import Callable

_read: list[Callable[[], int]] = []


def name_default(read: Callable[[], int]) -> None:
    """Called by portfolios in ``AppConfig.ready()``."""
    _read[:] = [read]


def default() -> int:
    """The id of the bound firm's default portfolio."""
    return _read[0]()
