"""Plan my weeks on real rows: what is accepted never violates hours, calendar or cadence, and is undone in one step."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from clients.models import Client
from scheduling import planning, queries, services
from scheduling.hours import fits, minutes_of
from scheduling.models import Appointment, ClientPlan, Reminder
from scheduling.services import Choice, WeekDetails
from scheduling.weeks.planning import propose_weeks
from scheduling.working_days import holiday_name
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.scheduling.world import at, plans, world_of

NOW = at(datetime(2026, 3, 10).date(), 9)  # noqa: DTZ001 - a date
ROME = ZoneInfo("Europe/Rome")


def practice(firm: Firm, member: Membership, seed: int, clients: int = 24, now: datetime = NOW) -> None:
    """Clients who are due at different times, and a calendar with things in it."""
    chance, world = Random(seed), world_of(firm)  # noqa: S311 - no secret
    own = world.clients(clients, advisor=member)
    world.group(4, own)
    for pk in own:
        world.meetings([pk], now - timedelta(days=chance.randrange(50, 130)))
    busy = world.clients(6, advisor=member)
    for pk in busy:
        starts_at = now + timedelta(days=chance.randrange(1, 20), hours=chance.randrange(0, 8))
        [made] = world.meetings([pk], starts_at.replace(minute=chance.choice([0, 20, 30])), "planned")
        Appointment.objects.filter(pk=made.pk).update(assignee=member)
    planning.recompute_firm(firm, at=now)


def choices(member: Membership, weeks: int = 4, now: datetime = NOW) -> list[Choice]:
    seen, proposal = propose_weeks(member, weeks=weeks, by=member, at=now)
    return [Choice(visit.client_id, seen.moment(visit.on, visit.span[0])) for visit in proposal.visits]


@examples(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), minutes=st.sampled_from([30, 45, 60, 90]), most=st.sampled_from([None, 1, 3]))
def test_an_accepted_plan_violates_neither_hours_nor_calendar_nor_cadence(
    bound: Firm, alice: Membership, seed: int, minutes: int, most: int | None
) -> None:
    hours = {day: [(540, 750), (840, 1080)] for day in range(4)}
    with transaction.atomic():
        practice(bound, alice, seed)
        services.set_working_week(alice, WeekDetails(hours, minutes, most), by=alice)
        services.add_closure(
            starts_on=NOW.date() + timedelta(days=5), ends_on=NOW.date() + timedelta(days=9), reason="x", by=alice
        )
        due = dict(ClientPlan.objects.values_list("client_id", "due_on"))
        seen, proposal = propose_weeks(alice, weeks=4, by=alice, at=NOW)
        services.accept_weeks(alice, choices(alice), weeks=4, by=alice, at=NOW)

        made = list(Appointment.objects.filter(planned_visits__isnull=False))
        mine = sorted(queries.agenda(alice, NOW, NOW + timedelta(days=60)), key=lambda one: one.starts_at)
        assert len(made) == len(proposal.visits)
        assert all(
            one.ends_at <= other.starts_at
            for one, other in zip(mine, mine[1:], strict=False)
            if one in made or other in made
        )
        for one in made:
            start, end = one.starts_at.astimezone(ROME), one.ends_at.astimezone(ROME)
            assert fits(hours.get(start.weekday(), []), minutes_of(start.time()), minutes_of(end.time()))
            assert not holiday_name(bound, start.date())
            assert not NOW.date() + timedelta(days=5) <= start.date() <= NOW.date() + timedelta(days=9)
        late = sum(one.starts_at.astimezone(ROME).date() > due[one.client_id] for one in made)
        assert len(made) - late == proposal.quality.most_in_time
        assert (
            not ClientPlan.objects.filter(client_id__in=[one.client_id for one in made], beyond_cadence_days__gt=0)
            .exclude(client_id__in=[v.client_id for v in proposal.visits if v.days_late])
            .exists()
        )
        transaction.set_rollback(True)


def test_all_of_it_is_undone_in_one_step_but_what_was_touched(bound: Firm, alice: Membership) -> None:
    practice(bound, alice, 1)
    before, reminders = plans(), Reminder.objects.filter(state="open").count()
    planned = services.accept_weeks(alice, choices(alice), weeks=4, by=alice, at=NOW)
    assert planned.made > 10
    assert plans() != before

    services.undo_weeks(planned, by=alice, at=NOW)
    assert plans() == before
    assert Reminder.objects.filter(state="open").count() == reminders
    with pytest.raises(ValidationError):
        services.undo_weeks(planned, by=alice, at=NOW)

    again = services.accept_weeks(alice, choices(alice), weeks=4, by=alice, at=NOW)
    moved = Appointment.objects.filter(planned_visits__weeks=again).order_by("pk")[0]
    services.move_appointment(
        moved, starts_at=moved.starts_at, ends_at=moved.ends_at + timedelta(hours=1), by=alice, at=NOW
    )
    assert services.undo_weeks(again, by=alice, at=NOW).kept == 1


def test_what_was_adjusted_is_held_against_hours_calendar_and_cadence(bound: Firm, alice: Membership) -> None:
    practice(bound, alice, 2)
    own = choices(alice)
    first, last = own[0], own[-1]
    busy = queries.agenda(alice, NOW, NOW + timedelta(days=60))[0]

    def code(*changed: Choice) -> str:
        with pytest.raises(ValidationError) as refused, transaction.atomic():
            services.accept_weeks(alice, changed, weeks=4, by=alice, at=NOW)
        [errors] = refused.value.error_dict.values()
        return str(errors[0].code)

    assert code(Choice(first.client_id, first.starts_at.replace(hour=6))) == "outside_hours"
    assert code(Choice(first.client_id, busy.starts_at)) in ("conflict", "outside_hours")
    assert code(first, Choice(last.client_id, first.starts_at)) == "conflict"
    assert code(Choice(busy.client_id, first.starts_at)) == "not_due"
    due = ClientPlan.objects.get(client_id=last.client_id).due_on
    assert due is not None
    weekday = next(day for day in (due + timedelta(days=n) for n in range(3, 9)) if day.weekday() < 4)
    too_late = datetime.combine(weekday, last.starts_at.time(), ROME)
    assert code(Choice(last.client_id, too_late)) in ("after_due", "conflict", "outside_hours")
    assert not Appointment.objects.filter(planned_visits__isnull=False).exists()


def test_many_clients_cost_as_many_statements_as_few(bound: Firm, alice: Membership) -> None:
    practice(bound, alice, 3, clients=3)
    with CaptureQueriesContext(connection) as few:
        propose_weeks(alice, weeks=8, by=alice, at=NOW)
    practice(bound, alice, 4, clients=60)
    with CaptureQueriesContext(connection) as many:
        proposal = propose_weeks(alice, weeks=8, by=alice, at=NOW)[1]

    assert len(few) == len(many)
    assert len(proposal.visits) > 50


def test_the_page_proposes_accepts_and_undoes_and_rest_does_the_same(
    firm: Firm, alice: Membership, browse: Callable[[Membership], Browser], api: Callable[..., Any]
) -> None:
    with use_firm(firm):
        practice(firm, alice, 5, now=timezone.now())
        sent = choices(alice, now=timezone.now())
    browser, path = browse(alice), page(alice, "planning/weeks/")
    assert browser.get(path).content.decode().count("data-visit=") == len(sent)
    form: dict[str, Any] = {"weeks": "4", "client": [str(one.client_id) for one in sent[:3]]}
    form |= {f"at.{one.client_id}": one.starts_at.strftime("%Y-%m-%dT%H:%M") for one in sent}
    wrong = {**form, f"at.{sent[0].client_id}": sent[0].starts_at.strftime("%Y-%m-%dT03:00")}
    refused = browser.post(f"{path}accept/", wrong)
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.content.decode()

    assert browser.post(f"{path}accept/", form).status_code == 302
    [planned] = api(alice).get("/api/v1/planned-weeks/").json()["results"]
    assert planned["made"] == 3
    assert browser.post(f"{path}{planned['id']}/undo/").status_code == 302

    told = api(alice).post("/api/v1/week-proposals/", {"weeks": 4}, format="json").json()
    assert told["quality"]["in_time"] == told["quality"]["most_in_time"]
    meetings = [{"client": one["client"], "starts_at": one["starts_at"]} for one in told["meetings"]]
    made = api(alice).post("/api/v1/planned-weeks/", {"meetings": meetings}, format="json")
    assert made.status_code == 201, made.json()
    undone = api(alice).post(f"/api/v1/planned-weeks/{made.json()['id']}/undo/")
    assert undone.json()["undone_at"]
    with use_firm(firm):
        assert Client.objects.exists()
        assert not Appointment.objects.filter(planned_visits__isnull=False).exists()
