"""Days that a calendar can reckon with: a year further on or back still exists."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from scheduling.services import is_in_reach


def within_reach(day: date) -> None:
    """Of a day or of a moment."""
    if not is_in_reach(day):
        raise ValidationError(_("This year is out of reach."), code="out_of_reach")
