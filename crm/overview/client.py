"""Panoramica of one client: where the cadence stands, what is planned, what is to be done (REL-32 … REL-38)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpResponse
from django.utils import timezone

from clients.models import Client
from clients.views.heads import client_head, visible_client
from groups.models import Group
from scheduling import queries
from scheduling.explaining import explain
from scheduling.models import Appointment, CadenceException, ClientPlan, Reminder
from tenants.binding import local_today
from tenants.models import Membership
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial

SHOWN = 6


@dataclass(frozen=True)
class ClientOverview:
    plan: ClientPlan | None
    exception: CadenceException | None
    group: Group | None
    explanation: str
    upcoming: list[Appointment]
    past: list[Appointment]
    reminders: list[Reminder]

    @property
    def meetings_this_year(self) -> int:
        return self.plan.meetings_this_year if self.plan else 0


@requires(Permission.VIEW_CLIENTS)
def client_detail(request: FirmRequest, pk: int) -> HttpResponse:
    client = visible_client(request, pk)
    today = local_today(request.firm)
    overview = client_overview(client, by=request.membership, on=today, at=timezone.now())
    context = client_head(request, client, current="clients:client_detail") | {
        "overview": overview,
        "plan": overview.plan,
        "today": today,
        "may_enter": request.membership.can(Permission.ENTER_APPOINTMENTS),
        "may_handle": request.membership.can(Permission.HANDLE_REMINDERS),
        "may_except": request.membership.can(Permission.SET_CADENCE_EXCEPTION),
    }
    return page_or_partial(request, "overview/client.html", "overview/client.html", context)


def client_overview(client: Client, *, by: Membership, on: date, at: datetime) -> ClientOverview:
    """A constant number of statements, however many appointments there are; an exception or a group decides."""
    plan = queries.plan_of(client)
    exception = queries.exception_of(client, on=on) if plan and plan.exception_id else None
    group = Group.objects.filter(pk=plan.group_id).first() if plan and plan.group_id else None
    upcoming, past = _appointments(client, at=at)
    return ClientOverview(
        plan=plan,
        exception=exception,
        group=group,
        explanation=explain(client, plan, group=group.name if group else "", exception=exception),
        upcoming=upcoming,
        past=past,
        reminders=list(queries.showing_reminders(by, on=on).filter(client=client)),
    )


def _appointments(client: Client, *, at: datetime) -> tuple[list[Appointment], list[Appointment]]:
    """The next ones in order, and the last ones, latest first."""
    every = queries.appointments_of(client)
    to_come = every.filter(ends_at__gt=at).order_by("starts_at", "id")[:SHOWN]
    over = every.filter(ends_at__lte=at).order_by("-starts_at", "-id")[:SHOWN]
    found = sorted(to_come.union(over, all=True), key=lambda appointment: (appointment.starts_at, appointment.pk))
    for appointment in found:
        appointment.client = client
    upcoming = [appointment for appointment in found if appointment.ends_at > at]
    past = [appointment for appointment in reversed(found) if appointment.ends_at <= at]
    return upcoming, past
