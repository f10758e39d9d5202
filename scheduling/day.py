"""The day of one person, for the phone: whom he meets and where, what happened since, who is due near there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Max, QuerySet

from clients import places_on_earth
from clients.models import Address, Client, Phone
from clients.queries import visible_clients
from clients.timeline.sources import Event, Source, sources
from scheduling import queries
from scheduling.models import Appointment, ClientPlan
from tenants.binding import bound_firm
from tenants.models import Membership

NEAR_KM = 10.0
NEAR_DAYS = timedelta(days=30)
# Of each client so many things that happened, and so many who are near him.
MOST_SINCE, MOST_NEAR = 5, 3
# Of each kind of event no more rows are looked at than this, whatever a client's history.
MOST_ROWS = 200
# Who was never met: what happened in the last months.
USUAL_PAST = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Somebody who is due, near a client whom one meets today."""

    client: Client
    due_on: date
    km: float


@dataclass(frozen=True, slots=True)
class Meeting:
    appointment: Appointment
    plan: ClientPlan | None
    address: Address | None
    phones: Sequence[str]
    # The day of the last meeting before this one.
    last_on: date | None = None
    since: Sequence[Event] = field(default_factory=list)
    near: Sequence[Neighbour] = field(default_factory=list)


def day_of(member: Membership, on: date, *, at: datetime) -> list[Meeting]:
    """His meetings of a day; as many statements for one meeting as for ten."""
    zone = ZoneInfo(bound_firm().time_zone)
    start = datetime.combine(on, time(), zone)
    end = datetime.combine(on + timedelta(days=1), time(), zone)
    appointments = list(queries.agenda(member, start, end))
    ids = {one.client_id for one in appointments}
    plans = {plan.client_id: plan for plan in ClientPlan.objects.filter(client_id__in=ids)}
    addresses = {address.client_id: address for address in Address.objects.filter(client_id__in=ids, position=1)}
    phones = _phones(ids)
    last = _last_met(ids, min(start, at), zone)
    since = _since({pk: _news_from(last.get(pk), start, zone) for pk in ids}, but=appointments, at=min(at, end))
    near = _near(addresses, ids, member, on)
    return [
        Meeting(
            one,
            plans.get(one.client_id),
            addresses.get(one.client_id),
            phones.get(one.client_id, []),
            last.get(one.client_id),
            since.get(one.client_id, []),
            near.get(one.client_id, []),
        )
        for one in appointments
    ]


def _last_met(ids: Collection[int], before: datetime, zone: ZoneInfo) -> dict[int, date]:
    """The last meeting of each before this day: his plan tells of that of today once its hour has come."""
    met = Appointment.objects.filter(client_id__in=ids, counts=True, starts_at__lt=before).order_by()
    rows = met.values_list("client_id").annotate(last=Max("starts_at"))
    return {client_id: last.astimezone(zone).date() for client_id, last in rows}


def _news_from(last_on: date | None, start: datetime, zone: ZoneInfo) -> datetime:
    """The end of the day of the last meeting."""
    if last_on is None:
        return start - USUAL_PAST
    return datetime.combine(last_on + timedelta(days=1), time(), zone)


def _phones(ids: Collection[int]) -> dict[int, list[str]]:
    phones: dict[int, list[str]] = {}
    rows = Phone.objects.filter(client_id__in=ids).order_by("position")
    for client_id, number in rows.values_list("client_id", "number"):
        phones.setdefault(client_id, []).append(number)
    return phones


def _since(last: Mapping[int, datetime], *, but: Sequence[Appointment], at: datetime) -> dict[int, list[Event]]:
    """What each client's time line tells since then, these meetings apart: two statements for each kind of event."""
    if not last:
        return {}
    own_ids = {one.pk for one in but}
    told = (event for source in sources().values() for event in _of_source(source, last, at))
    found = [event for event in told if event.kind != "appointment" or event.id not in own_ids]
    since: dict[int, list[Event]] = {}
    for event in sorted(found, key=lambda event: event.at, reverse=True):
        own = since.setdefault(event.client_id, [])
        if len(own) < MOST_SINCE:
            own.append(event)
    return since


def _of_source(source: Source, last: Mapping[int, datetime], at: datetime) -> Iterable[Event]:
    first = min(last.values())
    bounds = (first.date(), at.date()) if source.by_day else (first, at)
    rows: QuerySet[Appointment] = source.rows()
    rows = rows.filter(**{f"{source.at}__gte": bounds[0], f"{source.at}__lte": bounds[1]}, client_id__in=last)
    ids = list(rows.order_by(f"-{source.at}", "-pk").values_list("pk", flat=True)[:MOST_ROWS])
    events = source.tell(ids) if ids else []
    return [event for event in events if event.client_id in last and last[event.client_id] <= event.at <= at]


def _near(
    addresses: Mapping[int, Address], ids: Collection[int], member: Membership, on: date
) -> dict[int, list[Neighbour]]:
    """Those of his clients who are due soon and live near somebody whom he meets: one statement for all."""
    places = {pk: (one.latitude, one.longitude) for pk, one in addresses.items() if one.latitude is not None}
    if not places:
        return {}
    boxes = [places_on_earth.box(*place, NEAR_KM) for place in places.values()]
    south, north = min(box[0] for box in boxes), max(box[1] for box in boxes)
    west, east = min(box[2] for box in boxes), max(box[3] for box in boxes)
    due = ClientPlan.objects.filter(due_on__lte=on + NEAR_DAYS, next_meeting_at__isnull=True)
    mine = visible_clients(member).filter(advisor=member).exclude(pk__in=ids)
    rows = Address.objects.filter(
        position=1,
        latitude__gte=south,
        latitude__lte=north,
        longitude__gte=west,
        longitude__lte=east,
        client__in=mine.filter(pk__in=due.values("client_id")).order_by().values("pk"),
    ).select_related("client__plan")[:MOST_ROWS]
    candidates = [(row, (row.latitude, row.longitude)) for row in rows]
    return {pk: _nearest(place, candidates) for pk, place in places.items()}


def _nearest(
    place: tuple[Decimal, Decimal], candidates: Iterable[tuple[Address, tuple[Decimal, Decimal]]]
) -> list[Neighbour]:
    found = [
        Neighbour(row.client, row.client.plan.due_on, round(places_on_earth.kilometres(place, where), 1))
        for row, where in candidates
    ]
    return sorted((one for one in found if one.km <= NEAR_KM), key=lambda one: (one.km, one.due_on))[:MOST_NEAR]
