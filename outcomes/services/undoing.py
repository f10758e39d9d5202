"""Annulla evasione (O-35): everything as it was before the recording, or word of what could not be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clients.enums import StatusCause
from clients.models import Client, StatusChange
from clients.services import StatusMove, move_statuses
from clients.signals import clients_changed
from outcomes.enums import LeftOver, PointsKind
from outcomes.models import Activity, Fulfilment, PointsEntry
from outcomes.services.fulfilment import facts_of, write_activities
from outcomes.services.recording import OF_ACTIVITY, give_back, kept
from outcomes.services.tallies import enter_points
from scheduling.enums import AppointmentState
from scheduling.models import Appointment
from scheduling.services import lock_appointments, plan_again, write_recorded
from tenants import audit
from tenants.models import Membership

LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Undone:
    """``left`` names what stayed as it was."""

    fulfilment: Fulfilment
    left: list[LeftOver]


@transaction.atomic
def undo_fulfilment(appointment: Appointment, *, by: Membership, at: datetime, reason: str = "") -> Undone:
    """Points by a counter-entry, the earlier status, the follow-up cancelled, the activity open again."""
    if len(reason) > LONGEST_REASON:
        raise ValidationError({"reason": ValidationError(_("This reason is too long."), code="max_length")})
    ids = Fulfilment.objects.filter(appointment=appointment, undone_at__isnull=True).values_list("follow_up", flat=True)
    locked = lock_appointments([appointment.pk, *(pk for pk in ids if pk is not None)])
    made = _in_force(appointment)
    clients = Client.objects.select_for_update(of=("self",), no_key=True).select_related("profile")
    client: Client = clients.get(pk=made.client_id)
    left = [
        *_return_status(made, client, by=by, at=at),
        *_return_activity(made, at=at),
        *_cancel_follow_up(made, locked, at=at),
    ]
    _reverse_points(made, by=by, at=at)
    give_back(locked[appointment.pk], made.before["appointment"])
    write_recorded([locked[appointment.pk]], at=at)
    made.undone_at, made.undone_by, made.undo_reason = at, by, reason
    made.save(update_fields=["undone_at", "undone_by", "undo_reason"])
    _conclude(made, left, by=by, at=at)
    return Undone(made, left)


def _in_force(appointment: Appointment) -> Fulfilment:
    rows = Fulfilment.objects.select_related("outcome", "appointment").filter(
        appointment=appointment, undone_at__isnull=True
    )
    made: Fulfilment | None = rows.select_for_update(of=("self",)).first()
    if made is None:
        raise ValidationError(_("This appointment has no recorded outcome."), code="not_fulfilled")
    return made


def _return_status(made: Fulfilment, client: Client, *, by: Membership, at: datetime) -> list[LeftOver]:
    """Only while the change that the outcome made is the client's last one, apart from those taken back since."""
    if made.status_change_id is None:
        return []
    taken_back = Fulfilment.objects.filter(client=client, undone_at__isnull=False, status_change__isnull=False)
    changes = StatusChange.objects.filter(client=client).exclude(cause=StatusCause.UNDO)
    standing = changes.exclude(pk__in=taken_back.values("status_change"))
    last = standing.order_by("-at", "-id").values_list("pk", flat=True).first()
    if last != made.status_change_id or client.status_id != made.to_status_id:
        return [LeftOver.STATUS]
    move_statuses([StatusMove(client, made.from_status_id, at, by)], at=at, cause=StatusCause.UNDO)
    return []


def _return_activity(made: Fulfilment, *, at: datetime) -> list[LeftOver]:
    if "activity" not in made.before:
        return []
    activity: Activity = Activity.objects.select_for_update(no_key=True).get(pk=made.activity_id)
    if kept(activity, OF_ACTIVITY) != made.before["activity_after"]:
        return [LeftOver.ACTIVITY]
    give_back(activity, made.before["activity"])
    write_activities([activity], at=at)
    return []


def _cancel_follow_up(made: Fulfilment, locked: dict[int, Appointment], *, at: datetime) -> list[LeftOver]:
    follow_up = locked.get(made.follow_up_id or 0)
    if follow_up is None or follow_up.state == AppointmentState.CANCELLED:
        return []
    if follow_up.state != AppointmentState.PLANNED:
        return [LeftOver.FOLLOW_UP]
    follow_up.state = AppointmentState.CANCELLED
    write_recorded([follow_up], at=at)
    return []


def _reverse_points(made: Fulfilment, *, by: Membership, at: datetime) -> None:
    """A counter-entry at the moment of the undo: what was reported of a past week stays as it was."""
    award = PointsEntry.objects.filter(fulfilment=made, kind=PointsKind.AWARD).first()
    if award is not None:
        counter = PointsEntry(
            member_id=award.member_id,
            at=at,
            points=-award.points,
            kind=PointsKind.REVERSAL,
            fulfilment=made,
            type_id=award.type_id,
            by=by,
        )
        enter_points([counter])


def _conclude(made: Fulfilment, left: list[LeftOver], *, by: Membership, at: datetime) -> None:
    audit.record(
        "appointment.fulfilment_undone",
        made.appointment,
        by=by,
        before=facts_of(made),
        after={"reason": made.undo_reason, "left": [str(one) for one in left]},
    )
    plan_again([made.client_id], at=at)
    clients_changed.send(Client, client_ids=[made.client_id], changed=frozenset({"status", "outcome"}))
