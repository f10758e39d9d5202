"""How the cadence is read: groups with their number, clients with their date, exceptions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from clients.models import Client
from clients.visibility import of_visible_clients
from groups.models import Group, GroupMember
from scheduling.enums import CheckKind
from scheduling.models import CadenceException, Check, ClientPlan
from tenants.models import Membership


def planning_check() -> Check | None:
    """The predefined check (REL-47)."""
    check: Check | None = Check.objects.filter(kind=CheckKind.PLANNING).first()
    return check


def plan_of(client: Client) -> ClientPlan | None:
    """What the cadence gives this client; nothing where there is nothing to say."""
    plan: ClientPlan | None = ClientPlan.objects.filter(client=client).first()
    return plan


def visible_plans(membership: Membership, *, advisor: Membership | None = None) -> QuerySet[ClientPlan]:
    plans = _plans(membership).select_related("client__advisor")
    return plans if advisor is None else plans.filter(client__advisor=advisor)


def _plans(membership: Membership) -> QuerySet[ClientPlan]:
    plans: QuerySet[ClientPlan] = ClientPlan.objects.all()
    return plans.filter(of_visible_clients(membership))


def overdue_plans(membership: Membership, *, on: date) -> QuerySet[ClientPlan]:
    """Clients whose hypothetical date is past with nothing planned, the longest overdue first (8.8)."""
    return visible_plans(membership).filter(due_on__lt=on, next_meeting_at__isnull=True).order_by("due_on", "client_id")


def never_met_plans(membership: Membership, *, advisor: Membership | None = None) -> QuerySet[ClientPlan]:
    """Clients in a cadence without any previous appointment (REL-52): nothing would ever remind of them."""
    return (
        visible_plans(membership, advisor=advisor)
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
    return exceptions.filter(of_visible_clients(membership))


def exception_of(client: Client, *, on: date) -> CadenceException | None:
    """The one in force, if there is one."""
    exception: CadenceException | None = (
        CadenceException.objects.select_related("set_by")
        .filter(client=client, removed_at__isnull=True)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))
        .first()
    )
    return exception


@dataclass(frozen=True, slots=True)
class PlanningCounts:
    """The numbers beside the planning page's lists."""

    never_met: int
    overdue: int
    exceptions: int


def planning_groups() -> QuerySet[Group]:
    """All groups, with or without a number (REL-16), the busiest cadence first, each with its members counted."""
    members = (
        GroupMember.objects.filter(group=OuterRef("pk")).order_by().values("group").annotate(n=Count("pk")).values("n")
    )
    groups: QuerySet[Group] = Group.objects.order_by(
        "-active", F("yearly_meetings").desc(nulls_last=True), "name", "id"
    )
    return groups.annotate(member_count=Coalesce(Subquery(members, output_field=IntegerField()), 0))


def planning_counts(membership: Membership, *, on: date) -> PlanningCounts:
    never_met = Q(yearly_meetings__isnull=False, last_meeting_at__isnull=True)
    overdue = Q(due_on__lt=on, next_meeting_at__isnull=True)
    counted = _plans(membership).aggregate(never_met=Count("pk", filter=never_met), overdue=Count("pk", filter=overdue))
    return PlanningCounts(**counted, exceptions=exceptions_in_force(membership, on=on).count())
