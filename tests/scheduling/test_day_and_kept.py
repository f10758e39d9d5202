"""The day on the phone, and how well the cadences are kept."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients.models import Address, Client, Note, Phone
from scheduling import cadence, planning, services
from scheduling.day import day_of
from scheduling.kept import cadence_kept, month_ends, slipped
from scheduling.models import Appointment, ClientPlan
from tenants.binding import local_today, use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.scheduling.making import book, make_client
from tests.scheduling.world import at, world_of

TODAY = date(2026, 3, 10)
NOON = at(TODAY, 12)


def locate(client: int, north: float) -> None:
    Address.objects.create(
        client_id=client,
        position=1,
        city="Milano",
        street="Via Dante 1",
        latitude=Decimal(str(north)),
        longitude=Decimal(9),
    )


def test_a_day_tells_where_what_changed_and_who_is_due_nearby(bound: Firm, alice: Membership) -> None:
    world = world_of(bound)
    own = world.clients(3, advisor=alice)
    world.group(4, own)
    world.meetings(own, NOON - timedelta(days=100))
    met, near, far = own
    [planned] = world.meetings([met], at(TODAY, 15), "planned")
    Appointment.objects.filter(pk=planned.pk).update(assignee=alice)
    for pk, north in ((met, 45.40), (near, 45.42), (far, 46.9)):
        locate(pk, north)
    Phone.objects.create(client_id=met, position=1, number="+390212345678")
    Note.objects.create(client_id=met, text="Ha venduto casa", at=NOON - timedelta(days=3), created_by=alice)
    Note.objects.create(client_id=met, text="Vecchia", at=NOON - timedelta(days=300), created_by=alice)
    planning.recompute_firm(bound, at=NOON)

    [meeting] = day_of(alice, TODAY, at=NOON)
    assert meeting.phones == ["+390212345678"]
    assert [event.kind for event in meeting.since] == ["note"]
    assert [(one.client.pk, one.km) for one in meeting.near] == [(near, pytest.approx(2.2, abs=0.1))]
    assert day_of(alice, TODAY + timedelta(days=1), at=NOON) == []


def test_once_its_hour_has_come_a_meeting_still_tells_what_happened_since_the_one_before(
    bound: Firm, alice: Membership
) -> None:
    world = world_of(bound)
    [client] = world.clients(1, advisor=alice)
    world.meetings([client], NOON - timedelta(days=40))
    [planned] = world.meetings([client], at(TODAY, 9), "planned")
    Appointment.objects.filter(pk=planned.pk).update(assignee=alice)
    Note.objects.create(client_id=client, text="Ha venduto casa", at=NOON - timedelta(days=3), created_by=alice)
    planning.recompute_firm(bound, at=NOON)

    [meeting] = day_of(alice, TODAY, at=NOON)
    assert meeting.last_on == TODAY - timedelta(days=40)
    assert [event.kind for event in meeting.since] == ["note"]


def test_a_full_day_costs_as_many_statements_as_one_meeting(bound: Firm, alice: Membership) -> None:
    world = world_of(bound)

    def add(count: int) -> None:
        own = world.clients(count, advisor=alice)
        made = world.meetings(own, at(TODAY, 15), "planned")
        Appointment.objects.filter(pk__in=[one.pk for one in made]).update(assignee=alice)
        for pk in own:
            locate(pk, 45.4)
            Note.objects.create(client_id=pk, text="Nota", at=NOON - timedelta(days=3), created_by=alice)

    add(1)
    with CaptureQueriesContext(connection) as one:
        day_of(alice, TODAY, at=NOON)
    add(8)
    with CaptureQueriesContext(connection) as many:
        assert len(day_of(alice, TODAY, at=NOON)) == 9
    assert len(one) == len(many)


def test_kept_is_what_the_algebra_says_at_the_end_of_each_month(
    bound: Firm, alice: Membership, ada: Membership
) -> None:
    world = world_of(bound)
    own = world.clients(12, advisor=alice)
    world.group(4, own[:8], name="Gold")
    world.group(5, own[6:], name="Silver")
    met: dict[int, list[date]] = {pk: [] for pk in own}
    for number, pk in enumerate(own):
        for back in range(20 + 9 * number, 600, 55 + 13 * number):
            met[pk].append(TODAY - timedelta(days=back))
            world.meetings([pk], at(TODAY - timedelta(days=back), 10))
    planning.recompute_firm(bound, at=NOON)
    kept = cadence_kept(ada, at=NOON)

    numbers = dict(ClientPlan.objects.values_list("client_id", "yearly_meetings"))
    for place, day in enumerate(month_ends(TODAY)):
        last = {pk: max((on for on in days if on <= day), default=None) for pk, days in met.items()}
        there = {pk: on for pk, on in last.items() if on is not None}
        good = [pk for pk, on in there.items() if cadence.interval(numbers[pk] or 0).after(on) >= day]
        assert (kept.total.clients[place], kept.total.kept[place]) == (len(there), len(good))
    assert {share.name for share in kept.groups} == {"Gold", "Silver"}
    assert [share.name for share in kept.advisors] == [alice.name]


def test_who_slipped_is_told_with_the_reason(bound: Firm, alice: Membership) -> None:
    world = world_of(bound)
    own = [
        make_client(name, advisor=alice).pk
        for name in ("Assente", "Annullato", "Tardi", "Chiuso", "Nessuno", "Puntuale")
    ]
    absent, cancelled, late, dismissed, nobody, punctual = own
    world.group(4, own)
    world.meetings(own[:-1], NOON - timedelta(days=200))
    world.meetings([punctual], NOON - timedelta(days=10))
    world.meetings([absent], NOON - timedelta(days=50), "no_show")
    world.meetings([cancelled], NOON - timedelta(days=50), "cancelled")
    world.meetings([late], NOON + timedelta(days=50), "planned")
    planning.recompute_firm(bound, at=NOON)
    reminder = ClientPlan.objects.get(client_id=dismissed).client.reminders.get()
    services.dismiss_reminder(reminder, by=alice, at=NOON)

    assert {plan.client_id: plan.reason for plan in slipped(alice, on=TODAY)} == {
        absent: "no_show",
        cancelled: "cancelled",
        late: "late",
        dismissed: "dismissed",
        nobody: "not_planned",
    }


def test_pages_and_rest_show_both(
    firm: Firm, alice: Membership, browse: Callable[[Membership], Browser], api: Callable[..., Any]
) -> None:
    with use_firm(firm):
        now = timezone.now()
        client: Client = make_client("Rossi", advisor=alice)
        world_of(firm).group(4, [client.pk])
        book(client, now - timedelta(days=200), by=alice, at=now)
        made = book(client, now - timedelta(minutes=5), by=alice, at=now, assignee=alice)
        planning.recompute_firm(firm, at=now)
        today = local_today(firm)
    shown = browse(alice).get(page(alice, f"planning/day/?day={made.starts_at.astimezone(now.tzinfo).date()}"))
    assert shown.status_code == 200
    told = api(alice).get("/api/v1/day/").json()
    assert told["day"] == today.isoformat()
    html = browse(alice).get(page(alice, "planning/day/")).content.decode()
    assert html.count("data-meeting=") == len(told["meetings"])
    assert ("/hold/" in html) == bool(told["meetings"])

    assert 'data-kept="' in browse(alice).get(page(alice, "planning/kept/")).content.decode()
    assert api(alice).get("/api/v1/cadence-kept/").json()["total"]["clients"][-1] == 1
    assert api(alice).get("/api/v1/slipped-clients/").json()["results"] == []
