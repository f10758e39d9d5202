"""A filter as rows and brackets, and its way to and from the document of api.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from clients.builder.values import Input, input_for, typed, untyped
from clients.catalogue import CatalogueField, fields
from clients.wording import operator_label

# How people read a bracket, and what it is in the document: the list's key, and whether it is negated.
MODES: Mapping[str, tuple[str, bool]] = {
    "all": ("all", False),
    "any": ("any", False),
    "none": ("any", True),
    "not_all": ("all", True),
}
MOST_LEVELS = 5


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    selected: bool = False


@dataclass
class ConditionRow:
    """One condition as it stands in the form; ``raw`` is what was typed, whether it can be used or not."""

    field_name: str = ""
    operator: str = ""
    raw: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    path: str = ""
    # What a page calls an operator, where that is not what everybody else does.
    wording: Mapping[str, str] = field(default_factory=dict)

    @property
    def entry(self) -> CatalogueField | None:
        return fields().get(self.field_name)

    @property
    def is_blank(self) -> bool:
        return not self.field_name

    @property
    def field_choices(self) -> list[tuple[str, list[Choice]]]:
        """The fields that can be asked for, under their headings."""
        offered = [entry for entry in fields().values() if entry.filterable]
        return [
            (str(group.label), [Choice(one.name, str(one.label), one.name == self.field_name) for one in entries])
            for group, entries in groupby(offered, key=lambda entry: entry.group)
        ]

    @property
    def operator_choices(self) -> list[Choice]:
        if self.entry is None:
            return []
        return [
            Choice(name, self.wording.get(name) or operator_label(name, self.entry.type), name == self.operator)
            for name in self.entry.operators
        ]

    @cached_property
    def input(self) -> Input | None:
        """How the value is asked for; None where the operator takes none."""
        return input_for(self.entry, self.operator, self.raw) if self.entry else None

    def settle(self) -> None:
        """After another field was chosen: an operator that applies, and no value of the field before."""
        if self.entry is not None and self.operator not in self.entry.operators:
            self.operator, self.raw = self.entry.operators[0], []

    def document(self) -> dict[str, Any]:
        stated: dict[str, Any] = {"field": self.field_name, "op": self.operator}
        if self.entry is not None and self.input is not None:
            stated["value"] = typed(self.entry, self.operator, self.raw)
        return stated


@dataclass
class Bracket:
    """Conditions and brackets joined by all, any, none or not all."""

    mode: str = "all"
    parts: list[Bracket | ConditionRow] = field(default_factory=list)
    path: str = "0"
    level: int = 0

    is_bracket = True

    @property
    def mode_choices(self) -> list[Choice]:
        labels = {
            "all": _("all of these hold"),
            "any": _("at least one of these holds"),
            "none": _("none of these holds"),
            "not_all": _("not all of these hold"),
        }
        return [Choice(name, label, name == self.mode) for name, label in labels.items()]

    @property
    def may_nest(self) -> bool:
        return self.level < MOST_LEVELS

    def rows(self) -> Iterator[ConditionRow]:
        for part in self.parts:
            if isinstance(part, ConditionRow):
                yield part
            else:
                yield from part.rows()

    def numbered(self, path: str = "0", level: int = 0) -> Bracket:
        """The same, with every part named by its place."""
        self.path, self.level = path, level
        for place, part in enumerate(self.parts):
            if isinstance(part, Bracket):
                part.numbered(f"{path}.{place}", level + 1)
            else:
                part.path = f"{path}.{place}"
        return self

    def document(self) -> dict[str, Any]:
        key, negated = MODES[self.mode]
        stated: dict[str, Any] = {key: [part.document() for part in self.parts]}
        return {"not": stated} if negated else stated


def to_document(bracket: Bracket) -> dict[str, Any]:
    """The filter document that the form stands for, checked by nobody yet."""
    return bracket.document()


def from_document(document: object) -> Bracket:
    """The form of a stored filter; an empty one begins with one blank row. The document has been parsed before."""
    if not isinstance(document, dict) or not document:
        return Bracket(parts=[ConditionRow()]).numbered()
    part = _part(document)
    return (part if isinstance(part, Bracket) else Bracket(parts=[part])).numbered()


def _part(document: Mapping[str, Any]) -> Bracket | ConditionRow:
    if "field" in document:
        return _row(document)
    if "not" not in document:
        key = "all" if "all" in document else "any"
        return Bracket(key, [_part(part) for part in document[key]])
    inside = _part(document["not"])
    if isinstance(inside, Bracket) and inside.mode in {"all", "any"}:
        return Bracket("not_all" if inside.mode == "all" else "none", inside.parts)
    return Bracket("none", [inside])


def _row(document: Mapping[str, Any]) -> ConditionRow:
    entry = fields().get(document["field"])
    raw = untyped(entry, document.get("value"))
    return ConditionRow(document["field"], document["op"], raw)
