"""The history of the nights and the button that runs one now."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from kombu.exceptions import OperationalError
from pytest_django import DjangoCaptureOnCommitCallbacks

from crm import nightly, tasks
from crm.nightly import STEPS
from scheduling.models import NightlyRun
from tenants import services
from tenants.binding import local_today, use_firm
from tenants.models import AuditEvent, Firm, Membership
from tests.cast import page
from tests.scheduling.world import world_of

Browse = Callable[[Membership], Client]


@pytest.fixture
def english(firm: Firm, ada: Membership) -> None:
    with use_firm(firm):
        services.change_own_settings(ada, language="en")


def test_an_administrator_sees_the_nights_with_what_they_changed(
    firm: Firm, ada: Membership, browse: Browse, english: None
) -> None:
    with use_firm(firm):
        world_of(firm).clients(1234)
    nightly.run_now(firm.pk, None, at=timezone.now())

    answer = browse(ada).get(page(ada, "nights/")).content.decode()

    assert "Done" in answer
    assert answer.count("1,234") == 3  # clients, dates changed, and the sum that a phone shows
    assert "every 2s" not in answer


def test_a_night_that_failed_says_why(firm: Firm, ada: Membership, browse: Browse, english: None) -> None:
    with use_firm(firm):
        NightlyRun.objects.create(local_date=date(2024, 7, 2), state="dead", error="ValueError: <poisoned>")

    answer = browse(ada).get(page(ada, "nights/")).content.decode()

    assert "Given up" in answer
    sentence, _summary, folded = answer.partition("Technical details")
    assert "Several attempts ended in an error" in sentence
    assert "ValueError: &lt;poisoned&gt;" in folded
    assert "poisoned" not in sentence


def test_while_a_night_is_under_way_the_list_follows_it(
    firm: Firm, ada: Membership, browse: Browse, english: None
) -> None:
    with use_firm(firm):
        NightlyRun.objects.create(local_date=date(2024, 7, 2), state="running", step="membership")

    answer = browse(ada).get(page(ada, "nights/"), headers={"HX-Request": "true"}).content.decode()

    assert answer.lstrip().startswith("<section")
    assert 'hx-trigger="every 2s"' in answer
    done = [step.name for step in STEPS].index("membership") + 1
    assert f'value="{done}" max="{len(STEPS)}"' in answer


def test_run_now_asks_for_a_full_night_and_rings(
    firm: Firm,
    ada: Membership,
    browse: Browse,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    rung: list[tuple[int, list[date]]] = []
    monkeypatch.setattr(tasks, "ring", rung.extend)

    with django_capture_on_commit_callbacks(execute=True):
        answer = browse(ada).post(page(ada, "nights/start/"))

    assert (answer.status_code, answer.headers["Location"]) == (302, page(ada, "nights/"))
    with use_firm(firm):
        run = NightlyRun.objects.get()
        today = local_today(firm)
        assert (run.state, run.full, run.started_by_id, run.local_date) == ("pending", True, ada.pk, today)
        assert AuditEvent.objects.filter(action="night.requested", by=ada).count() == 1
    assert rung == [(firm.pk, [today])]


def test_run_now_is_answered_while_the_broker_is_away(
    firm: Firm,
    ada: Membership,
    browse: Browse,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def unheard(firm_id: int, days: list[date]) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(tasks, "ring", unheard)

    with django_capture_on_commit_callbacks(execute=True):
        answer = browse(ada).post(page(ada, "nights/start/"))

    assert answer.status_code == 302
    with use_firm(firm):
        assert NightlyRun.objects.get().state == "pending"


def test_a_night_under_way_is_not_started_twice(firm: Firm, ada: Membership, browse: Browse, english: None) -> None:
    with use_firm(firm):
        NightlyRun.objects.create(
            local_date=local_today(firm), state="running", lease_until=timezone.now() + timedelta(minutes=5)
        )

    answer = browse(ada).post(page(ada, "nights/start/"), follow=True)

    assert "under way already" in answer.content.decode()
    with use_firm(firm):
        assert NightlyRun.objects.get().state == "running"


@pytest.mark.parametrize("who", ["alice", "bob", "rita"])
def test_only_an_administrator_may_see_or_start_nights(
    request: pytest.FixtureRequest, browse: Browse, who: str
) -> None:
    member = request.getfixturevalue(who)

    assert browse(member).get(page(member, "nights/")).status_code == 403
    assert browse(member).post(page(member, "nights/start/")).status_code == 403


def test_a_page_never_starts_a_night_by_get(firm: Firm, ada: Membership, browse: Browse) -> None:
    assert browse(ada).get(page(ada, "nights/start/")).status_code == 405


def test_queries_do_not_grow_with_the_nights(firm: Firm, ada: Membership, browse: Browse) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            browse(ada).get(page(ada, "nights/"))
        return len(captured)

    with use_firm(firm):
        NightlyRun.objects.create(local_date=date(2024, 7, 2), started_by=ada, state="done")
    one = queries()
    with use_firm(firm):
        for day in range(3, 12):
            NightlyRun.objects.create(local_date=date(2024, 7, day), started_by=ada, state="done")
    assert queries() == one
