"""Undo and redo in the graph editor: what one drew oneself, in its order, kept in the session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from outcomes.services.graph import put_back, state_of
from tenants.requests import FirmRequest

MOST = 30
Pair = tuple[int, int]


def drawn(request: FirmRequest, pair: Pair, work: Callable[[], object]) -> None:
    """Do it, and remember what the pair did before and does now."""
    before = state_of(*pair)
    work()
    after = state_of(*pair)
    if after != before:
        stroke = {"pair": list(pair), "before": before, "after": after}
        _keep(request, undo=[*_kept(request)["undo"], stroke], redo=[])


def can(request: FirmRequest) -> dict[str, bool]:
    return {name: bool(strokes) for name, strokes in _kept(request).items()}


def step(request: FirmRequest, *, back: bool) -> Pair | None:
    """One stroke back or forth; a stroke that cannot be taken is forgotten. None when there is none."""
    kept = _kept(request)
    source, target = ("undo", "redo") if back else ("redo", "undo")
    if not kept[source]:
        return None
    *rest, stroke = kept[source]
    pair = (stroke["pair"][0], stroke["pair"][1])
    _keep(request, **{source: rest, target: kept[target]})
    wanted, seen = (stroke["before"], stroke["after"]) if back else (stroke["after"], stroke["before"])
    put_back(pair, wanted, seen=seen, by=request.membership)
    # Unticked, a pair keeps its row: that is what the next step finds.
    found = state_of(*pair)
    moved = {**stroke, "before" if back else "after": found}
    _keep(request, **{source: rest, target: [*kept[target], moved]})
    return pair


def _key(request: FirmRequest) -> str:
    return f"outcomes.strokes.{request.firm.pk}"


def _kept(request: FirmRequest) -> dict[str, list[Any]]:
    kept: dict[str, list[Any]] = request.session.get(_key(request)) or {"undo": [], "redo": []}
    return kept


def _keep(request: FirmRequest, *, undo: list[Any], redo: list[Any]) -> None:
    request.session[_key(request)] = {"undo": undo[-MOST:], "redo": redo[-MOST:]}
