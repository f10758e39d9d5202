"""Holding the builder's form against the filter language, with each fault told at its row."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.utils.translation import gettext as _

from clients.builder.parts import Bracket, ConditionRow, to_document
from clients.filters.expressions import Expression
from clients.filters.refusals import FilterError, FilterInvalid
from clients.wording import refusal

Parse = Callable[[object], Expression]
PLACE = re.compile(r"\[(\d+)\]")


def check(root: Bracket, parse: Parse) -> Expression | None:
    """The parsed filter, or None with the errors put to the rows that they concern."""
    blank = [row for row in root.rows() if row.is_blank]
    for row in blank:
        row.errors.append(_("Choose a field, or remove the row."))
    if blank:
        return None
    try:
        return parse(to_document(root))
    except FilterInvalid as invalid:
        for error in invalid.errors:
            _row_of(root, error).errors.append(refusal(error))
        return None


def _row_of(root: Bracket, error: FilterError) -> ConditionRow:
    """The row at the error's path, or the first one for a fault of the whole."""
    part: Bracket | ConditionRow = root
    for place in PLACE.findall(error.path):
        if isinstance(part, Bracket) and int(place) < len(part.parts):
            part = part.parts[int(place)]
    return part if isinstance(part, ConditionRow) else next(part.rows(), ConditionRow())
