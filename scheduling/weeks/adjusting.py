"""Whether meetings may lie where somebody has put them: hours, calendar, cadence; and a proposal that is adjusted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from scheduling.hours import fits
from scheduling.weeks.planning import Outlook, due_clients
from scheduling.weeks.proposals import Proposal, Visit, adjusted
from tenants.models import Membership


@dataclass(frozen=True, slots=True)
class Choice:
    """A client and when he is to be met: as proposed, or as it was adjusted."""

    client_id: int
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Placed:
    """The same in the member's days and minutes, as long as his meetings are."""

    client_id: int
    on: date
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Rules:
    """What a plan may not violate: the days as they are, and up to when each client may be met."""

    seen: Outlook
    latest: Mapping[int, date]

    def refusals(self, placed: Sequence[Placed]) -> dict[int, ValidationError]:
        """By client; of two who want the same hour it is the later of the sequence."""
        return dict([*self._refusals(placed), *self._too_many(placed)])

    def _refusals(self, placed: Sequence[Placed]) -> Iterator[tuple[int, ValidationError]]:
        taken: dict[date, list[tuple[int, int]]] = {}
        known: set[int] = set()
        seen = self.seen
        working = set(seen.worker.free.working(seen.start, seen.end))
        for one in placed:
            own = taken.setdefault(one.on, [])
            if one.client_id not in self.latest or one.client_id in known:
                yield one.client_id, ValidationError(_("This client is not due any more."), code="not_due")
            elif one.on not in working or not fits(seen.worker.week.on(one.on), one.start, one.end):
                yield one.client_id, ValidationError(_("Outside the working hours."), code="outside_hours")
            elif not seen.is_free(one.on, one.start, one.end) or any(s < one.end and one.start < e for s, e in own):
                yield one.client_id, ValidationError(_("The calendar has something else there."), code="conflict")
            elif one.on > self.latest[one.client_id]:
                yield one.client_id, ValidationError(_("This is after his date."), code="after_due")
            own.append((one.start, one.end))
            known.add(one.client_id)

    def _too_many(self, placed: Sequence[Placed]) -> Iterator[tuple[int, ValidationError]]:
        most = self.seen.worker.week.most_a_day
        by_day: dict[date, list[Placed]] = {}
        for one in placed:
            by_day.setdefault(one.on, []).append(one)
        for day, own in by_day.items():
            if most is not None and len(own) + len(self.seen.taken.get(day, [])) > most:
                yield own[-1].client_id, ValidationError(_("More meetings than this day may hold."), code="too_many")


def rules(member: Membership, seen: Outlook, proposal: Proposal, *, by: Membership) -> Rules:
    """A client may be met up to his date, or up to the first day that has room for him."""
    due = dict(due_clients(member, by=by, until=seen.end).values_list("client_id", "due_on"))
    proposed = {visit.client_id: visit.on for visit in proposal.visits}
    latest = {pk: max(due_on, proposed.get(pk, due_on)) for pk, due_on in due.items() if due_on is not None}
    return Rules(seen, latest)


def placed(client_id: int, starts_at: datetime, seen: Outlook) -> Placed:
    local = starts_at.astimezone(ZoneInfo(seen.firm.time_zone))
    start = local.hour * 60 + local.minute
    return Placed(client_id, local.date(), start, start + seen.worker.week.meeting_minutes)


def adjust(
    proposal: Proposal, held_to: Rules, before: Mapping[int, datetime], wished: Mapping[int, datetime]
) -> tuple[Proposal, dict[int, ValidationError]]:
    """The proposal with what was wished as far as it may be; who may not go where he was put stays where he was.

    ``before``: where the meetings were that had been moved already. All wishes are tried at once, so that two clients
    can change places; who is refused takes his old place again, and whoever wanted that one is refused as well.
    """
    seen, own = held_to.seen, {visit.client_id: visit for visit in proposal.visits}
    places = {pk: Placed(pk, visit.on, *visit.span) for pk, visit in own.items()}
    places |= {pk: placed(pk, moment, seen) for pk, moment in before.items() if pk in own}
    asked = {pk: placed(pk, moment, seen) for pk, moment in wished.items() if pk in own}
    refused: dict[int, ValidationError] = {}
    while True:
        left = [place for pk, place in asked.items() if pk not in refused]
        resting = [place for pk, place in places.items() if pk not in asked or pk in refused]
        found = held_to.refusals([*resting, *left])
        new = {place.client_id: found[place.client_id] for place in left if place.client_id in found}
        if not new:
            break
        refused |= new
    places |= {place.client_id: place for place in left}
    visits = [_moved(visit, places[visit.client_id]) for visit in proposal.visits]
    return adjusted(proposal, sorted(visits, key=lambda visit: (visit.on, visit.span)), seen.days()), refused


def _moved(visit: Visit, place: Placed) -> Visit:
    return Visit(visit.client_id, visit.due_on, place.on, (place.start, place.end), visit.place)
