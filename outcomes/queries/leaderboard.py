"""The ranking of operators by points (IFY-43), down to single items (IFY-42)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from outcomes.enums import PointsKind
from outcomes.models import PointsEntry, PointsTally
from tenants.enums import Role
from tenants.models import Firm, Membership


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Local dates, both included."""

    first: date
    last: date

    def bounds(self, firm: Firm) -> tuple[datetime, datetime]:
        """The moments from which and before which, on the firm's clock."""
        zone = ZoneInfo(firm.time_zone)
        return (
            datetime.combine(self.first, time(), zone),
            datetime.combine(self.last + timedelta(days=1), time(), zone),
        )


def week_of(day: date) -> Period:
    """The ISO week of a date: Monday to Sunday."""
    monday = day - timedelta(days=day.isoweekday() - 1)
    return Period(first=monday, last=monday + timedelta(days=6))


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the ranking; equal points share a rank and leave the following ones out."""

    rank: int
    member: Membership
    points: int
    items: int


def ranking(
    period: Period,
    *,
    firm: Firm,
    type_id: int | None = None,
    role: str = "",
    only: Collection[int] | None = None,
) -> list[Place]:
    """Every operator with his points in the period, the most first; those with none as well (O-26).

    One aggregate over the tallies, which an index holds whole, and one list of people. Items are recorded actions that
    were not undone.
    """
    start, end = period.bounds(firm)
    tallies = PointsTally.objects.filter(at__gte=start, at__lt=end)
    if type_id is not None:
        tallies = tallies.filter(type_id=type_id)
    if only is not None:
        tallies = tallies.filter(member_id__in=only)
    counted = tallies.order_by().values("member_id").annotate(total=Sum("points"), counted=Sum("items"))
    scored = {row["member_id"]: (int(row["total"]), row["counted"]) for row in counted}
    return _ranked(_operators(scored, role=role, only=only), scored)


def entries_of(member: Membership, period: Period, *, firm: Firm, type_id: int | None = None) -> QuerySet[PointsEntry]:
    """The single items behind a total, latest first."""
    start, end = period.bounds(firm)
    entries: QuerySet[PointsEntry] = PointsEntry.objects.filter(member=member, at__gte=start, at__lt=end)
    if type_id is not None:
        entries = entries.filter(type_id=type_id)
    related = entries.select_related("type", "fulfilment__client", "fulfilment__outcome", "by")
    return related.annotate(is_reversed=_is_reversed()).order_by("-at", "-pk")


def points_entries() -> QuerySet[PointsEntry]:
    entries: QuerySet[PointsEntry] = PointsEntry.objects.order_by("-at", "-pk")
    return entries


def corrections() -> QuerySet[PointsEntry]:
    """What was entered by hand, and what took it back."""
    return points_entries().filter(kind=PointsKind.CORRECTION)


def _is_reversed() -> Exists:
    """Of a correction: whether it was taken back."""
    return Exists(PointsEntry.objects.filter(firm_id=OuterRef("firm_id"), reverses=OuterRef("pk")))


def total_of(member: Membership, period: Period, *, firm: Firm, type_id: int | None = None) -> int:
    start, end = period.bounds(firm)
    entries = PointsEntry.objects.filter(member=member, at__gte=start, at__lt=end)
    if type_id is not None:
        entries = entries.filter(type_id=type_id)
    total: int = entries.aggregate(total=Coalesce(Sum("points"), 0))["total"]
    return total


def _operators(scored: Iterable[int], *, role: str, only: Collection[int] | None) -> list[Membership]:
    """Active people who record outcomes, and whoever has points though he has left."""
    recording = Q(is_active=True) & ~Q(role=Role.READ_ONLY)
    people = Membership.objects.filter(recording | Q(pk__in=list(scored)))
    if role:
        people = people.filter(role=role)
    if only is not None:
        people = people.filter(pk__in=only)
    return list(people.order_by("name", "pk"))


def _ranked(people: list[Membership], scored: dict[int, tuple[int, int]]) -> list[Place]:
    rows = [(*scored.get(person.pk, (0, 0)), person) for person in people]
    rows.sort(key=lambda row: -row[0])
    places: list[Place] = []
    for number, (points, items, person) in enumerate(rows, start=1):
        rank = places[-1].rank if places and places[-1].points == points else number
        places.append(Place(rank, person, points, items))
    return places
