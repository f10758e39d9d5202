"""The calls of a real bank's campaigns, recorded by the services' set-based twin, against a count over the file."""

import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Count

from clients.enums import Tone
from clients.models import Client, StatusChange
from outcomes import services
from outcomes.models import Fulfilment, PointsEntry
from outcomes.services import OutcomeDetails, RelationDetails
from scheduling.models import Appointment
from scheduling.services import NewAppointment, enter_appointments
from tenants.models import Firm, Membership
from tests.outcomes.making import CALL, INTERESTED, NOT_INTERESTED, outcome, type_named
from tests.scheduling.world import world_of
from tests.shared_data import shared_data

# One row in so many, over the whole two and a half years of the file.
STEP = 25
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
            if number % STEP:
                continue
            last = datetime(year, month, int(line["day"]), 15, tzinfo=UTC)
            row = Row()
            if line["poutcome"] in EARLIER and int(line["pdays"]) > 0:
                row.calls.append((last - timedelta(days=int(line["pdays"]), hours=5), EARLIER[line["poutcome"]]))
            attempts = int(line["campaign"]) - 1
            row.calls += [(last - timedelta(minutes=attempt), NO_ANSWER) for attempt in range(attempts, 0, -1)]
            row.calls.append((last, INTERESTED if line["y"] == "yes" else NOT_INTERESTED))
            yield row


def statuses_of(row: Row) -> list[str]:
    """The statuses that a client goes through, worked out by hand: one result, one status, no repetition."""
    taken: list[str] = []
    for _at, name in sorted(row.calls):
        status = {INTERESTED: "Pianificato", NOT_INTERESTED: "Perso"}.get(name)
        if status and (not taken or taken[-1] != status):
            taken.append(status)
    return taken


@pytest.mark.usefixtures("bound")
def test_statuses_points_and_edges_equal_a_count_over_the_file(firm: Firm, ada: Membership, bob: Membership) -> None:
    read, call = list(rows()), type_named(CALL)
    for name in (NO_ANSWER, OTHER):
        made = services.create_outcome(OutcomeDetails(name=name, colour=Tone.GRAY), by=ada)
        services.save_relation(call, made, RelationDetails(), by=ada)
    named = {name: outcome(name) for name in (INTERESTED, NOT_INTERESTED, NO_ANSWER, OTHER)}
    clients = world_of(firm).clients(len(read), advisor=ada)
    calls = [(pk, at, name) for pk, row in zip(clients, read, strict=True) for at, name in row.calls]
    entries = [
        NewAppointment(client_id=pk, type=call, starts_at=at, ends_at=at + timedelta(minutes=1), assignee=bob)
        for pk, at, _name in calls
    ]

    booked = enter_appointments(entries, by=ada, at=NOW)
    recordings = [
        services.Recording(appointment=appointment, outcome=named[name], by=bob, at=at)
        for appointment, (_pk, at, name) in zip(booked, calls, strict=True)
    ]
    services.enter_fulfilments(recordings, at=NOW)

    print(f"clients of the file: {len(read)}, calls: {len(calls)}")  # noqa: T201 - how much was really loaded
    assert len(read) > 1_500
    by_outcome = Counter(name for _pk, _at, name in calls)
    counted = Fulfilment.objects.values_list("outcome__name").annotate(n=Count("pk")).order_by()
    assert dict(counted) == dict(by_outcome)
    last = Client.objects.filter(pk__in=clients).values_list("status__name").annotate(n=Count("pk")).order_by()
    assert dict(last) == dict(Counter(statuses_of(row)[-1] for row in read))
    assert StatusChange.objects.count() == sum(len(statuses_of(row)) for row in read)
    assert sum(PointsEntry.objects.values_list("points", flat=True)) == by_outcome[INTERESTED]
    assert PointsEntry.objects.count() == len(calls)
    assert Appointment.objects.filter(origin="follow_up").count() == by_outcome[INTERESTED]
