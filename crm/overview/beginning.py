"""What a new firm does first; shown until it is done."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from groups.models import Group
from scheduling.models import Appointment
from tenants.models import Firm


@dataclass(frozen=True, slots=True)
class Step:
    title: str | Promise
    text: str | Promise
    view: str
    address: str
    is_done: bool


STEPS = (
    (
        _("Enter your clients"),
        _("One by one, or many at once from a file."),
        "clients:client_list",
    ),
    (
        _("Divide them into groups"),
        _("For instance by RFA: above 500,000 €, below 100,000 €, and between."),
        "groups:group_list",
    ),
    (
        _("Say how often each group is to be met"),
        _("From 1 to 52 meetings a year; the dates follow every night."),
        "scheduling:planning",
    ),
    (
        _("Put past meetings into the Calendar"),
        _("A date needs at least one previous appointment to count from."),
        "scheduling:calendar",
    ),
)


def first_steps(firm: Firm) -> list[Step]:
    """Empty when all are done. Each question is the existence of one row."""
    done = (
        Client.objects.exists(),
        Group.objects.exists(),
        Group.objects.filter(yearly_meetings__isnull=False).exists(),
        Appointment.objects.exists(),
    )
    if all(done):
        return []
    return [
        Step(title, text, view, _address(firm, view), is_done)
        for (title, text, view), is_done in zip(STEPS, done, strict=True)
    ]


def _address(firm: Firm, view: str) -> str:
    try:
        return reverse(view, kwargs={"firm_slug": firm.slug})
    except NoReverseMatch:
        return ""
