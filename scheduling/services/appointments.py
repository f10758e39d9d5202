"""Booking and changing appointments. Every change recomputes the client's plan in the same transaction (REL-31)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clients.company_links import company_of
from clients.enums import ClientState
from clients.models import Client
from scheduling.enums import AppointmentOrigin, AppointmentState
from scheduling.models import LONGEST, Appointment, AppointmentType, BookingLink
from scheduling.services.consequences import plan_again
from scheduling.services.invitations import Telling, follow_appointment, part_with
from scheduling.signals import recorded_appointment_changes
from tenants import audit
from tenants.binding import bound_firm, local_today
from tenants.models import Membership

EARLIEST_YEAR, LATEST_YEAR = 1900, 2200
COUNTING = (AppointmentState.PLANNED, AppointmentState.HELD)
EDITED = ("type", "starts_at", "ends_at", "place", "notes", "assignee")
# Rows that the caller found in the firm; their keys are the database's to check, not a query each.
REFERENCES = {"firm", "client", "company", "type", "assignee", "taken_by", "created_by"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentDetails:
    """What an appointment says, apart from whom it concerns. ``assignee=None``: for all, until one takes it (O-22)."""

    type: AppointmentType
    starts_at: datetime
    ends_at: datetime
    place: str = ""
    notes: str = ""
    assignee: Membership | None = None
    external_source: str = ""
    external_id: str = ""


@transaction.atomic
def book_appointment(
    client: Client,
    details: AppointmentDetails,
    *,
    by: Membership | None,
    at: datetime,
    origin: AppointmentOrigin = AppointmentOrigin.MANUAL,
    invite: bool | None = None,
) -> Appointment:
    """Put an appointment of a client into the Calendar (REL-26, IFY-03). One in the past counts as held (O-14).

    ``invite``: the client receives it for his own calendar.
    """
    check_new(client, details)
    appointment = Appointment(client=client, company_id=company_of(client.pk), origin=origin, created_by=by)
    appointment.external_source, appointment.external_id = details.external_source, details.external_id
    _write(appointment, details)
    appointment.clean_fields(exclude=REFERENCES)
    appointment.save()
    audit.record("appointment.booked", appointment, by=by, after=_facts(appointment))
    follow_appointment(appointment, Telling(by, at), invite=invite, is_changed=True)
    plan_again([appointment.client_id], at=at)
    return appointment


@transaction.atomic
def edit_appointment(
    appointment: Appointment,
    details: AppointmentDetails,
    *,
    by: Membership | None,
    at: datetime,
    version: int | None = None,
    invite: bool | None = None,
) -> Appointment:
    """Replace what the appointment says; an inactive type or assignee that it already had may stay (IFY-15)."""
    locked = lock_appointment(appointment, version=version)
    if details.type.pk != locked.type_id:
        _check_type(details.type)
        _check_changeable(locked)
    if details.assignee is not None and details.assignee.pk != locked.assignee_id:
        _check_assignee(details.assignee)
    before = _facts(locked)
    _write(locked, details)
    _check_not_held_ahead(locked, at=at)
    locked.clean_fields(exclude=REFERENCES)
    _save(locked, *EDITED, "counts")
    after = _facts(locked)
    audit.record("appointment.edited", locked, by=by, before=before, after=after)
    follow_appointment(locked, Telling(by, at), invite=invite, is_changed=_seen(before) != _seen(after))
    plan_again([locked.client_id], at=at)
    return locked


@transaction.atomic
def move_appointment(
    appointment: Appointment,
    *,
    starts_at: datetime,
    ends_at: datetime | None = None,
    by: Membership,
    at: datetime,
    version: int | None = None,
) -> Appointment:
    """Give the same row another time (8.11); without an end it keeps its length."""
    locked = lock_appointment(appointment, version=version)
    if locked.state != AppointmentState.PLANNED:
        raise ValidationError(_("Only a planned appointment can be moved."), code="not_planned")
    before = _facts(locked)
    length = locked.ends_at - locked.starts_at
    locked.starts_at, locked.ends_at = starts_at, ends_at or starts_at + length
    _check_order(locked.starts_at, locked.ends_at)
    _save(locked, "starts_at", "ends_at")
    audit.record("appointment.moved", locked, by=by, before=before, after=_facts(locked))
    follow_appointment(locked, Telling(by, at), is_changed=True)
    plan_again([locked.client_id], at=at)
    return locked


def cancel_appointment(
    appointment: Appointment, *, by: Membership | None, at: datetime, version: int | None = None
) -> Appointment:
    """It will not take place: the plan falls back to the next planned one, else to the last held (8.11)."""
    return _change_state(appointment, AppointmentState.CANCELLED, by=by, at=at, version=version)


def mark_held(appointment: Appointment, *, by: Membership, at: datetime, version: int | None = None) -> Appointment:
    """It took place, whatever its hour, but not before its day."""
    return _change_state(appointment, AppointmentState.HELD, by=by, at=at, version=version)


def mark_no_show(appointment: Appointment, *, by: Membership, at: datetime, version: int | None = None) -> Appointment:
    """The client did not come: the previous held meeting becomes the last one (8.11)."""
    return _change_state(appointment, AppointmentState.NO_SHOW, by=by, at=at, version=version)


def reopen_appointment(
    appointment: Appointment, *, by: Membership, at: datetime, version: int | None = None
) -> Appointment:
    """Back to planned: what undo and a correction do."""
    return _change_state(appointment, AppointmentState.PLANNED, by=by, at=at, version=version)


@transaction.atomic
def delete_appointment(appointment: Appointment, *, by: Membership, at: datetime) -> None:
    """Only what never happened and was never touched goes; everything else is cancelled (XCT-09)."""
    locked = lock_appointment(appointment)
    if not is_deletable(locked, at=at):
        raise ValidationError(_("This appointment has a history: cancel it instead."), code="has_history")
    audit.record("appointment.deleted", locked, by=by, before=_facts(locked))
    client_id = locked.client_id
    part_with(locked, Telling(by, at))
    BookingLink.objects.filter(appointment=locked).update(appointment=None)
    locked.delete()
    plan_again([client_id], at=at)


def is_deletable(appointment: Appointment, *, at: datetime) -> bool:
    """Planned, and still ahead or exactly as it was entered (the undo of a booking in the past)."""
    is_untouched = appointment.starts_at > at or appointment.version == 1
    return appointment.state == AppointmentState.PLANNED and is_untouched and appointment.taken_by_id is None


def lock_appointment(appointment: Appointment, *, version: int | None = None) -> Appointment:
    """The row as it is now, locked; refused when the caller saw another version of it (XCT-08)."""
    locked: Appointment | None = (
        Appointment.objects.select_for_update(of=("self",)).select_related("type").filter(pk=appointment.pk).first()
    )
    if locked is None:
        raise ValidationError(_("This appointment no longer exists."), code="gone")
    if version is not None and locked.version != version:
        raise ValidationError(_("Somebody changed this appointment in the meantime: look at it again."), code="stale")
    return locked


@transaction.atomic
def _change_state(
    appointment: Appointment, to: AppointmentState, *, by: Membership | None, at: datetime, version: int | None
) -> Appointment:
    locked = lock_appointment(appointment, version=version)
    if locked.state == to:
        return locked
    _check_changeable(locked)
    before = locked.state
    locked.state = to
    locked.counts = counts(locked)
    _check_not_held_ahead(locked, at=at)
    _save(locked, "state", "counts")
    audit.record(f"appointment.{to}", locked, by=by, before={"state": before}, after={"state": to})
    follow_appointment(locked, Telling(by, at), is_changed=True)
    plan_again([locked.client_id], at=at)
    return locked


def _check_changeable(appointment: Appointment) -> None:
    """What was recorded as over may carry an outcome, which is undone first."""
    if appointment.state in (AppointmentState.HELD, AppointmentState.NO_SHOW):
        recorded_appointment_changes.send(Appointment, appointment=appointment)


def counts(appointment: Appointment) -> bool:
    """Whether the cadence looks at it (8.1)."""
    return appointment.type.counts_for_cadence and appointment.state in COUNTING


def _write(appointment: Appointment, details: AppointmentDetails) -> None:
    _check_order(details.starts_at, details.ends_at)
    for name in EDITED:
        setattr(appointment, name, getattr(details, name))
    appointment.counts = counts(appointment)


def is_in_reach(day: date) -> bool:
    """Whether dates can be reckoned from it: neither Python nor a page knows the year 10000."""
    return EARLIEST_YEAR <= day.year <= LATEST_YEAR


def _check_order(starts_at: datetime, ends_at: datetime) -> None:
    if not is_in_reach(starts_at):
        raise ValidationError({"starts_at": ValidationError(_("This year is out of reach."), code="out_of_reach")})
    if ends_at <= starts_at:
        raise ValidationError({"ends_at": ValidationError(_("The end must come after the start."), code="ends_early")})
    if ends_at - starts_at > LONGEST:
        refusal = ValidationError(_("An appointment lasts seven days at most."), code="too_long")
        raise ValidationError({"ends_at": refusal})


def _save(appointment: Appointment, *names: str) -> None:
    appointment.version += 1
    appointment.save(update_fields=[*names, "version", "updated_at"])


def check_new(client: Client, details: AppointmentDetails) -> None:
    """What a new appointment must not lack."""
    _check_client(client)
    _check_type(details.type)
    _check_assignee(details.assignee)
    _check_external_id(details)
    _check_order(details.starts_at, details.ends_at)


def _check_client(client: Client) -> None:
    if client.state != ClientState.ACTIVE:
        raise ValidationError(
            {"client": ValidationError(_("An archived client gets no new appointments."), code="client_not_active")}
        )


def _check_type(kind: AppointmentType) -> None:
    if not kind.active:
        raise ValidationError({"type": ValidationError(_("This type is no longer offered."), code="type_not_active")})


def _check_assignee(assignee: Membership | None) -> None:
    if assignee is not None and not assignee.is_active:
        raise ValidationError(
            {"assignee": ValidationError(_("This person is no longer active."), code="assignee_not_active")}
        )


def _check_external_id(details: AppointmentDetails) -> None:
    """The pair is an integration's own key, unique in the firm (architecture.md 3)."""
    if not details.external_id:
        return
    key = {"external_source": details.external_source, "external_id": details.external_id}
    if Appointment.objects.filter(**key).exists():
        raise ValidationError(
            {"external_id": ValidationError(_("Another appointment has this key."), code="external_id_taken")}
        )


def _check_not_held_ahead(appointment: Appointment, *, at: datetime) -> None:
    """What is still to come cannot have taken place, nor can the client have missed it."""
    if appointment.state not in (AppointmentState.HELD, AppointmentState.NO_SHOW):
        return
    firm = bound_firm()
    if local_today(firm, at=appointment.starts_at) > local_today(firm, at=at):
        raise ValidationError(_("This appointment is still to come."), code="still_to_come")


def _seen(facts: dict[str, object]) -> list[object]:
    """What a client is told of it."""
    return [facts[name] for name in ("starts_at", "ends_at", "place", "assignee")]


def _facts(appointment: Appointment) -> dict[str, object]:
    return {
        "client": appointment.client_id,
        "type": appointment.type_id,
        "starts_at": appointment.starts_at.isoformat(),
        "ends_at": appointment.ends_at.isoformat(),
        "place": appointment.place,
        "assignee": appointment.assignee_id,
        "state": str(appointment.state),
    }
