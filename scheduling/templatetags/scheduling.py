"""How dates of the cadence are told: in days before or after today."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django import template
from django.template.context import Context
from django.urls import reverse

from clients.models import Client
from scheduling.calendars.connecting import note_of
from scheduling.held import held_of as words_of_held
from scheduling.models import ClientPlan, OutsideEvent, Reminder
from scheduling.placeholders import filled
from scheduling.services import reason

register = template.Library()


@register.filter
def days_since(day: date | None, today: date) -> int:
    """How many days ago it was; 0 for today and for what is to come."""
    return max((today - day).days, 0) if day else 0


@register.filter
def days_until(day: date | None, today: date) -> int:
    return max((day - today).days, 0) if day else 0


@register.filter
def held_of(plan: ClientPlan | None) -> str:
    """``2 of 4 this year``"""
    return words_of_held(plan or None)


@register.simple_tag
def notice(reminder: Reminder, today: date) -> str:
    """The words of the check, with the days that remain today."""
    return filled(reminder.check_rule.text, due_on=reminder.due_on, today=today, client=reminder.client.name)


@register.filter
def why_refused(code: str) -> str:
    """Why an event of an imported file was left out."""
    return reason(code)


@register.filter
def outside_note(event: OutsideEvent) -> str:
    """What happened with an event in a calendar outside."""
    return note_of(event)


@register.simple_tag(takes_context=True)
def plan_url(context: Context, client: Client, due_on: date | None = None, origin: str = "") -> str:
    """The page of a new appointment with this client, the date proposed from his due date; then back here (REL-42)."""
    request = context["request"]
    known = {"client": client.pk, "due": due_on, "origin": origin, "next": request.get_full_path()}
    query = urlencode({name: value for name, value in known.items() if value})
    return f"{reverse('scheduling:appointment_create', kwargs={'firm_slug': request.firm.slug})}?{query}"
