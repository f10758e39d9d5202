"""The builder's form as it comes in, and what its buttons do to it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import QueryDict

from clients.builder.parts import MODES, Bracket, ConditionRow

MOST_PARTS = 150


def is_structural(action: str) -> bool:
    """Whether a button changes the builder and saves nothing."""
    return action.partition(":")[0] in {*_ACTIONS, "refresh"}


def from_post(data: QueryDict) -> Bracket:
    """The form as it was sent; parts whose bracket is missing are dropped, so nothing that is sent can break it."""
    brackets: dict[str, Bracket] = {}
    for path in data.getlist("bracket")[:MOST_PARTS]:
        bracket = Bracket(mode if (mode := data.get(f"mode.{path}", "all")) in MODES else "all", path=path)
        _attach(bracket, path, brackets)
        brackets[path] = bracket
    for path in data.getlist("condition")[:MOST_PARTS]:
        _attach(_row(data, path), path, brackets)
    root = brackets.get("0") or Bracket(parts=[ConditionRow()])
    _in_order(root)
    return root.numbered()


def apply_action(root: Bracket, action: str) -> Bracket:
    """What a button asks for: ``add-condition:0``, ``add-bracket:0.1``, ``remove:0.2``; ``refresh`` changes nothing."""
    verb, _, path = action.partition(":")
    change = _ACTIONS.get(verb)
    if change is not None:
        change(root, path)
    return root.numbered()


def _row(data: QueryDict, path: str) -> ConditionRow:
    name = data.get(f"field.{path}", "")
    raw = [value.strip() for value in data.getlist(f"value.{path}")]
    row = ConditionRow(name, data.get(f"op.{path}", ""), raw, path=path)
    # A value belongs to the field for which it was typed.
    if data.get(f"was.{path}", name) != name:
        row.raw = []
    row.settle()
    return row


def _attach(part: Bracket | ConditionRow, path: str, brackets: dict[str, Bracket]) -> None:
    parent = brackets.get(path.rpartition(".")[0])
    if parent is not None:
        parent.parts.append(part)


def _in_order(bracket: Bracket) -> None:
    """Brackets and conditions come in two lists; their places say how they were mixed."""
    bracket.parts.sort(key=lambda part: int(part.path.rpartition(".")[2]) if part.path[-1:].isdecimal() else 0)
    for part in bracket.parts:
        if isinstance(part, Bracket):
            _in_order(part)


def _find(root: Bracket, path: str) -> Bracket | None:
    if root.path == path:
        return root
    inside = (part for part in root.parts if isinstance(part, Bracket))
    return next((found for part in inside if (found := _find(part, path))), None)


def _add_condition(root: Bracket, path: str) -> None:
    bracket = _find(root, path)
    if bracket is not None:
        bracket.parts.append(ConditionRow())


def _add_bracket(root: Bracket, path: str) -> None:
    bracket = _find(root, path)
    if bracket is not None and bracket.may_nest:
        bracket.parts.append(Bracket("any", [ConditionRow()]))


def _remove(root: Bracket, path: str) -> None:
    bracket = _find(root, path.rpartition(".")[0])
    if bracket is not None:
        bracket.parts = [part for part in bracket.parts if part.path != path]
    if not root.parts:
        root.parts.append(ConditionRow())


_ACTIONS: dict[str, Callable[[Bracket, str], None]] = {
    "add-condition": _add_condition,
    "add-bracket": _add_bracket,
    "remove": _remove,
}
