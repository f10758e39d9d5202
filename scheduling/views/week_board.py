"""A proposal for some weeks as the page shows it: its days, who is met on each, and which hours are free beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from clients import remarks
from clients.models import Client
from scheduling.forms.weeks import MINUTES, moments_of
from scheduling.hours import free_of
from scheduling.weeks.planning import Outlook, named, propose_weeks
from scheduling.weeks.proposals import Proposal, Visit
from tenants.models import Membership
from tenants.requests import FirmRequest
from web import formatting


@dataclass(slots=True)
class Row:
    """One meeting: where it is, and where it was before somebody wrote another hour into the form."""

    client: Client
    visit: Visit
    at: datetime
    value: str
    ticked: bool
    error: str = ""

    @property
    def was(self) -> str:
        return self.at.strftime(MINUTES)


class Board:
    """``found``: a proposal that was adjusted; without it a new one is made."""

    def __init__(
        self, request: FirmRequest, asked: tuple[Membership, int], found: tuple[Outlook, Proposal] | None = None
    ) -> None:
        self.request = request
        self.member, self.weeks = asked
        self.seen, self.proposal = found or propose_weeks(
            self.member, weeks=self.weeks, by=request.membership, at=timezone.now()
        )
        clients = named(visit.client_id for visit in self.proposal.visits)
        remarks.read(clients.values())
        sent = request.method == "POST"
        ticked = set(request.POST.getlist("client"))
        self.rows: dict[int, Row] = {}
        for visit in self.proposal.visits:
            at = self.seen.moment(visit.on, visit.span[0])
            is_ticked = not sent or str(visit.client_id) in ticked
            self.rows[visit.client_id] = Row(clients[visit.client_id], visit, at, at.strftime(MINUTES), is_ticked)
        self.errors: dict[int, str] = {}

    def keep_sent(self) -> None:
        """What was written stays as it was written, on the day that it says."""
        moments, unread = moments_of(self.request.POST, self.request.firm.time_zone, prefix="at.")
        before, _none = moments_of(self.request.POST, self.request.firm.time_zone, prefix="was.")
        for pk, row in self.rows.items():
            row.at = before.get(pk, row.at)
            row.value = unread.get(pk) or moments.get(pk, row.at).strftime(MINUTES)

    def refuse(self, errors: Mapping[int, str]) -> None:
        """By client; 0 for what concerns no client."""
        self.errors |= errors
        for pk, error in errors.items():
            if pk in self.rows:
                self.rows[pk].error = error

    def told(self, pk: int) -> dict[str, str]:
        row = self.rows[pk]
        return {"client": row.client.name, "moment": formatting.moment(row.at), "why": row.error}

    def context(self) -> dict[str, Any]:
        return {
            "member": self.member,
            "weeks": self.weeks,
            "days": self._days() if self.rows else [],
            "quality": self.proposal.quality,
            "without_room": list(named(self.proposal.without_room).values()),
            "general": self.errors.get(0, ""),
            "moved": self.request.POST.get("moved", ""),
        }

    def _days(self) -> list[dict[str, Any]]:
        """Every day on which somebody is met or could be."""
        by_day: dict[date, list[Row]] = {day.on: [] for day in self.seen.days()}
        for row in sorted(self.rows.values(), key=lambda row: row.at):
            by_day.setdefault(row.at.date(), []).append(row)
        return [
            {"on": day, "rows": rows, "free": [self.seen.moment(day, start) for start in self._free(day, rows)]}
            for day, rows in sorted(by_day.items())
        ]

    def _free(self, day: date, rows: list[Row]) -> list[int]:
        """The hours at which one more could begin."""
        week, length = self.seen.worker.week, self.seen.worker.week.meeting_minutes
        mine = [(row.at.hour * 60 + row.at.minute, row.at.hour * 60 + row.at.minute + length) for row in rows]
        taken = [*self.seen.taken.get(day, []), *mine]
        if week.most_a_day is not None and len(taken) >= week.most_a_day:
            return []
        spans = free_of(week.on(day), taken)
        return [start for first, last in spans for start in range(first, last - length + 1, length)]
