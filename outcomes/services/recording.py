"""What recording outcomes does, computed in memory on locked rows: nothing is read or written here (IFY-37)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import override

from clients.enums import ClientState
from clients.models import Client
from clients.services import StatusMove
from outcomes.enums import Notice
from outcomes.graph import follow_up_start
from outcomes.models import Activity, Fulfilment, Outcome, Parameters, PointsEntry, Relation
from outcomes.services import rules
from scheduling.enums import AppointmentOrigin, AppointmentState
from scheduling.models import Appointment
from scheduling.services import RECORDED
from tenants.binding import bound_firm
from tenants.models import Membership

# What a recording may change of an activity, and its undo gives back.
OF_ACTIVITY = ("status_id", "status_at", "closed_at", "closed_by_id", "closing_reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """The outcome of one appointment. ``activity=None``: the client's only open one that contains the type (O-27)."""

    appointment: Appointment
    outcome: Outcome
    by: Membership | None
    at: datetime
    note: str = ""
    activity: Activity | None = None


@dataclass(slots=True)
class Effects:
    """All that a batch of recordings writes."""

    fulfilments: list[Fulfilment] = field(default_factory=list)
    appointments: list[Appointment] = field(default_factory=list)
    moves: list[tuple[Fulfilment, StatusMove]] = field(default_factory=list)
    follow_ups: list[tuple[Fulfilment, Appointment]] = field(default_factory=list)
    activities: dict[int, Activity] = field(default_factory=dict)
    points: list[PointsEntry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ground:
    """What the effects rest on, read once for the batch."""

    clients: Mapping[int, Client]
    relations: Mapping[tuple[int, int], Relation]
    parameters: Parameters
    zone: ZoneInfo


def effects_of(recordings: list[tuple[Recording, Activity | None]], ground: Ground) -> Effects:
    """Each recording in its turn, so that a client's second one starts where the first has left him."""
    effects = Effects()
    status_of = {client.pk: client.status_id for client in ground.clients.values()}
    for recording, activity in recordings:
        client = ground.clients[recording.appointment.client_id]
        relation = ground.relations[recording.appointment.type_id, recording.outcome.pk]
        made = _fulfilment(recording, relation, client)
        made.from_status_id = made.to_status_id = status_of[client.pk]
        _move_status(made, relation, client, effects)
        status_of[client.pk] = made.to_status_id
        _follow_up(made, relation, recording, ground, effects)
        _touch_activity(made, relation, activity, recording, effects)
        _close_appointment(recording, relation, effects)
        effects.fulfilments.append(made)
        if recording.by is not None:
            line = PointsEntry(
                member=recording.by, at=recording.at, points=made.points, type_id=made.type_id, by=recording.by
            )
            line.fulfilment = made
            effects.points.append(line)
    return effects


def _fulfilment(recording: Recording, relation: Relation, client: Client) -> Fulfilment:
    appointment = recording.appointment
    return Fulfilment(
        appointment=appointment,
        client=client,
        company_id=client.profile.company_id,
        type=appointment.type,
        outcome=recording.outcome,
        author=recording.by,
        at=recording.at,
        note=recording.note,
        points=relation.points,
        rule=rules.frozen(relation, recording.outcome),
        before={"appointment": kept(appointment, RECORDED)},
    )


def _move_status(made: Fulfilment, relation: Relation, client: Client, effects: Effects) -> None:
    """No status on the pair: unchanged (IFY-28)."""
    if relation.status is None or relation.status_id == made.from_status_id:
        return
    if not relation.status.active:
        made.notices.append(Notice.STATUS_INACTIVE)
        return
    made.to_status_id = relation.status_id
    effects.moves.append((made, StatusMove(client, relation.status_id, made.at, made.author)))


def _follow_up(made: Fulfilment, relation: Relation, recording: Recording, ground: Ground, effects: Effects) -> None:
    """Exactly one, linked to where it comes from (IFY-38)."""
    if relation.follow_up_type is None:
        return
    client = ground.clients[made.client_id]
    if client.state != ClientState.ACTIVE:
        made.notices.append(Notice.CLIENT_NOT_ACTIVE)
        return
    if not relation.follow_up_type.active:
        made.notices.append(Notice.FOLLOW_UP_TYPE_INACTIVE)
        return
    assignee, is_stand_in = rules.recipient_of(relation, client, recording.by)
    if is_stand_in:
        made.notices.append(Notice.RECIPIENT_REPLACED)
    effects.follow_ups.append((made, _next_appointment(made, relation, assignee, ground)))


def _next_appointment(made: Fulfilment, relation: Relation, assignee: Membership | None, ground: Ground) -> Appointment:
    starts_at = follow_up_start(
        made.at,
        days=relation.days,
        hours=relation.hours,
        standard_time=ground.parameters.standard_time,
        zone=ground.zone,
    )
    return Appointment(
        client=made.client,
        company_id=made.company_id,
        type=relation.follow_up_type,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=relation.follow_up_type.duration_minutes),
        notes=_origin_in_words(made, ground),
        assignee=assignee,
        origin=AppointmentOrigin.FOLLOW_UP,
        created_by=made.author,
    )


def _origin_in_words(made: Fulfilment, ground: Ground) -> str:
    """A row of the firm from then on, hence in the firm's language."""
    with override(bound_firm().language):
        day = formats.date_format(made.at.astimezone(ground.zone), "SHORT_DATE_FORMAT")
        words = _("After “%(type)s”, %(outcome)s, on %(day)s.") % {
            "type": made.type.name,
            "outcome": made.outcome.name,
            "day": day,
        }
        if Notice.RECIPIENT_REPLACED in made.notices:
            words += " " + str(Notice.RECIPIENT_REPLACED.label)
    return words


def _touch_activity(
    made: Fulfilment, relation: Relation, activity: Activity | None, recording: Recording, effects: Effects
) -> None:
    """The activity takes the pair's status and its date; a conclusive pair closes it (O-27, IFY-35)."""
    if activity is None:
        return
    made.activity = activity
    before = kept(activity, OF_ACTIVITY)
    if relation.status is not None and relation.status.active:
        activity.status, activity.status_at = relation.status, made.at
    if relation.concluding:
        activity.closed_at, activity.closed_by = made.at, recording.by
        activity.closing_reason = f"{made.type.name}: {made.outcome.name}"[:300]
    after = kept(activity, OF_ACTIVITY)
    if after != before:
        made.before["activity"], made.before["activity_after"] = before, after
        effects.activities[activity.pk] = activity


def kept(row: Appointment | Activity, names: tuple[str, ...]) -> dict[str, Any]:
    """The columns as they are, to the microsecond, in a form that JSON keeps."""
    values = {name: getattr(row, name) for name in names}
    return {name: _instant(value) if isinstance(value, datetime) else value for name, value in values.items()}


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def give_back(row: Appointment | Activity, values: dict[str, Any]) -> None:
    """What ``kept`` took down."""
    for name, value in values.items():
        is_moment = value is not None and name.endswith("_at")
        setattr(row, name, datetime.fromisoformat(value) if is_moment else value)


def _close_appointment(recording: Recording, relation: Relation, effects: Effects) -> None:
    """Over, held or not as the pair says; nobody has it in charge any more, and who did it has it."""
    appointment = recording.appointment
    is_held = relation.is_held(recording.outcome)
    appointment.state = AppointmentState.HELD if is_held else AppointmentState.NO_SHOW
    appointment.taken_by, appointment.taken_at = None, None
    if appointment.assignee_id is None:
        appointment.assignee = recording.by
    effects.appointments.append(appointment)
