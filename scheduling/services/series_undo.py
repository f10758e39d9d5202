"""The last change of a whole series is taken back: what it was before is kept with it, until the next change.

What nobody has touched since goes back to what it was; what somebody has, stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from scheduling.enums import AppointmentState
from scheduling.models import Appointment, AppointmentType, Series
from scheduling.services.appointments import counts, reopen_appointment
from scheduling.services.consequences import plan_again
from scheduling.services.invitations import Telling, follow_series
from scheduling.services.occurrences import occurrence
from scheduling.services.recording import add_appointments
from tenants import audit
from tenants.models import Membership

SAID = ("rule", "first_at", "next_at", "minutes", "type_id", "assignee_id", "place", "notes")
OF_ROW = ("starts_at", "ends_at", "series_start", "type_id", "assignee_id", "place", "notes")
MOMENTS = {"first_at", "next_at", "starts_at", "ends_at", "series_start"}
BATCH = 500


class Before:
    """What a change of a whole series is about to write over; taken before it writes anything."""

    def __init__(self, series: Series, rows: Iterable[Appointment]) -> None:
        self.series = {"id": series.pk, **_values(series, SAID)}
        self.rows = {row.pk: _values(row, OF_ROW) | {"version": row.version} for row in rows}

    def keep(self, target: Series, old: Series, *, kept: Collection[int], removed: Iterable[Appointment]) -> None:
        """With the series that has come of it. ``removed``: what went, or was cancelled since it has a history."""
        gone = list(removed)
        standing = dict(
            Appointment.objects.filter(pk__in=[row.pk for row in gone if row.pk]).values_list("pk", "version")
        )
        target.last_change = {
            "series": self.series,
            "versions": [target.version, old.version],
            "rows": {pk: before for pk, before in self.rows.items() if pk in kept},
            "cancelled": standing,
            "deleted": [self.rows[pk]["series_start"] for pk in self.rows if pk not in kept and pk not in standing],
        }
        if target.pk != old.pk:
            Series.objects.filter(pk=old.pk).update(last_change=None)
        target.save(update_fields=["last_change"])


@transaction.atomic
def undo_series(series: Series, *, by: Membership, at: datetime) -> Series:
    """As it was before its last change. Refused when it was changed once more since."""
    target, old = _locked(series)
    change: dict[str, Any] = target.last_change or {}
    was = {"rule": target.rule}
    rows = _restore_rows(change["rows"], old, at=at)
    if change["rows"]:
        _take_out_new(target, at=at)
    _restore(old, change["series"])
    cancelled = Appointment.objects.filter(pk__in=change["cancelled"], state=AppointmentState.CANCELLED)
    for row in cancelled.select_related("type"):
        if row.version == change["cancelled"][str(row.pk)]:
            reopen_appointment(row, by=by, at=at)
    pattern = old.pattern
    deleted = [moment for text in change["deleted"] if (moment := parse_datetime(text)) and moment > at]
    added = add_appointments([occurrence(old, pattern.wall(moment), pattern) for moment in deleted])
    _tell(target, old, Telling(by, at))
    after = {"rule": old.rule, "count": len(rows) + len(added)}
    audit.record("series.undone", None, by=by, before=was, after=after)
    plan_again([old.client_id], at=at)
    return old


def _locked(series: Series) -> tuple[Series, Series]:
    """What came of the change and what it was made of, which may be one; unless either was changed since."""
    target: Series = Series.objects.select_for_update(of=("self",)).get(pk=series.pk)
    change = target.last_change
    old = target
    if change and change["series"]["id"] != target.pk:
        old = Series.objects.select_for_update(of=("self",)).get(pk=change["series"]["id"])
    if not change or [target.version, old.version] != change["versions"]:
        raise ValidationError(_("This can no longer be taken back."), code="cannot_undo")
    return target, old


def _restore_rows(before: dict[str, dict[str, Any]], old: Series, *, at: datetime) -> list[Appointment]:
    found = Appointment.objects.filter(pk__in=before, state=AppointmentState.PLANNED).select_related("type")
    rows = [
        row
        for row in found.select_for_update(of=("self",)).order_by("pk")
        if row.version == before[str(row.pk)]["version"] + 1
    ]
    for row in rows:
        _write(row, {name: value for name, value in before[str(row.pk)].items() if name != "version"})
        row.series, row.version, row.updated_at = old, row.version + 1, at
    types = AppointmentType.objects.in_bulk({row.type_id for row in rows})
    for row in rows:
        row.type = types[row.type_id]
        row.counts = counts(row)
    written = [*(name.removesuffix("_id") for name in OF_ROW), "series", "version", "updated_at", "counts"]
    Appointment.objects.bulk_update(rows, written, batch_size=BATCH)
    return rows


def _take_out_new(target: Series, *, at: datetime) -> None:
    """What the change, or a night since, has added to it."""
    new = Appointment.objects.filter(
        series=target, state=AppointmentState.PLANNED, version=1, taken_by__isnull=True, starts_at__gt=at
    )
    new.delete()


def _restore(old: Series, before: dict[str, Any]) -> None:
    _write(old, {name: value for name, value in before.items() if name != "id"})
    old.last_change, old.version = None, old.version + 1
    old.save()


def _tell(target: Series, old: Series, telling: Telling) -> None:
    """Who was invited; a series that nothing is left of is no more."""
    if target.pk != old.pk:
        is_over = not Appointment.objects.filter(series=target).exists()
        Series.objects.filter(pk=target.pk).update(next_at=None, last_change=None)
        if target.invited:
            follow_series(target, telling, is_change=True, is_over=is_over)
        if is_over:
            target.delete()
    if old.invited:
        follow_series(old, telling, is_change=True)


def _values(row: Series | Appointment, names: Iterable[str]) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in names}
    return {name: value.isoformat() if value and name in MOMENTS else value for name, value in values.items()}


def _write(row: Series | Appointment, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, parse_datetime(value) if value and name in MOMENTS else value)
