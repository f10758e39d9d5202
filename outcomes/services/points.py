"""Points corrected by hand: one more line of the ledger, never another number in a line that stands (IFY-42)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from outcomes.enums import PointsKind
from outcomes.models import PointsEntry
from outcomes.models.choices import MOST_POINTS
from outcomes.services.tallies import enter_points
from scheduling.models import AppointmentType
from tenants import audit
from tenants.models import Membership

LONGEST_REASON = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """So many points more or less, and why; with a type they count in the ranking by that type as well."""

    points: int
    reason: str
    type: AppointmentType | None = None


@transaction.atomic
def correct_points(member: Membership, correction: Correction, *, by: Membership, at: datetime) -> PointsEntry:
    """It counts from this moment: what was reported of a past week stays as it was reported."""
    reason = _checked(correction)
    entry = PointsEntry(
        member=member,
        at=at,
        points=correction.points,
        kind=PointsKind.CORRECTION,
        type=correction.type,
        reason=reason,
        by=by,
    )
    enter_points([entry])
    audit.record("points.corrected", entry, by=by, after=_facts(entry))
    return entry


@transaction.atomic
def undo_correction(entry: PointsEntry, *, by: Membership, at: datetime) -> PointsEntry:
    """A counter-entry, once; both lines stay in the ledger."""
    locked: PointsEntry = PointsEntry.objects.select_for_update(of=("self",)).select_related("member").get(pk=entry.pk)
    if locked.kind != PointsKind.CORRECTION or locked.reverses_id is not None:
        raise ValidationError(_("Only a correction by hand can be taken back here."), code="not_a_correction")
    if PointsEntry.objects.filter(reverses=locked).exists():
        raise ValidationError(_("This correction has been taken back already."), code="already_reversed")
    counter = PointsEntry(
        member=locked.member,
        at=at,
        points=-locked.points,
        kind=PointsKind.CORRECTION,
        type_id=locked.type_id,
        reason=locked.reason,
        reverses=locked,
        by=by,
    )
    enter_points([counter])
    audit.record("points.correction_undone", counter, by=by, before=_facts(locked))
    return counter


def _checked(correction: Correction) -> str:
    """The reason, tidied."""
    reason = " ".join(correction.reason.split())
    problems = {}
    if not correction.points:
        problems["points"] = ValidationError(_("A correction of nothing corrects nothing."), code="zero")
    elif abs(correction.points) > MOST_POINTS:
        words = _("At most %(most)s points, more or less.") % {"most": MOST_POINTS}
        problems["points"] = ValidationError(words, code="too_many")
    if not reason:
        problems["reason"] = ValidationError(_("Say why: who reads the total later wants to know."), code="required")
    elif len(reason) > LONGEST_REASON:
        problems["reason"] = ValidationError(_("This reason is too long."), code="max_length")
    if problems:
        raise ValidationError(problems)
    return reason


def _facts(entry: PointsEntry) -> dict[str, object]:
    return {"member": entry.member.name, "points": entry.points, "reason": entry.reason}
