"""JSON to filter and back, validated against a catalogue of fields; every fault is reported with its path."""

from collections.abc import Mapping

from clients.filters.expressions import All, Any, Condition, Expression, Not
from clients.filters.operators import OPERATORS, Operator
from clients.filters.refusals import FilterError, FilterInvalid, ValueRefused
from clients.filters.types import Field, FieldCatalogue

MOST_LEVELS = 8
MOST_CONDITIONS = 100

_CONDITION_KEYS = frozenset({"field", "op", "value"})
_GROUPS: Mapping[object, type[All] | type[Any]] = {"all": All, "any": Any}


def parse(document: object, catalogue: FieldCatalogue) -> Expression:
    """The filter that a JSON document stands for, or FilterInvalid with all its faults (REL-14)."""
    return _Parser(catalogue).node(document, "", 1)


def to_json(expression: Expression) -> dict[str, object]:
    """The JSON document that parses to this filter."""
    match expression:
        case Condition(field, operator, value):
            written: dict[str, object] = {"field": field, "op": operator}
            if OPERATORS[operator].takes_value:
                written["value"] = list(value) if isinstance(value, tuple) else value
            return written
        case All(parts):
            return {"all": [to_json(part) for part in parts]}
        case Any(parts):
            return {"any": [to_json(part) for part in parts]}
        case Not(part):
            return {"not": to_json(part)}


class _Parser:
    """One reading of one document; each part either becomes an expression or raises FilterInvalid."""

    def __init__(self, catalogue: FieldCatalogue) -> None:
        self.catalogue = catalogue
        self.leaves = 0

    def node(self, document: object, path: str, level: int) -> Expression:
        if level > MOST_LEVELS:
            raise _refusal(path, "too_deep", limit=MOST_LEVELS)
        if not isinstance(document, Mapping):
            raise _refusal(path, "not_a_filter")
        if "field" in document or "op" in document:
            return self.condition(document, path)
        if len(document) != 1:
            raise _refusal(path, "not_a_filter")
        [(key, inside)] = document.items()
        if key == "not":
            return Not(self.node(inside, _join(path, "not"), level + 1))
        if key not in _GROUPS:
            raise _refusal(path, "unknown_key", key=str(key)[:50])
        return _GROUPS[key](self.parts(inside, _join(path, key), level + 1))

    def parts(self, inside: object, path: str, level: int) -> tuple[Expression, ...]:
        if not isinstance(inside, list | tuple):
            raise _refusal(path, "not_a_list")
        # An empty group counts as a condition, so that the number of parts is bounded as well as their depth.
        self.count(path, 0 if inside else 1)
        parts: list[Expression] = []
        errors: list[FilterError] = []
        for index, part in enumerate(inside):
            try:
                parts.append(self.node(part, f"{path}[{index}]", level))
            except FilterInvalid as invalid:
                errors += invalid.errors
                if len(errors) > MOST_CONDITIONS or self.leaves > MOST_CONDITIONS:
                    break
        if errors:
            raise FilterInvalid(tuple(errors))
        return tuple(parts)

    def condition(self, document: Mapping[object, object], path: str) -> Condition:
        self.count(path, 1)
        for key in document:
            if key not in _CONDITION_KEYS:
                raise _refusal(path, "unknown_key", key=str(key)[:50])
        field, operator = self.field(document, path), self.operator(document, path)
        if isinstance(field, FilterError) or isinstance(operator, FilterError):
            raise FilterInvalid(tuple(part for part in (field, operator) if isinstance(part, FilterError)))
        if operator.name not in field.operators:
            params = {"operator": operator.name, "field": field.name}
            raise _refusal(_join(path, "op"), "operator_not_applicable", **params)
        return _compared(field, operator, document.get("value"), _join(path, "value"))

    def field(self, document: Mapping[object, object], path: str) -> Field | FilterError:
        name = document.get("field")
        field = self.catalogue.get(name) if isinstance(name, str) else None
        return field or FilterError(_join(path, "field"), "unknown_field", {"field": str(name)[:100]})

    def operator(self, document: Mapping[object, object], path: str) -> Operator | FilterError:
        name = document.get("op")
        operator = OPERATORS.get(name) if isinstance(name, str) else None
        return operator or FilterError(_join(path, "op"), "unknown_operator", {"operator": str(name)[:50]})

    def count(self, path: str, leaves: int) -> None:
        self.leaves += leaves
        if self.leaves > MOST_CONDITIONS:
            raise _refusal(path, "too_many_conditions", limit=MOST_CONDITIONS)


def _compared(field: Field, operator: Operator, value: object, path: str) -> Condition:
    try:
        if value is None and operator.takes_value:
            raise ValueRefused("missing_value")
        parsed = operator.parse(value, field)
    except ValueRefused as refused:
        raise _refusal(path + refused.inside, refused.code, **refused.params) from None
    return Condition(field.name, operator.name, parsed.value, parsed.operand)


def _refusal(path: str, code: str, **params: object) -> FilterInvalid:
    return FilterInvalid((FilterError(path, code, params),))


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
