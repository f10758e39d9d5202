"""The sums that rankings read are the ledger's, whatever was done and whenever the nights came (IFY-42, IFY-43)."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from crm import nightly, onboarding
from outcomes import services
from outcomes.enums import PointsKind
from outcomes.models import Fulfilment, PointsEntry, PointsTally
from outcomes.queries.leaderboard import Period, ranking
from outcomes.services.points import Correction, correct_points, undo_correction
from outcomes.services.tallies import enter_points, settle_tallies, verify_tallies
from scheduling.models import Appointment, AppointmentType
from scheduling.services import delete_appointment
from tenants.binding import use_firm
from tenants.enums import Role
from tenants.models import Firm, Membership
from tenants.services.firms import change_firm
from tests.cast import join
from tests.outcomes.making import CALL, INTERESTED, NOW, book, fulfil, make_client

ZONES = ["Europe/Rome", "Pacific/Apia", "America/Havana", "Asia/Kathmandu"]
STEPS = ["fulfil", "undo", "correct", "take back", "replace", "night", "killed night", "zone", "delete", "role", "wait"]
Sums = dict[int, tuple[int, int]]


def by_hand(first: date, last: date, zone: str) -> Sums:
    """From the lines of the ledger alone, each with its own local date."""
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for line in PointsEntry.objects.all():
        if first <= line.at.astimezone(ZoneInfo(zone)).date() <= last:
            found[line.member_id][0] += line.points
            found[line.member_id][1] += {"award": 1, "reversal": -1}.get(line.kind, 0)
    return {member: (points, items) for member, (points, items) in found.items() if points or items}


def ranked(firm: Firm, first: date, last: date, **asked: Any) -> Sums:
    places = ranking(Period(first=first, last=last), firm=firm, **asked)
    return {place.member.pk: (place.points, place.items) for place in places if place.points or place.items}


class World:
    """A firm in which two people record things at a clock of its own."""

    def __init__(self) -> None:
        self.firm = onboarding.create_firm(name="Any", slug="any")
        self.people = [join(self.firm, f"{name}@any.example", name, Role.ADMIN) for name in ("Ada", "Bea")]
        self.at = NOW

    def do(self, step: str, draw: st.DataObject) -> None:
        self.at += timedelta(minutes=7)
        getattr(self, step.replace(" ", "_"))(draw)

    def fulfil(self, draw: st.DataObject) -> None:
        by = draw.draw(st.sampled_from(self.people))
        offered = AppointmentType.objects.filter(name=CALL, active=True)
        if offered.exists():
            call = book(self.client(), CALL, by=by, starts_at=self.at - timedelta(hours=2))
            fulfil(call, INTERESTED, by=by, at=self.at)

    def client(self) -> Any:
        return make_client("Rossi", advisor=self.people[0])

    def undo(self, draw: st.DataObject) -> None:
        made = Fulfilment.objects.filter(undone_at__isnull=True).order_by("?").first()
        if made is not None:
            services.undo_fulfilment(made.appointment, by=self.people[0], at=self.at)

    def delete(self, draw: st.DataObject) -> None:
        """What was undone can be moved ahead and deleted; its lines stay in the ledger."""
        lines = PointsEntry.objects.count()
        made = Fulfilment.objects.filter(undone_at__isnull=False).first()
        if made is not None and made.appointment.state == "planned":
            starts_at = self.at + timedelta(days=9)
            change = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)}
            Appointment.objects.filter(pk=made.appointment_id).update(**change, taken_by=None)
            made.appointment.refresh_from_db()
            delete_appointment(made.appointment, by=self.people[0], at=self.at)
        assert PointsEntry.objects.count() == lines

    def correct(self, draw: st.DataObject) -> None:
        points = draw.draw(st.integers(-9, 9).filter(bool))
        kind = draw.draw(st.sampled_from([None, *AppointmentType.objects.all()]))
        member = draw.draw(st.sampled_from(self.people))
        correct_points(member, Correction(points=points, reason="r", type=kind), by=member, at=self.at)

    def take_back(self, draw: st.DataObject) -> None:
        taken = PointsEntry.objects.filter(reverses__isnull=False).values("reverses")
        standing = PointsEntry.objects.filter(kind=PointsKind.CORRECTION, reverses__isnull=True).exclude(pk__in=taken)
        if entry := standing.first():
            undo_correction(entry, by=self.people[1], at=self.at)

    def replace(self, draw: st.DataObject) -> None:
        old, new = draw.draw(st.permutations(list(AppointmentType.objects.filter(active=True))))[:2]
        if new.counts_for_cadence or not old.is_default_meeting:
            foreseen = services.replace(old, new, by=self.people[0])
            assert PointsTally._meta.verbose_name_plural not in [use.label for use in foreseen.uses]

    def night(self, draw: st.DataObject) -> None:
        settle_tallies()
        assert not PointsTally.objects.filter(settled=False).exists()

    def killed_night(self, draw: st.DataObject) -> None:
        with transaction.atomic():
            settle_tallies()
            transaction.set_rollback(True)

    def zone(self, draw: st.DataObject) -> None:
        change_firm(self.firm, by=self.people[0], time_zone=draw.draw(st.sampled_from(ZONES)))

    def role(self, draw: st.DataObject) -> None:
        changed = draw.draw(st.sampled_from(self.people))
        Membership.objects.filter(pk=changed.pk).update(role=draw.draw(st.sampled_from(["advisor", "read_only"])))

    def wait(self, draw: st.DataObject) -> None:
        self.at += timedelta(hours=draw.draw(st.integers(1, 60)))


class TestAnySequence(TestCase):
    @given(data=st.data(), steps=st.lists(st.sampled_from(STEPS), min_size=4, max_size=14))
    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def test_the_sums_are_the_ledgers_after_every_step(self, data, steps) -> None:  # type: ignore[no-untyped-def]
        world = World()
        with use_firm(world.firm):
            for step in ["fulfil", "correct", *steps]:
                world.do(step, data)
                days = [(NOW + timedelta(days=number)).date() for number in range(-2, (world.at - NOW).days + 3)]
                for first, last in [*zip(days, days, strict=True), (days[0], days[-1])]:
                    wanted = by_hand(first, last, world.firm.time_zone)
                    assert ranked(world.firm, first, last) == wanted
                for kind in AppointmentType.objects.all():
                    lines = PointsEntry.objects.filter(type=kind)
                    shown = ranked(world.firm, days[0], days[-1], type_id=kind.pk)
                    assert sum(points for points, _items in shown.values()) == sum(line.points for line in lines)
            assert verify_tallies() == 0


@pytest.mark.django_db
@pytest.mark.usefixtures("bound")
def test_a_year_is_read_from_a_row_for_each_day_operator_and_type(
    firm: Firm, alice: Membership, bob: Membership
) -> None:
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(20)]
    at = [datetime.combine(day, time(hour), ZoneInfo("Europe/Rome")) for day in days for hour in (0, 9, 23)]
    enter_points([PointsEntry(member=member, points=2, at=when) for member in (alice, bob) for when in at])
    settle_tallies()
    with CaptureQueriesContext(connection) as again:
        settle_tallies()
    assert PointsTally.objects.count() == 2 * len(days)
    assert len(again) == 2
    assert ranked(firm, days[3], days[5]) == dict.fromkeys((alice.pk, bob.pk), (18, 9))
    # A verification notices a sum that is not the ledger's, and mends it.
    PointsTally.objects.filter(member=bob).order_by("at").first().delete()  # type: ignore[union-attr]
    assert (verify_tallies(), verify_tallies()) == (1, 0)


@pytest.mark.django_db
def test_the_night_sums_what_was_recorded(firm: Firm, alice: Membership) -> None:
    with use_firm(firm):
        enter_points([PointsEntry(member=alice, points=n, at=NOW - timedelta(days=2, minutes=n)) for n in range(5)])
    run = nightly.run_now(firm.pk, NOW.date(), at=NOW)
    with use_firm(firm):
        assert run.state == "done"
        assert [(row.points, row.items, row.settled) for row in PointsTally.objects.all()] == [(10, 5, True)]
