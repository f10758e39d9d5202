"""How appointments, plans and reminders are read. Time is an argument; permission is part of the query (XCT-02)."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q, QuerySet

from clients.models import Client
from clients.queries import visible_clients
from scheduling.enums import AppointmentState, CheckKind, ReminderState
from scheduling.models import Appointment, AppointmentType, CadenceException, Check, ClientPlan, Reminder
from tenants.enums import Role
from tenants.models import Membership
from tenants.permissions import Permission


def visible_appointments(membership: Membership) -> QuerySet[Appointment]:
    """Those of the clients one sees, and what one was given, took, entered or may take (O-22, O-57)."""
    appointments: QuerySet[Appointment] = Appointment.objects.select_related("client", "type", "assignee", "taken_by")
    if membership.can(Permission.VIEW_ALL_CLIENTS):
        return appointments
    return appointments.filter(own_items(membership) | Q(client__in=visible_clients(membership).values("pk")))


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
    membership: Membership, start: datetime, end: datetime, *, assignee: int | None = None
) -> QuerySet[Appointment]:
    """What the Calendar shows of a stretch of time, cancelled ones apart."""
    appointments = (
        visible_appointments(membership)
        .filter(starts_at__lt=end, ends_at__gt=start)
        .exclude(state=AppointmentState.CANCELLED)
        .order_by("starts_at", "id")
    )
    return appointments if assignee is None else appointments.filter(assignee=assignee)


def appointments_of(client: Client) -> QuerySet[Appointment]:
    """All of a client's, latest first."""
    appointments: QuerySet[Appointment] = (
        Appointment.objects.select_related("type", "assignee").filter(client=client).order_by("-starts_at", "-id")
    )
    return appointments


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


def planning_check() -> Check | None:
    """The predefined check (REL-47)."""
    check: Check | None = Check.objects.filter(kind=CheckKind.PLANNING).first()
    return check


def visible_plans(membership: Membership) -> QuerySet[ClientPlan]:
    plans: QuerySet[ClientPlan] = ClientPlan.objects.select_related("client__advisor")
    if membership.can(Permission.VIEW_ALL_CLIENTS):
        return plans
    return plans.filter(client__in=visible_clients(membership).values("pk"))


def overdue_plans(membership: Membership, *, on: date) -> QuerySet[ClientPlan]:
    """Clients whose hypothetical date is past with nothing planned, the longest overdue first (8.8)."""
    return visible_plans(membership).filter(due_on__lt=on, next_meeting_at__isnull=True).order_by("due_on", "client_id")


def never_met_plans(membership: Membership) -> QuerySet[ClientPlan]:
    """Clients in a cadence without any previous appointment (REL-52): nothing would ever remind of them."""
    return (
        visible_plans(membership)
        .filter(yearly_meetings__isnull=False, last_meeting_at__isnull=True)
        .order_by("-yearly_meetings", "client__name_key", "client_id")
    )


def exceptions_in_force(membership: Membership, *, on: date) -> QuerySet[CadenceException]:
    """The list "exceptions to the cadence" (O-08)."""
    exceptions: QuerySet[CadenceException] = (
        CadenceException.objects.select_related("client__advisor", "set_by")
        .filter(removed_at__isnull=True)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))
        .order_by("client__name_key", "id")
    )
    if membership.can(Permission.VIEW_ALL_CLIENTS):
        return exceptions
    return exceptions.filter(client__in=visible_clients(membership).values("pk"))


def exception_of(client: Client, *, on: date) -> CadenceException | None:
    """The one in force, if there is one."""
    exception: CadenceException | None = (
        CadenceException.objects.select_related("set_by")
        .filter(client=client, removed_at__isnull=True)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))
        .first()
    )
    return exception


def visible_reminders(membership: Membership) -> QuerySet[Reminder]:
    """One's own clients' reminders; who sees all clients sees all of them (REL-51)."""
    reminders: QuerySet[Reminder] = Reminder.objects.select_related("client__advisor", "check_rule")
    if membership.can(Permission.VIEW_ALL_CLIENTS):
        return reminders
    return reminders.filter(client__in=visible_clients(membership).values("pk"))


def showing_reminders(membership: Membership, *, on: date) -> QuerySet[Reminder]:
    """Open ones and those whose snooze is over, by due date: the overdue come first."""
    return visible_reminders(membership).filter(is_showing(on)).order_by("due_on", "id")


def snoozed_reminders(membership: Membership, *, on: date) -> QuerySet[Reminder]:
    return (
        visible_reminders(membership)
        .filter(state=ReminderState.SNOOZED, snoozed_until__gt=on)
        .order_by("snoozed_until", "due_on", "id")
    )


def is_showing(on: date) -> Q:
    return Q(state=ReminderState.OPEN) | Q(state=ReminderState.SNOOZED, snoozed_until__lte=on)
