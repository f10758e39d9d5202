"""Accept a proposal for some weeks in one step, and take it back in one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from scheduling import queries
from scheduling.enums import AppointmentOrigin, AppointmentState
from scheduling.models import Appointment, AppointmentType, PlannedVisit, PlannedWeeks
from scheduling.services.consequences import plan_again
from scheduling.services.entering import NewAppointment, enter_appointments
from scheduling.weeks.adjusting import Choice, Placed, placed, rules
from scheduling.weeks.planning import Outlook, propose_weeks
from tenants import audit
from tenants.models import Membership


@transaction.atomic
def accept_weeks(
    member: Membership, choices: Sequence[Choice], *, weeks: int, by: Membership, at: datetime
) -> PlannedWeeks:
    """All or nothing: every meeting lies within working hours, beside what the calendar has, and keeps the cadence.

    Two who plan the same calendar at once wait for each other. A refusal names the client: ``{"17": [...]}``.
    """
    Membership.objects.select_for_update(no_key=True).get(pk=member.pk)
    kind = queries.default_meeting_type()
    if kind is None:
        raise ValidationError(_("The firm has no type of meeting."), code="no_type")
    if not choices:
        raise ValidationError(_("Choose at least one meeting."), code="required")
    seen, proposal = propose_weeks(member, weeks=weeks, by=by, at=at)
    meetings = [placed(choice.client_id, choice.starts_at, seen) for choice in choices]
    refusals = rules(member, seen, proposal, by=by).refusals(meetings)
    if refusals:
        raise ValidationError({str(pk): [refusal] for pk, refusal in refusals.items()})
    return _enter(member, meetings, seen, kind, by=by, at=at)


@transaction.atomic
def undo_weeks(planned: PlannedWeeks, *, by: Membership, at: datetime) -> PlannedWeeks:
    """Its appointments go as if they had never been; those that somebody has touched since stay, and are counted."""
    locked: PlannedWeeks = PlannedWeeks.objects.select_for_update(of=("self",)).get(pk=planned.pk)
    if locked.undone_at is not None:
        raise ValidationError(_("These weeks have been taken back already."), code="undone")
    untouched = Appointment.objects.filter(
        planned_visits__weeks=locked, state=AppointmentState.PLANNED, version=1, taken_by__isnull=True
    )
    going = dict(untouched.values_list("pk", "client_id"))
    PlannedVisit.objects.filter(weeks=locked, appointment_id__in=going).delete()
    Appointment.objects.filter(pk__in=going).delete()
    locked.kept, locked.undone_at, locked.undone_by = locked.made - len(going), at, by
    locked.save(update_fields=["kept", "undone_at", "undone_by"])
    audit.record("weeks.undone", locked.member, by=by, after={"removed": len(going), "kept": locked.kept})
    plan_again(set(going.values()), at=at)
    return locked


def _enter(
    member: Membership,
    meetings: Sequence[Placed],
    seen: Outlook,
    kind: AppointmentType,
    *,
    by: Membership,
    at: datetime,
) -> PlannedWeeks:
    entries = [
        NewAppointment(
            client_id=one.client_id,
            type=kind,
            starts_at=seen.moment(one.on, one.start),
            ends_at=seen.moment(one.on, one.end),
            assignee=member,
        )
        for one in meetings
    ]
    made = enter_appointments(entries, by=by, at=at, origin=AppointmentOrigin.REMINDER)
    planned: PlannedWeeks = PlannedWeeks.objects.create(member=member, by=by, at=at, made=len(made))
    PlannedVisit.objects.bulk_create(PlannedVisit(weeks=planned, appointment=one) for one in made)
    audit.record("weeks.planned", member, by=by, after={"made": len(made)})
    return planned
