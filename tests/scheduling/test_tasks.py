"""Tasks and calls: planned for oneself or a colleague, done, taken back; the cadence never notices (STY-27, STY-36)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client as Browser

from clients.models import Client
from clients.queries import visible_clients
from groups.models import Group, GroupMember
from scheduling import planning, queries, services
from scheduling.enums import TaskKind, TaskState
from scheduling.models import ClientPlan, Task
from scheduling.services import TaskDetails
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.scheduling.making import NOW, book, make_client, rome

Browse = Callable[[Membership], Browser]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _today(db: None) -> object:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def rossi(firm: Firm, alice: Membership) -> Client:
    with use_firm(firm):
        return make_client("Rossi", advisor=alice)


def plan(
    client: Client, assignee: Membership, *, by: Membership, kind: TaskKind = TaskKind.CALL, **changes: Any
) -> Task:
    details = TaskDetails(**{"subject": "Call back", "at": rome(2026, 3, 11), "assignee": assignee, **changes})
    return services.plan_task(client, kind, details, by=by)


def test_whoever_is_to_call_sees_the_client_until_it_is_done(
    firm: Firm, rossi: Client, alice: Membership, bob: Membership
) -> None:
    with use_firm(firm):
        rossi.advisor = alice
        assert rossi not in visible_clients(bob)
        task = plan(rossi, bob, by=alice)
        seen = rossi in visible_clients(bob)
        services.finish_task(task, by=bob, at=NOW)

        assert seen
        assert rossi not in visible_clients(bob)


def test_the_creator_keeps_sight_of_what_he_gave_away(
    firm: Firm, alice: Membership, bob: Membership, ada: Membership
) -> None:
    with use_firm(firm):
        elsewhere = make_client("Bianchi", advisor=ada)
        first = plan(elsewhere, bob, by=alice)
        plan(elsewhere, alice, by=alice)

        assert list(queries.given_to_others(alice)) == [first]
        services.finish_task(first, by=bob, at=NOW)
        assert list(queries.given_to_others(alice)) == []
        assert first in queries.visible_tasks(alice)


def test_a_call_that_took_place_is_recorded_with_its_contents(firm: Firm, rossi: Client, alice: Membership) -> None:
    details = TaskDetails(subject="Markets", notes="calm", at=NOW - DAY, whole_day=False, assignee=alice)
    with use_firm(firm):
        call = services.record_task(rossi, TaskKind.CALL, details, by=alice, at=NOW)
        with pytest.raises(ValidationError) as refused:
            services.record_task(
                rossi, TaskKind.CALL, TaskDetails(subject="x", at=NOW + DAY, assignee=alice), by=alice, at=NOW
            )

    assert (call.state, call.done_at, call.done_by) == (TaskState.DONE, NOW - DAY, alice)
    assert refused.value.error_dict["at"][0].code == "in_future"


def test_a_task_is_done_undone_deleted_and_taken_back(firm: Firm, rossi: Client, alice: Membership) -> None:
    with use_firm(firm):
        task = plan(rossi, alice, by=alice)
        done = services.finish_task(task, by=alice, at=NOW)
        again = services.reopen_task(done, by=alice)
        services.delete_task(again, by=alice, at=NOW)
        with pytest.raises(ValidationError) as gone:
            services.finish_task(task, by=alice, at=NOW)
        back = services.restore_task(task, by=alice)

    assert (again.state, again.done_at) == (TaskState.OPEN, None)
    assert gone.value.code == "gone"
    assert (back.deleted_at, back.version) == (None, 5)


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"subject": "  "}, "subject", "required"),
        ({"subject": "x" * 201}, "subject", "too_long"),
        ({"at": rome(2300, 1, 1)}, "at", "out_of_reach"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(
    changes: dict[str, Any], field: str, code: str, firm: Firm, rossi: Client, alice: Membership
) -> None:
    with use_firm(firm), pytest.raises(ValidationError) as refused:
        plan(rossi, alice, by=alice, **changes)

    assert refused.value.error_dict[field][0].code == code


def test_nobody_who_has_left_gets_anything_to_do(firm: Firm, rossi: Client, alice: Membership, bob: Membership) -> None:
    bob.is_active = False
    with use_firm(firm), pytest.raises(ValidationError) as refused:
        plan(rossi, bob, by=alice)

    assert refused.value.error_dict["assignee"][0].code == "assignee_not_active"


def test_neither_tasks_nor_calls_touch_the_cadence(firm: Firm, rossi: Client, alice: Membership) -> None:
    with use_firm(firm):
        group = Group.objects.create(name="Gold", kind="fixed", yearly_meetings=4)
        GroupMember.objects.create(group=group, client_id=rossi.pk)
        book(rossi, rome(2026, 1, 10), by=alice)
        before = ClientPlan.objects.values().get()
        details = TaskDetails(subject="Call", at=NOW - DAY, assignee=alice)
        services.record_task(rossi, TaskKind.CALL, details, by=alice, at=NOW)
        plan(rossi, alice, by=alice)
        planning.recompute_clients([rossi.pk], at=NOW)

        assert ClientPlan.objects.values().get() == before


def test_the_colleagues_overview_begins_with_the_call_on_its_day(
    firm: Firm, rossi: Client, alice: Membership, bob: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        plan(rossi, bob, by=alice, at=rome(2026, 3, 11, 9), whole_day=False)
        plan(rossi, bob, by=alice, kind=TaskKind.TASK, subject="Late already", at=rome(2026, 3, 1, 0))
    with time_machine.travel(rome(2026, 3, 11, 8), tick=False):
        answer = browse(bob).get(page(bob))

    html = answer.content.decode()
    assert [(task.subject, task.stage) for task in answer.context["to_do"]] == [
        ("Late already", "overdue"),
        ("Call back", "today"),
    ]
    assert html.index('id="to-do-title"') < html.index('id="reminders-title"')
    assert "da Alice Conti" in html
    assert "to-do-title" not in browse(alice).get(page(alice)).content.decode()


def test_a_call_in_nine_months_stands_in_that_days_calendar(
    firm: Firm, rossi: Client, alice: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        plan(rossi, alice, by=alice, at=rome(2026, 12, 10, 9), whole_day=False)
        plan(rossi, alice, by=alice, kind=TaskKind.TASK, subject="All day", at=rome(2026, 12, 10, 0))
    window = "start=2026-12-07T00:00:00%2B01:00&end=2026-12-14T00:00:00%2B01:00"

    events = browse(alice).get(page(alice, f"calendar/events/?{window}")).json()
    agenda = browse(alice).get(page(alice, "calendar/?date=2026-12-07")).context["agenda"]

    shown = {event["title"]: (event["start"], event["allDay"]) for event in events if "patch_url" in event}
    assert shown == {
        "Telefonata · Rossi: Call back": ("2026-12-10T09:00:00+01:00", False),
        "Attività · Rossi: All day": ("2026-12-10", True),
    }
    assert [task.subject for task in agenda] == ["All day", "Call back"]


def test_a_drag_gives_it_another_day_or_an_hour(firm: Firm, rossi: Client, alice: Membership, browse: Browse) -> None:
    with use_firm(firm):
        task = plan(rossi, alice, by=alice, at=rome(2026, 3, 11, 0))
    address = page(alice, f"tasks/{task.pk}/time/")
    browser = browse(alice)

    def drag(starts_at: str, version: int) -> Any:
        body = {"starts_at": starts_at, "ends_at": None, "version": version}
        return browser.patch(address, body, content_type="application/json")

    moved = drag("2026-03-13", 1).json()
    timed = drag("2026-03-13T15:00:00+01:00", 2).json()
    stale = drag("2026-03-14", 1)

    assert (moved["start"], moved["allDay"]) == ("2026-03-13", True)
    assert (timed["start"], timed["allDay"], timed["version"]) == ("2026-03-13T15:00:00+01:00", False, 3)
    assert stale.status_code == 409


def test_the_list_of_one_person_and_of_everybody(
    firm: Firm, rossi: Client, alice: Membership, ada: Membership, bob: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        plan(rossi, alice, by=alice, subject="hers")
        plan(rossi, bob, by=alice, subject="his")

    def shown(member: Membership, query: str = "") -> list[str]:
        return [task.subject for task in browse(member).get(page(member, f"tasks/{query}")).context["page"].items]

    assert shown(alice) == ["hers"]
    assert shown(alice, "?show=given") == ["his"]
    assert shown(alice, f"?whose={bob.pk}") == ["hers"], "only who sees all clients looks after others"
    assert shown(ada) == []
    assert shown(ada, f"?whose={bob.pk}") == ["his"]
    assert sorted(shown(ada, "?whose=all")) == ["hers", "his"]


def test_done_with_one_click_and_back_with_another(
    firm: Firm, rossi: Client, alice: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        task = plan(rossi, alice, by=alice)
    browser = browse(alice)

    swapped = browser.post(page(alice, f"tasks/{task.pk}/finish/"), headers={"HX-Request": "true"})
    plain = browser.post(page(alice, f"tasks/{task.pk}/reopen/"), {"next": page(alice, "tasks/")})

    assert (swapped.status_code, swapped.content) == (200, b"")
    assert page(alice, f"tasks/{task.pk}/reopen/") in swapped["HX-Trigger"]
    assert plain["Location"] == page(alice, "tasks/")
    with use_firm(firm):
        task.refresh_from_db()
    assert task.state == TaskState.OPEN


def test_deleting_from_its_own_page_does_not_lead_back_there(
    firm: Firm, rossi: Client, alice: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        task = plan(rossi, alice, by=alice)
    own = page(alice, f"tasks/{task.pk}/")

    answer = browse(alice).post(f"{own}delete/", {"next": own})

    assert answer["Location"] == page(alice, "tasks/")
    assert browse(alice).post(f"{own}restore/")["Location"] == own


def test_rest_of_tasks_and_calls(rossi: Client, alice: Membership, bob: Membership, api: Any) -> None:
    caller = api(alice)
    body = {"client": rossi.pk, "subject": "Call", "at": "2026-12-10T09:00:00Z", "whole_day": False}

    planned = caller.post("/api/v1/calls/", {**body, "assignee": bob.pk})
    done = caller.post("/api/v1/calls/", {**body, "at": "2026-03-09T09:00:00Z", "state": "done", "notes": "said"})
    pk = planned.json()["id"]
    changed = caller.patch(f"/api/v1/calls/{pk}/", {"subject": "Call again"}, headers={"If-Match": planned["ETag"]})
    finished = caller.post(f"/api/v1/calls/{pk}/finish/")
    elsewhere = caller.get(f"/api/v1/tasks/{pk}/")
    state = caller.patch(f"/api/v1/calls/{pk}/", {"state": "open"})

    assert (planned.status_code, planned.json()["assignee"], planned.json()["created_by"]) == (201, bob.pk, alice.pk)
    assert (done.json()["state"], done.json()["done_by"]) == ("done", alice.pk)
    assert changed.json()["subject"] == "Call again"
    assert (finished.json()["state"], elsewhere.status_code) == ("done", 404)
    assert state.json()["errors"][0]["code"] == "not_changeable"
    listed = caller.get(f"/api/v1/calls/?assignee={bob.pk}").json()["results"]
    assert [row["id"] for row in listed] == [pk]
    assert caller.delete(f"/api/v1/calls/{pk}/").status_code == 204
