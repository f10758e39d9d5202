"""Appointments that repeat: planned, changed from one on or as a whole, ended; the night makes the next ones.

Each occurrence is an ordinary appointment, so that cadence, conflicts, feeds and outside calendars know nothing of
rules (docs/decisions/0026).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clients.enums import ClientState
from clients.models import Client
from scheduling.enums import AppointmentState, SeriesScope
from scheduling.models import Appointment, Series
from scheduling.recurrence import HORIZON, Pattern, Repetition, pattern_of
from scheduling.services.appointments import (
    AppointmentDetails,
    cancel_appointment,
    check_new,
    counts,
    edit_appointment,
    lock_appointment,
)
from scheduling.services.consequences import plan_again
from scheduling.services.invitations import Telling, follow_series
from scheduling.services.occurrences import occurrence
from scheduling.services.recording import add_appointments
from scheduling.services.series_undo import Before
from tenants import audit
from tenants.binding import bound_firm
from tenants.models import Membership

COPIED = ("type", "place", "notes", "assignee")
WRITTEN = (
    "type",
    "place",
    "notes",
    "assignee",
    "starts_at",
    "ends_at",
    "series",
    "series_start",
    "counts",
    "version",
    "updated_at",
)
A_MONTH = timedelta(days=30)
BATCH = 500


@transaction.atomic
def book_series(
    client: Client,
    details: AppointmentDetails,
    said: Repetition,
    *,
    by: Membership | None,
    at: datetime,
    invite: bool | None = None,
) -> Series:
    """The rule, and its occurrences of the next year or so."""
    check_new(client, details)
    _check(said)
    zone = bound_firm().time_zone
    pattern = pattern_of(said, _on_wall(details.starts_at, zone), zone)
    series = Series(client=client, zone=zone, created_by=by)
    _say(series, details, pattern)
    series.clean_fields(exclude={"firm", "client", "type", "assignee", "created_by", "next_at"})
    series.save()
    made = _go_on(series, at=at)
    if not made:
        raise ValidationError(_("This rule has no date."), code="no_dates")
    add_appointments(made)
    series.save(update_fields=["next_at"])
    audit.record("series.made", made[0], by=by, after={"rule": series.rule, "count": len(made)})
    if invite:
        follow_series(series, Telling(by, at), is_change=False)
    plan_again([client.pk], at=at)
    return series


@transaction.atomic
def edit_series(  # noqa: PLR0913 - what is changed, how much of it, and what was seen
    appointment: Appointment,
    details: AppointmentDetails,
    *,
    scope: SeriesScope,
    said: Repetition | None = None,
    by: Membership,
    at: datetime,
    version: int | None = None,
    series_version: int | None = None,
) -> Appointment:
    """Change this one, this and those after it, or all that are to come; ``said`` gives them another rule.

    What was held or cancelled stays as it is; one that was moved by itself keeps its own time where the rule stays.
    ``version`` of the appointment and ``series_version`` of the whole are those that the caller has seen (XCT-08).
    """
    locked = lock_appointment(appointment, version=version)
    if locked.series_id is None or scope == SeriesScope.ONE:
        return edit_appointment(locked, details, by=by, at=at)
    check_new(locked.client, details)
    series, rows = _to_come(locked, scope, at=at, version=series_version)
    old, was = series.pattern, {"rule": series.rule, "count": len(rows)}
    before = Before(series, rows)
    start = old.wall(_began(rows[0]))
    first = start + (_on_wall(details.starts_at, series.zone) - _on_wall(locked.starts_at, series.zone))
    rest = old.later(start, first=first)
    if said is not None:
        _check(said)
    new = pattern_of(said or rest, first, series.zone)
    target = _split(series, start, by=by)
    _say(target, details, new)
    change = _Change(old, new, start, keeps_rule=said in (None, rest), at=at)
    kept, more = change.placed(rows)
    target.next_at = change.next_at
    target.save()
    _rewrite(kept, target, details, change)
    gone = [row for row in rows if row.pk not in kept]
    _remove(gone, by=by, at=at)
    added = add_appointments([occurrence(target, wall, new) for wall in more])
    before.keep(target, series, kept=kept, removed=gone)
    after = {"rule": target.rule, "count": len(kept) + len(added)}
    audit.record("series.edited", locked, by=by, before=was, after=after)
    if series.invited:
        _tell(series, target, Telling(by, at))
    plan_again([locked.client_id], at=at)
    locked.series = target
    return locked


@transaction.atomic
def end_series(
    appointment: Appointment,
    *,
    scope: SeriesScope,
    by: Membership,
    at: datetime,
    version: int | None = None,
    series_version: int | None = None,
) -> int:
    """No more of them: from this one on, or of all that are still to come; how many went."""
    locked = lock_appointment(appointment, version=version)
    series, rows = _to_come(locked, scope, at=at, version=series_version)
    was, before = {"rule": series.rule}, Before(series, rows)
    ended = series.pattern.ended_before(series.pattern.wall(_began(rows[0])))
    series.rule, series.next_at, series.version = ended.rule, None, series.version + 1
    series.save(update_fields=["rule", "next_at", "version"])
    _remove(rows, by=by, at=at)
    before.keep(series, series, kept=(), removed=rows)
    if series.invited:
        is_over = not Appointment.objects.filter(series=series).exists()
        follow_series(series, Telling(by, at), is_change=True, is_over=is_over)
    audit.record("series.ended", None, by=by, before=was, after={"rule": series.rule, "count": len(rows)})
    plan_again([locked.client_id], at=at)
    return len(rows)


@transaction.atomic
def go_on_with_series(*, at: datetime) -> list[int]:
    """The night's part, for the bound firm: the next occurrences of every rule that has not come to its end."""
    due = Series.objects.select_for_update(of=("self",)).filter(next_at__lt=at + HORIZON - A_MONTH)
    going = list(due.filter(client__state=ClientState.ACTIVE).select_related("type", "assignee").order_by("pk"))
    made = [row for series in going for row in _go_on(series, at=at)]
    if going:
        add_appointments(made)
        Series.objects.bulk_update(going, ["next_at"], batch_size=BATCH)
    return sorted({series.client_id for series in going})


class _Change:
    """Which occurrence of the old rule becomes which of the new one."""

    def __init__(self, old: Pattern, new: Pattern, start: datetime, *, keeps_rule: bool, at: datetime) -> None:
        self.old, self.new, self.keeps_rule, self.at = old, new, keeps_rule, at
        until = at + HORIZON
        before, _rest = old.ahead(since=start, until=until)
        self.walls, rest = new.ahead(until=until)
        self.next_at = new.moment(rest) if rest else None
        self.successors = dict(zip(before, self.walls, strict=False))

    def placed(self, rows: Sequence[Appointment]) -> tuple[dict[int, tuple[Appointment, datetime]], list[datetime]]:
        """Each row with its new time on the wall, by its key; and the times that need a row.

        Where the rule stays, what somebody took out of the series does not come back.
        """
        if not self.keeps_rule:
            pairs = list(zip(rows, self.walls, strict=False))
            return {row.pk: (row, wall) for row, wall in pairs}, self.walls[len(pairs) :]
        own = {self.old.wall(_began(row)): row for row in rows}
        kept = {row.pk: (row, self.successors[wall]) for wall, row in own.items() if wall in self.successors}
        known = set(self.successors.values())
        return kept, [wall for wall in self.walls if wall not in known]

    def starts_at(self, row: Appointment, wall: datetime) -> datetime:
        """As the rule says; what was moved by itself goes as far as the others do."""
        if not self.keeps_rule or row.starts_at == row.series_start:
            return self.new.moment(wall)
        moved = self.old.wall(row.starts_at) + (wall - self.old.wall(_began(row)))
        return self.new.moment(moved)


def _began(row: Appointment) -> datetime:
    """Which occurrence it is."""
    return row.series_start or row.starts_at


def _to_come(
    appointment: Appointment, scope: SeriesScope, *, at: datetime, version: int | None
) -> tuple[Series, list[Appointment]]:
    """The series, locked, and those of its occurrences that are meant and may still be changed."""
    if appointment.series_id is None:
        raise ValidationError(_("This appointment does not repeat."), code="no_series")
    series: Series = Series.objects.select_for_update(of=("self",)).get(pk=appointment.series_id)
    if version is not None and series.version != version:
        raise ValidationError(_("Somebody changed the repetition in the meantime: look at it again."), code="stale")
    rows = Appointment.objects.filter(series=series, state=AppointmentState.PLANNED, starts_at__gt=at)
    if scope != SeriesScope.ALL:
        rows = rows.filter(series_start__gte=appointment.series_start)
    found = list(rows.select_related("type").select_for_update(of=("self",)).order_by("series_start", "pk"))
    if not found:
        raise ValidationError(_("None of them is still to come."), code="nothing_to_come")
    return series, found


def _split(series: Series, start: datetime, *, by: Membership) -> Series:
    """What is before ``start`` keeps the old rule, which ends there; if there is nothing, it is the same series."""
    moment = series.pattern.moment(start)
    if not Appointment.objects.filter(series=series, series_start__lt=moment).exists():
        series.version += 1
        return series
    series.rule, series.next_at, series.version = series.pattern.ended_before(start).rule, None, series.version + 1
    series.save(update_fields=["rule", "next_at", "version"])
    # Never a version that somebody may have seen of the old one.
    return Series(client_id=series.client_id, zone=series.zone, created_by=by, version=series.version)


def _tell(series: Series, target: Series, telling: Telling) -> None:
    """That the old one ends earlier, and how it goes on."""
    if target.pk != series.pk:
        follow_series(series, telling, is_change=True)
        target.invited = series.invited
    follow_series(target, telling, is_change=True)


def _say(series: Series, details: AppointmentDetails, pattern: Pattern) -> None:
    for name in COPIED:
        setattr(series, name, getattr(details, name))
    series.minutes = max(int((details.ends_at - details.starts_at).total_seconds() // 60), 1)
    series.rule, series.first_at = pattern.rule, pattern.moment(pattern.first)


def _go_on(series: Series, *, at: datetime) -> list[Appointment]:
    """The occurrences up to the horizon that have no row yet; the series remembers where to go on."""
    pattern = series.pattern
    since = pattern.wall(series.next_at) if series.next_at else None
    walls, rest = pattern.ahead(since=since, until=max(at, series.first_at) + HORIZON)
    series.next_at = pattern.moment(rest) if rest else None
    return [occurrence(series, wall, pattern) for wall in walls]


def _rewrite(
    kept: Mapping[int, tuple[Appointment, datetime]], target: Series, details: AppointmentDetails, change: _Change
) -> None:
    for row, wall in kept.values():
        row.starts_at = change.starts_at(row, wall)
        row.ends_at = row.starts_at + timedelta(minutes=target.minutes)
        row.series, row.series_start = target, change.new.moment(wall)
        for name in COPIED:
            setattr(row, name, getattr(details, name))
        row.counts = counts(row)
        row.version, row.updated_at = row.version + 1, change.at
    Appointment.objects.bulk_update([row for row, _wall in kept.values()], WRITTEN, batch_size=BATCH)


def _remove(rows: Collection[Appointment], *, by: Membership, at: datetime) -> None:
    """What nobody has touched goes; the rest is cancelled, since it has a history."""
    untouched = [row.pk for row in rows if row.version == 1 and row.taken_by_id is None]
    Appointment.objects.filter(pk__in=untouched).delete()
    for row in rows:
        if row.pk not in untouched:
            cancel_appointment(row, by=by, at=at)


def _check(said: Repetition) -> None:
    if not said.is_sound():
        refusal = ValidationError(_("At most 366 times, and either a number of times or a last day."), code="rule")
        raise ValidationError({"repeats": refusal})


def _on_wall(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
