"""The calls of a real bank's campaigns, recorded by the services' set-based twin, against a count over the file."""

import csv
import gzip
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import Count, Sum

from clients.enums import Tone
from clients.models import Client, StatusChange
from outcomes import services
from outcomes.models import Fulfilment, Outcome, PointsEntry
from outcomes.queries.graph import Traffic, traffic
from outcomes.queries.leaderboard import Period
from outcomes.services import OutcomeDetails, RelationDetails
from scheduling.models import Appointment, AppointmentType
from scheduling.services import NewAppointment, enter_appointments
from tenants.models import Firm, Membership
from tests.outcomes.making import CALL, INTERESTED, NOT_INTERESTED, outcome, type_named
from tests.scheduling.world import world_of
from tests.shared_data import shared_data

# Every row's call and earlier campaign is entered; its unanswered attempts, 80,000 in all, of one row in so many.
ATTEMPTS_OF_ONE_IN = int(os.environ.get("BANK_ATTEMPTS_OF_ONE_IN", "20"))
# Clients whose calls are entered at once, as an import would.
PORTION = 5_000
NO_ANSWER, OTHER = "Non risponde", "Altro"
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
EARLIER = {"success": INTERESTED, "failure": NOT_INTERESTED, "other": OTHER}
NOW = datetime(2011, 1, 10, 12, tzinfo=UTC)


@dataclass
class Row:
    """A client of the file: his calls in their order, each with its outcome."""

    calls: list[tuple[datetime, str]] = field(default_factory=list)


def rows() -> Iterator[Row]:
    """An earlier campaign's result, the attempts of this one, and how it ended; the year follows from the order."""
    year, before = 2008, 5
    with gzip.open(shared_data("bank_marketing", "bank-full.csv.gz"), "rt", encoding="ascii", newline="") as file:
        for number, line in enumerate(csv.DictReader(file, delimiter=";")):
            month = MONTHS.index(line["month"]) + 1
            year, before = year + (month < before), month
            last = datetime(year, month, int(line["day"]), 15, tzinfo=UTC)
            row = Row()
            if line["poutcome"] in EARLIER and int(line["pdays"]) > 0:
                row.calls.append((last - timedelta(days=int(line["pdays"]), hours=5), EARLIER[line["poutcome"]]))
            attempts = 0 if number % ATTEMPTS_OF_ONE_IN else int(line["campaign"]) - 1
            row.calls += [(last - timedelta(minutes=attempt), NO_ANSWER) for attempt in range(attempts, 0, -1)]
            row.calls.append((last, INTERESTED if line["y"] == "yes" else NOT_INTERESTED))
            yield row


STATUSES = {INTERESTED: "Pianificato", NOT_INTERESTED: "Perso"}


def moves_of(row: Row) -> list[str]:
    """The outcomes of a client's calls that change his status, worked out by hand: the same status is no change."""
    moving: list[str] = []
    for _at, name in sorted(row.calls):
        if name in STATUSES and (not moving or moving[-1] != name):
            moving.append(name)
    return moving


@dataclass(frozen=True)
class Campaign:
    """The type of the calls, and the four ways in which one ends."""

    call: AppointmentType
    outcomes: dict[str, Outcome]


def campaign(ada: Membership) -> Campaign:
    call = type_named(CALL)
    for name in (NO_ANSWER, OTHER):
        made = services.create_outcome(OutcomeDetails(name=name, colour=Tone.GRAY), by=ada)
        services.save_relation(call, made, RelationDetails(), by=ada)
    return Campaign(call, {name: outcome(name) for name in (INTERESTED, NOT_INTERESTED, NO_ANSWER, OTHER)})


def enter(clients: list[int], read: list[Row], how: Campaign, *, by: Membership) -> int:
    """The calls of these clients, booked and recorded; how many."""
    calls = [(pk, at, name) for pk, row in zip(clients, read, strict=True) for at, name in row.calls]
    entries = [
        NewAppointment(client_id=pk, type=how.call, starts_at=at, ends_at=at + timedelta(minutes=1), assignee=by)
        for pk, at, _name in calls
    ]
    booked = enter_appointments(entries, by=by, at=NOW)
    recordings = [
        services.Recording(appointment=appointment, outcome=how.outcomes[name], by=by, at=at)
        for appointment, (_pk, at, name) in zip(booked, calls, strict=True)
    ]
    return len(services.enter_fulfilments(recordings, at=NOW))


@pytest.mark.usefixtures("bound")
def test_statuses_points_and_edges_equal_a_count_over_the_file(firm: Firm, ada: Membership, bob: Membership) -> None:
    read, how = list(rows()), campaign(ada)
    clients = world_of(firm).clients(len(read), advisor=ada)

    entered = sum(
        enter(clients[begin : begin + PORTION], read[begin : begin + PORTION], how, by=bob)
        for begin in range(0, len(read), PORTION)
    )

    print(f"clients of the file: {len(read)}, calls: {entered}")  # noqa: T201 - how much was really loaded
    assert len(read) == 45_211
    by_outcome = Counter(name for row in read for _at, name in row.calls)
    assert entered == by_outcome.total()
    counted = Fulfilment.objects.values_list("outcome__name").annotate(n=Count("pk")).order_by()
    assert dict(counted) == dict(by_outcome)
    last = Client.objects.filter(pk__in=clients).values_list("status__name").annotate(n=Count("pk")).order_by()
    assert dict(last) == dict(Counter(STATUSES[moves_of(row)[-1]] for row in read))
    moving = Counter(name for row in read for name in moves_of(row))
    assert StatusChange.objects.count() == moving.total()
    points = PointsEntry.objects.aggregate(total=Sum("points"), lines=Count("pk"))
    assert points == {"total": by_outcome[INTERESTED], "lines": entered}
    assert Appointment.objects.filter(origin="follow_up").count() == by_outcome[INTERESTED]
    # What the editor shows on each edge: how often, its share of the type, changes of status, next appointments.
    happened = traffic(Period(first=date(2000, 1, 1), last=date(2011, 1, 10)), firm=firm)
    assert {pair[1]: edge for pair, edge in happened.items()} == {
        made.pk: Traffic(
            count=by_outcome[name],
            share=by_outcome[name] / entered,
            moved=moving[name],
            follow_ups=by_outcome[name] if name == INTERESTED else 0,
            followed=0,
        )
        for name, made in how.outcomes.items()
    }
    # Of the calls of one month alone.
    may = Counter(name for row in read for at, name in row.calls if (at.year, at.month) == (2009, 5))
    month = traffic(Period(first=date(2009, 5, 1), last=date(2009, 5, 31)), firm=firm)
    assert {pair[1]: edge.count for pair, edge in month.items()} == {
        how.outcomes[name].pk: n for name, n in may.items()
    }
