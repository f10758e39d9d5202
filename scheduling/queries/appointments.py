"""How appointments and their types are read; permission is part of the query (XCT-02)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from clients.models import Client
from clients.visibility import of_visible_clients
from scheduling.enums import OFF_STATES, AppointmentState
from scheduling.models import LONGEST, Appointment, AppointmentType, Series
from tenants.enums import Role
from tenants.models import AuditEvent, Membership
from tenants.permissions import Permission


def visible_appointments(membership: Membership) -> QuerySet[Appointment]:
    """Those of the clients one sees, and what one was given, took, entered or may take (O-22, O-57)."""
    appointments: QuerySet[Appointment] = Appointment.objects.select_related("client", "type", "assignee", "taken_by")
    if membership.can(Permission.VIEW_ALL_CLIENTS):
        return appointments
    return appointments.filter(own_items(membership) | of_visible_clients(membership))


def own_items(membership: Membership) -> Q:
    """What a person keeps in sight whoever the client is: assigned, taken, entered, and an operator the pool."""
    return given_items(membership) | Q(created_by=membership)


def given_items(membership: Membership) -> Q:
    """Assigned or taken; for an enabled operator also what is for all and not taken yet (O-22)."""
    given = Q(assignee=membership) | Q(taken_by=membership)
    if membership.role != Role.OPERATOR or not membership.can(Permission.ENTER_APPOINTMENTS):
        return given
    return given | Q(assignee__isnull=True, taken_by__isnull=True, state=AppointmentState.PLANNED)


def clients_of_an_operator(membership: Membership) -> Q:
    """The clients of his items: an entry of the registry of visibility in clients."""
    return Q(pk__in=Appointment.objects.filter(given_items(membership)).values("client_id"))


def clients_of_an_advisor(membership: Membership) -> Q:
    """A colleague's client whom he is to meet: until that is over."""
    to_meet = Appointment.objects.filter(given_items(membership), state=AppointmentState.PLANNED)
    return Q(pk__in=to_meet.values("client_id"))


def appointments_between(
    membership: Membership, start: datetime, end: datetime, *, assignee: int | Collection[int] | None = None
) -> QuerySet[Appointment]:
    """What the Calendar shows of a stretch of time, cancelled ones apart: of one person, of several, of everybody."""
    appointments = (
        visible_appointments(membership)
        .filter(during(start, end))
        .exclude(state=AppointmentState.CANCELLED)
        .order_by("starts_at", "id")
    )
    return appointments if assignee is None else appointments.filter(assignee__in=people_of(assignee))


def people_of(assignee: int | Collection[int]) -> Collection[int]:
    return [assignee] if isinstance(assignee, int) else assignee


def during(start: datetime, end: datetime) -> Q:
    """What takes place between the two, in whole or part; since nothing lasts longer, an index bounds both sides."""
    return Q(starts_at__lt=end, starts_at__gt=start - LONGEST, ends_at__gt=start)


def agenda(assignee: Membership, start: datetime, end: datetime) -> QuerySet[Appointment]:
    """What one person does between two moments."""
    appointments: QuerySet[Appointment] = (
        Appointment.objects.select_related("client", "type")
        .filter(during(start, end), assignee=assignee)
        .exclude(state__in=OFF_STATES)
        .order_by("starts_at", "id")
    )
    return appointments


def appointments_of(client: Client) -> QuerySet[Appointment]:
    """All of a client's, latest first."""
    appointments: QuerySet[Appointment] = (
        Appointment.objects.select_related("type", "assignee").filter(client=client).order_by("-starts_at", "-id")
    )
    return appointments


def visible_series(membership: Membership) -> QuerySet[Series]:
    """Those of the clients one sees."""
    found: QuerySet[Series] = Series.objects.filter(of_visible_clients(membership))
    return found


def occurrences(series: Series) -> QuerySet[Appointment]:
    """Those of a repeated appointment that have a row, in their order."""
    found: QuerySet[Appointment] = Appointment.objects.select_related("client", "type", "assignee").filter(
        series=series
    )
    return found.order_by("series_start", "id")


def history_of(appointment: Appointment) -> QuerySet[AuditEvent]:
    """What was done with it, latest first (XCT-07)."""
    events: QuerySet[AuditEvent] = (
        AuditEvent.objects.select_related("by")
        .filter(target_kind="scheduling.appointment", target_id=appointment.pk)
        .order_by("-at", "-id")
    )
    return events


def counting_meetings(membership: Membership, *, advisor: Membership | None = None) -> QuerySet[Appointment]:
    """What counts for the cadence of the clients one sees, in the columns of one index."""
    meetings: QuerySet[Appointment] = Appointment.objects.filter(of_visible_clients(membership), counts=True)
    return (meetings if advisor is None else meetings.filter(client__advisor=advisor)).order_by()


def outcome_missing(appointments: QuerySet[Appointment], *, at: datetime) -> QuerySet[Appointment]:
    """Past ones still planned: they count as held and show "outcome to be recorded" (O-14)."""
    return appointments.filter(state=AppointmentState.PLANNED, ends_at__lte=at)


def appointment_types() -> QuerySet[AppointmentType]:
    types: QuerySet[AppointmentType] = AppointmentType.objects.order_by("position", "id")
    return types


def offered_types(*, also: AppointmentType | None = None) -> QuerySet[AppointmentType]:
    """The active ones (IFY-15), and the one that an existing appointment already has."""
    active = Q(active=True)
    return appointment_types().filter(active if also is None else active | Q(pk=also.pk))


def default_meeting_type() -> AppointmentType | None:
    """The firm's default meeting type, else the first active one that counts."""
    found: AppointmentType | None = (
        AppointmentType.objects.filter(active=True, counts_for_cadence=True)
        .order_by("-is_default_meeting", "position", "id")
        .first()
    )
    return found
