"""Whom a macro would meet with, and how its runs are read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from clients.models import Client
from groups.filtering import search_condition
from scheduling.enums import AppointmentState
from scheduling.models import Macro, MacroItem, MacroRun
from scheduling.recipients import with_recipient

RUNS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """Of the clients whom the search finds: how many are met with, and how many are left out for what."""

    found: int
    left_open: int
    left_period: int
    left_pause: int

    @property
    def made(self) -> int:
        return self.found - self.left_open - self.left_period - self.left_pause


@dataclass(frozen=True, slots=True)
class Meeting:
    """One appointment that a run would make: with whom, for whom (None: everybody), to whom that fell back."""

    client: Client
    recipient_id: int | None
    note: str


def macros() -> QuerySet[Macro]:
    """By name, each with its last run."""
    latest = MacroRun.objects.order_by("-at", "-pk")
    found: QuerySet[Macro] = Macro.objects.select_related("search", "type", "operator", "owner").order_by("name", "pk")
    return found.prefetch_related(Prefetch("runs", queryset=latest))


def runs_of(macro: Macro) -> QuerySet[MacroRun]:
    runs: QuerySet[MacroRun] = MacroRun.objects.filter(macro=macro).select_related("by", "undone_by")
    return runs.order_by("-at", "-pk")


def all_runs() -> QuerySet[MacroRun]:
    runs: QuerySet[MacroRun] = MacroRun.objects.select_related("macro")
    return runs


def period_of(macro: Macro, *, on: date) -> date:
    """The period that a run on this date stands for: that of the latest occurrence, or the date itself."""
    return macro.schedule.latest(on) or on


def is_due(macro: Macro, *, on: date) -> date | None:
    """The occurrence that the night of this date has to run, unless it was before the macro was switched on."""
    occurrence = macro.schedule.latest(on)
    return occurrence if occurrence is not None and occurrence >= macro.runs_since else None


def clients_found(macro: Macro, *, on: date, period: date) -> Any:
    """The clients of the search, each with why he is left out. Raises FilterInvalid.

    One with an open appointment of this macro is left out (O-20), one who got one in this period, or within the pause.
    """
    own = MacroItem.objects.filter(run__macro=macro, appointment__client=OuterRef("pk"))
    since = on - timedelta(days=macro.pause_days)
    recent = own.filter(run__period__gt=since) if macro.pause_days else own.none()
    found = Client.objects.filter(search_condition(macro.search, today=on))
    return found.annotate(
        is_open=Exists(own.filter(appointment__state=AppointmentState.PLANNED)),
        had_period=Exists(own.filter(run__period=period)),
        in_pause=Exists(recent),
    )


def clients_chosen(macro: Macro, *, on: date, period: date) -> Any:
    """Those who get an appointment, each with ``recipient_id`` and ``recipient_note``. Raises FilterInvalid."""
    chosen = clients_found(macro, on=on, period=period).filter(is_open=False, had_period=False, in_pause=False)
    return with_recipient(chosen, macro.recipient, operator_id=macro.operator_id, me_id=macro.owner_id)


def described(clients: Iterable[Any]) -> list[Meeting]:
    """Of ``clients_chosen``: each with the id of whom the appointment is for."""
    return [Meeting(client, client.recipient_id, client.recipient_note) for client in clients]


def choice_of(macro: Macro, *, on: date, period: date) -> Choice:
    """The counts, in one statement. Raises FilterInvalid."""
    is_open, had_period = Q(is_open=True), Q(is_open=False, had_period=True)
    in_pause = Q(is_open=False, had_period=False, in_pause=True)
    counted = clients_found(macro, on=on, period=period).aggregate(
        found=Count("pk"),
        left_open=Count("pk", filter=is_open),
        left_period=Count("pk", filter=had_period),
        left_pause=Count("pk", filter=in_pause),
    )
    return Choice(**counted)


def last_made(macro: Macro) -> int | None:
    """How many the last run made that was carried out."""
    run = MacroRun.objects.filter(macro=macro, state="done").order_by("-at", "-pk").first()
    return run.made if run else None
