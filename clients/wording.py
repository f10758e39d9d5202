"""The filter language in the reader's words: what was refused, and what a condition says."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients.catalogue import CatalogueField, fields
from clients.filters import types
from clients.filters.expressions import Condition
from clients.filters.refusals import MESSAGES, FilterError
from web.formatting import day, money, number

OPERATORS: dict[str, str | Promise] = {
    "eq": _("is"),
    "ne": _("is not"),
    "gt": _("is greater than"),
    "gte": _("is at least"),
    "lt": _("is less than"),
    "lte": _("is at most"),
    "between": _("is between"),
    "in": _("is one of"),
    "not_in": _("is none of"),
    "contains": _("contains"),
    "starts_with": _("starts with"),
    "empty": _("is empty"),
    "not_empty": _("is not empty"),
    "has_label": _("include"),
    "not_label": _("do not include"),
    "within_next_days": _("is within the next … days"),
    "within_last_days": _("is within the last … days"),
    "older_than_days": _("is more than … days ago"),
    "due_within_days": _("is due within … days or past"),
    "on_this_day_of_year": _("falls on this day of the year"),
}
OF_DATES: dict[str, str | Promise] = {
    "gt": _("is after"),
    "gte": _("is on or after"),
    "lt": _("is before"),
    "lte": _("is on or before"),
}


def refusal(error: FilterError) -> str:
    """What is wrong, in the reader's language, with the names of field and operator that he knows."""
    params = dict(error.params)
    if "operator" in params:
        params["operator"] = operator_label(str(params["operator"]))
    if params.get("field") in fields():
        params["field"] = str(fields()[str(params["field"])].label)
    return gettext(MESSAGES[error.code]).format(**params)


def operator_label(operator: str, kind: types.FieldType | None = None) -> str:
    """The operator as a builder offers it for a type of field."""
    labels = OPERATORS | OF_DATES if kind is types.DATE else OPERATORS
    return str(labels.get(operator, operator))


def sentence(condition: Condition) -> str:
    """A condition as people say it: "RFA (AUM) is at least 500.000,00 €"."""
    entry = fields()[condition.field]
    operator = operator_label(condition.operator, entry.type)
    if condition.operator.endswith("_days"):
        return f"{entry.label} {operator.replace('…', str(condition.value))}"
    return f"{entry.label} {operator} {_values(condition, entry)}".rstrip()


def _values(condition: Condition, entry: CatalogueField) -> str:
    many = condition.operand if isinstance(condition.operand, tuple) else (condition.operand,)
    written = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    names = _names(entry)
    said = [names.get(str(value)) or _said(value, raw, entry) for value, raw in zip(many, written, strict=True)]
    if condition.operator == "between":
        return gettext("{lowest} and {highest}").format(lowest=said[0], highest=said[1])
    return ", ".join(said)


def _names(entry: CatalogueField) -> dict[str, str]:
    return {str(code): str(label) for code, label in entry.names()} if entry.names else {}


def _said(value: object, written: object, entry: CatalogueField) -> str:
    match value:
        case None:
            return ""
        case bool():
            return gettext("yes") if value else gettext("no")
        case Decimal():
            return money(value) if entry.type is types.MONEY else number(value)
        case int():
            return number(value)
        case date():
            return day(value)
        case _:
            return f"“{written}”"
