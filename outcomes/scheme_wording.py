"""Schemes in words: what is wrong with a file, and where two of them differ."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outcomes.scheme_file import Fault
from outcomes.services.scheme import Comparison

PARTS: dict[str, str | Promise] = {
    "statuses": gettext_lazy("Commercial statuses"),
    "types": gettext_lazy("Types/Actions"),
    "outcomes": gettext_lazy("Outcomes"),
    "activities": gettext_lazy("Activities"),
    "relations": gettext_lazy("Relations"),
}
FAULTS: dict[str, str | Promise] = {
    "not_a_scheme": gettext_lazy("this is no scheme"),
    "unknown_version": gettext_lazy("a version that is not known here"),
    "unknown": gettext_lazy("is not known here"),
    "not_a_list": gettext_lazy("has to be a list"),
    "not_an_object": gettext_lazy("has to be an object"),
    "too_many": gettext_lazy("too many rows"),
    "ill_typed": gettext_lazy("a value of the wrong kind"),
    "required": gettext_lazy("is missing"),
    "invalid": gettext_lazy("from 1 to 100 characters"),
    "duplicate": gettext_lazy("is there twice"),
    "does_not_exist": gettext_lazy("names a row that the file does not have"),
}
FIELDS: dict[str, str | Promise] = {
    "name": gettext_lazy("description"),
    "active": gettext_lazy("active"),
    "symbol": gettext_lazy("symbol"),
    "colour": gettext_lazy("colour"),
    "counts_for_cadence": gettext_lazy("counts for the cadence"),
    "duration_minutes": gettext_lazy("duration"),
    "default_meeting": gettext_lazy("default"),
    "note_required": gettext_lazy("asks for a note"),
    "counts_as_held": gettext_lazy("the appointment took place"),
    "types": gettext_lazy("types"),
    "status": gettext_lazy("commercial status"),
    "points": gettext_lazy("points"),
    "concluding": gettext_lazy("conclusive"),
    "follow_up": gettext_lazy("next appointment"),
    "recipient": gettext_lazy("recipient"),
    "operator": gettext_lazy("operator"),
    "days": gettext_lazy("days"),
    "hours": gettext_lazy("hours"),
}


def fault_words(fault: Fault) -> str:
    words = str(FAULTS[fault.code])
    return _("%(path)s: %(words)s") % {"path": fault.path, "words": words} if fault.path else words


def compared_rows(compared: Comparison) -> list[dict[str, object]]:
    """By part: how many are new, and how many are there already."""
    return [
        {
            "label": PARTS[part],
            "new": compared.new[part],
            "same": compared.same[part],
            "conflicts": [
                {"name": one.name, "differs": [FIELDS.get(name, name) for name in one.differs]}
                for one in compared.conflicts
                if one.part == part
            ],
        }
        for part in PARTS
    ]
