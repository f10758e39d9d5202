"""A rule of repetition in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.recurrence import Frequency, Repetition
from web import formatting


def rule_in_words(said: Repetition) -> str:
    """ "Every 2 weeks, 10 times"."""
    number = said.interval
    often = {
        Frequency.DAILY: ngettext("every day", "every %(number)s days", number),
        Frequency.WEEKLY: ngettext("every week", "every %(number)s weeks", number),
        Frequency.MONTHLY: ngettext("every month", "every %(number)s months", number),
    }[said.frequency] % {"number": number}
    if said.by_weekday:
        often = _("%(often)s on the same weekday") % {"often": often}
    if said.count is not None:
        return often + ngettext(", once", ", %(number)s times", said.count) % {"number": said.count}
    if said.until is not None:
        return _("%(often)s until %(day)s") % {"often": often, "day": formatting.day(said.until)}
    return often
