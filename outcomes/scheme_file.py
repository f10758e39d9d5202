"""A scheme as a file: what types, outcomes and statuses there are, and what each pair does (O-32).

Pure: reads JSON into rows that name each other by name, and says what is wrong where. Ids mean nothing in another firm.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from clients.filters.folding import fold

FORMAT, VERSION = "cadenza-scheme", 1
MOST_ROWS = 2_000
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRow:
    name: str
    active: bool = True
    symbol: str = ""
    colour: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeRow:
    name: str
    active: bool = True
    counts_for_cadence: bool = True
    duration_minutes: int = 60
    symbol: str = ""
    colour: str = ""
    default_meeting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRow:
    name: str
    active: bool = True
    note_required: bool = False
    counts_as_held: bool = True
    symbol: str = ""
    colour: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRow:
    name: str
    active: bool = True
    symbol: str = ""
    colour: str = ""
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationRow:
    """A ticked pair. ``operator`` is the e-mail address of a fixed one; no ``counts_as_held``: the outcome says it."""

    type: str
    outcome: str
    status: str = ""
    points: int = 0
    concluding: bool = False
    counts_as_held: bool | None = None
    follow_up: str = ""
    recipient: str = ""
    operator: str = ""
    days: int = 0
    hours: int = 0

    @property
    def name(self) -> str:
        return f"{self.type} → {self.outcome}"


Row = StatusRow | TypeRow | OutcomeRow | KindRow | RelationRow
ROWS: dict[str, type[Any]] = {
    "statuses": StatusRow,
    "types": TypeRow,
    "outcomes": OutcomeRow,
    "activities": KindRow,
    "relations": RelationRow,
}
# Which lists the names of a row are looked up in.
NAMED = {
    "relations": {"type": "types", "outcome": "outcomes", "status": "statuses", "follow_up": "types"},
    "activities": {"types": "types"},
}


@dataclass(frozen=True, slots=True)
class Scheme:
    statuses: tuple[StatusRow, ...] = ()
    types: tuple[TypeRow, ...] = ()
    outcomes: tuple[OutcomeRow, ...] = ()
    activities: tuple[KindRow, ...] = ()
    relations: tuple[RelationRow, ...] = ()

    def rows(self, part: str) -> tuple[Any, ...]:
        found: tuple[Any, ...] = getattr(self, part)
        return found


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the file is wrong, as a path into it, and a stable code."""

    path: str
    code: str


class SchemeError(Exception):
    """Not a scheme, with all that is wrong."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("; ".join(f"{fault.path}: {fault.code}" for fault in self.faults))


def to_json(scheme: Scheme) -> dict[str, Any]:
    """The document of a scheme; reading it back gives the same scheme."""
    lists = {part: [asdict(row) for row in scheme.rows(part)] for part in ROWS}
    for kind in lists["activities"]:
        kind["types"] = list(kind["types"])
    return {"format": FORMAT, "version": VERSION, **lists}


def key_of(row: Row) -> str:
    """What makes two rows the same one: the name, whatever its case and accents."""
    return fold(row.name)


def parse(document: object) -> Scheme:
    """Read a document, or raise SchemeError with every fault."""
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise SchemeError([Fault("", "not_a_scheme")])
    if document.get("version") != VERSION:
        raise SchemeError([Fault("version", "unknown_version")])
    faults = [Fault(str(name), "unknown") for name in document if name not in (*ROWS, "format", "version")]
    lists: dict[str, tuple[Any, ...]] = {}
    for part, row in ROWS.items():
        lists[part], found = _list(part, row, document.get(part, []))
        faults += found
    if not faults:
        scheme = Scheme(**lists)
        faults = [*_twice(scheme), *_nameless(scheme), *_defaults(scheme)]
    if faults:
        raise SchemeError(faults)
    return scheme


def _list(part: str, row: type[Any], given: object) -> tuple[tuple[Any, ...], list[Fault]]:
    if not isinstance(given, list):
        return (), [Fault(part, "not_a_list")]
    if len(given) > MOST_ROWS:
        return (), [Fault(part, "too_many")]
    rows, faults = [], []
    for place, values in enumerate(given):
        path = f"{part}[{place}]"
        found = list(_faults(path, row, values))
        faults += found
        if not found:
            rows.append(row(**{name: _kept(value) for name, value in values.items()}))
    return tuple(rows), faults


def _faults(path: str, row: type[Any], values: object) -> Iterator[Fault]:
    if not isinstance(values, Mapping):
        yield Fault(path, "not_an_object")
        return
    known = row.__dataclass_fields__
    yield from (Fault(f"{path}.{name}", "unknown") for name in values if name not in known)
    for name, field in known.items():
        if name in values:
            if not _fits(values[name], str(field.type)):
                yield Fault(f"{path}.{name}", "ill_typed")
        elif name in ("type", "outcome", "name"):
            yield Fault(f"{path}.{name}", "required")
    if isinstance(values.get("name", "x"), str) and not 0 < len(values.get("name", "x").strip()) <= LONGEST_NAME:
        yield Fault(f"{path}.name", "invalid")


def _fits(value: object, kind: str) -> bool:
    if kind.startswith("bool"):
        return isinstance(value, bool) or (value is None and kind.endswith("None"))
    if kind == "int":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "str":
        return isinstance(value, str) and "\x00" not in value
    return isinstance(value, list) and all(_fits(one, "str") for one in value)


def _kept(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(one.strip() for one in value)
    return value.strip() if isinstance(value, str) else value


def _twice(scheme: Scheme) -> Iterator[Fault]:
    for part in ROWS:
        seen: set[str] = set()
        for place, row in enumerate(scheme.rows(part)):
            if key_of(row) in seen:
                yield Fault(f"{part}[{place}].name", "duplicate")
            seen.add(key_of(row))


def _nameless(scheme: Scheme) -> Iterator[Fault]:
    """A name that the file itself does not explain."""
    keys = {part: {key_of(row) for row in scheme.rows(part)} for part in ROWS}
    for part, named in NAMED.items():
        for place, row in enumerate(scheme.rows(part)):
            for name, where in named.items():
                given = getattr(row, name)
                for one in given if isinstance(given, tuple) else [given]:
                    if one and fold(one) not in keys[where]:
                        yield Fault(f"{part}[{place}].{name}", "does_not_exist")


def _defaults(scheme: Scheme) -> Iterator[Fault]:
    places = [place for place, row in enumerate(scheme.types) if row.default_meeting]
    yield from (Fault(f"types[{place}].default_meeting", "duplicate") for place in places[1:])
