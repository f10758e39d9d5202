"""How reminders are read (REL-49 … REL-51)."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from clients.visibility import of_visible_clients
from scheduling.check_models import DUE
from scheduling.enums import CheckKind, CheckRecipient, ReminderState
from scheduling.models import ClientPlan, Reminder
from tenants.models import Membership
from tenants.permissions import Permission


def visible_reminders(membership: Membership) -> QuerySet[Reminder]:
    """One's own clients' reminders; who sees all clients sees all of them (REL-51).

    With whether an exception decides the client's date, which is always said beside it (O-08).
    """
    plans = ClientPlan.objects.filter(client=OuterRef("client"), exception_id__isnull=False)
    reminders: QuerySet[Reminder] = Reminder.objects.select_related("client__advisor", "client__plan", "check_rule")
    reminders = reminders.annotate(by_exception=Exists(plans))
    return reminders.filter(of_visible_clients(membership), _meant_for(membership), _OF_CHECKS_IN_FORCE)


# What was switched off or deleted shows nothing from that moment on; the night ends its reminders.
_OF_CHECKS_IN_FORCE = Q(check_rule__deleted_at__isnull=True) & (
    Q(check_rule__active=True) | Q(check_rule__kind=CheckKind.PLANNING)
)


def _meant_for(membership: Membership) -> Q:
    """Whom the check names; who sees all clients sees all reminders (REL-51)."""
    if membership.can(Permission.VIEW_ALL_CLIENTS):
        return Q()
    return (
        Q(check_rule__recipient=CheckRecipient.EVERYBODY)
        | Q(check_rule__recipient=CheckRecipient.ADVISOR, client__advisor=membership)
        | Q(check_rule__recipient=CheckRecipient.CONTACT, client__contact=membership)
        | Q(check_rule__recipient=CheckRecipient.SPECIALIST, client__specialist=membership)
        | Q(check_rule__recipient=CheckRecipient.PERSON, check_rule__person=membership)
    )


def showing_reminders(membership: Membership, *, on: date, advisor: Membership | None = None) -> QuerySet[Reminder]:
    """Open ones and those whose snooze is over, by due date: the overdue come first."""
    return reminders(membership, show="all", on=on, advisor=advisor).order_by("due_on", "id")


def snoozed_reminders(membership: Membership, *, on: date) -> QuerySet[Reminder]:
    return (
        visible_reminders(membership)
        .filter(state=ReminderState.SNOOZED, snoozed_until__gt=on)
        .order_by("snoozed_until", "due_on", "id")
    )


def is_showing(on: date) -> Q:
    return Q(state=ReminderState.OPEN) | Q(state=ReminderState.SNOOZED, snoozed_until__lte=on)


def reminders(membership: Membership, *, show: str, on: date, advisor: Membership | None = None) -> QuerySet[Reminder]:
    """What the page's tabs show: ``all`` that are due, those ``overdue``, ``upcoming`` or ``snoozed``."""
    found = visible_reminders(membership).filter(_shown(on)[show])
    return found if advisor is None else found.filter(client__advisor=advisor)


def reminder_counts(membership: Membership, *, on: date, advisor: Membership | None = None) -> dict[str, int]:
    """How many each tab holds, in one statement."""
    pending = visible_reminders(membership).filter(state__in=[ReminderState.OPEN, ReminderState.SNOOZED])
    if advisor is not None:
        pending = pending.filter(client__advisor=advisor)
    counted: dict[str, int] = pending.aggregate(
        **{name: Count("pk", filter=condition) for name, condition in _shown(on).items()}
    )
    return counted


def _shown(on: date) -> dict[str, Q]:
    showing = is_showing(on)
    waits_for_a_date = Q(check_rule__kind=CheckKind.PLANNING) | Q(check_rule__condition__op=DUE)
    return {
        "all": showing,
        "overdue": showing & Q(due_on__lt=on) & waits_for_a_date,
        "upcoming": showing & (Q(due_on__gte=on) | ~waits_for_a_date),
        "snoozed": Q(state=ReminderState.SNOOZED, snoozed_until__gt=on),
    }
