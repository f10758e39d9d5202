"""Working hours and closures: who may say so is decided by the caller, what is sound here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from scheduling.hours import MINUTES_A_DAY, Span, is_ordered
from scheduling.models import Closure, WorkingWeek
from tenants import audit
from tenants.models import Membership

LONGEST_CLOSURE = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class WeekDetails:
    hours: Mapping[int, Sequence[Span]]
    meeting_minutes: int | None = None
    most_a_day: int | None = None


@transaction.atomic
def set_working_week(member: Membership, details: WeekDetails, *, by: Membership) -> WorkingWeek:
    """When the member meets clients: the first time, or anew."""
    _check_hours(details.hours)
    Membership.objects.select_for_update(no_key=True).get(pk=member.pk)
    week = WorkingWeek.objects.filter(member=member).first() or WorkingWeek(member=member, version=0)
    before = _facts(week)
    week.hours = {str(weekday): [list(span) for span in spans] for weekday, spans in details.hours.items() if spans}
    week.meeting_minutes, week.most_a_day = details.meeting_minutes, details.most_a_day
    week.version += 1
    week.full_clean()
    week.save()
    audit.record("working_week.set", member, by=by, before=before, after=_facts(week))
    return week


@transaction.atomic
def add_closure(
    *, starts_on: date, ends_on: date, reason: str, member: Membership | None = None, by: Membership
) -> Closure:
    """The firm is closed, or the member away, on these days."""
    if ends_on < starts_on:
        raise ValidationError({"ends_on": ValidationError(_("The end must come after the start."), code="ends_early")})
    if ends_on - starts_on > LONGEST_CLOSURE:
        raise ValidationError({"ends_on": ValidationError(_("At most a year."), code="too_long")})
    closure = Closure(member=member, starts_on=starts_on, ends_on=ends_on, reason=reason.strip(), created_by=by)
    closure.full_clean()
    closure.save()
    audit.record("closure.added", closure, by=by, after=_days(closure))
    return closure


@transaction.atomic
def remove_closure(closure: Closure, *, by: Membership) -> None:
    audit.record("closure.removed", closure, by=by, before=_days(closure))
    closure.delete()


def _check_hours(hours: Mapping[int, Sequence[Span]]) -> None:
    for weekday, spans in hours.items():
        inside = all(0 <= minute <= MINUTES_A_DAY for span in spans for minute in span)
        if not (0 <= weekday <= 6 and inside and is_ordered(spans)):
            refused = ValidationError(_("Each span must end after it starts, one after the other."), code="spans")
            raise ValidationError({"hours": refused})


def _facts(week: WorkingWeek) -> dict[str, object]:
    if not week.pk:
        return {}
    return {"hours": week.hours, "meeting_minutes": week.meeting_minutes, "most_a_day": week.most_a_day}


def _days(closure: Closure) -> dict[str, object]:
    return {
        "reason": closure.reason,
        "starts_on": closure.starts_on.isoformat(),
        "ends_on": closure.ends_on.isoformat(),
    }
