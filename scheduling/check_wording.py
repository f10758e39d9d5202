"""What a check asks, in words: "15 days before: document expires" (REL-44, REL-45)."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clients.catalogue import fields
from clients.filters.refusals import FilterInvalid
from clients.wording import sentence
from scheduling.check_models import DUE
from scheduling.checking import understood
from scheduling.models import Check


def asked_by(check: Check) -> str:
    """Empty where its field is no longer there."""
    if check.is_planning:
        return _before(check.lead_days, _("hypothetical date"))
    try:
        condition = understood(check.condition).condition
    except FilterInvalid:
        return ""
    label = str(fields()[condition.field].label)
    if condition.operator == DUE:
        return _before(int(str(condition.value)), label)
    if condition.operator == "on_this_day_of_year":
        return _("The day of the year: %(field)s") % {"field": label}
    told = sentence(condition)
    return told[:1].upper() + told[1:]


def _before(days: int, label: str) -> str:
    words = ngettext("%(days)s day before: %(field)s", "%(days)s days before: %(field)s", days)
    return words % {"days": days, "field": label}
