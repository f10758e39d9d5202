"""The log of consultations: what was seen in a window of time, as a file, and the alerts of the night."""

import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from clients import services
from clients.enums import AccessDoor
from clients.models import AccessAlert, Client, Label
from clients.services import note_look, raise_alerts, rules_of_firm, set_alert_rules
from crm.celery import app
from tenants.binding import use_firm
from tenants.models import AuditEvent, Firm, Membership
from tests.cast import page
from tests.clients.builders import new_client

# A Tuesday, eleven o'clock in Rome.
MORNING = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
NIGHT = MORNING + timedelta(hours=16)


@pytest.fixture
def mail_at_once() -> Iterator[None]:
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def look(by: Membership, ids: list[int], at: datetime) -> None:
    note_look(ids, by=by, door=AccessDoor.PAGE, address="192.0.2.7", at=at, is_reading=False)


@pytest.fixture
def ids(firm: Firm, alice: Membership) -> list[int]:
    with use_firm(firm):
        return [new_client(f"Cliente {n}", by=alice, advisor=alice).pk for n in range(5)]


def test_what_a_member_saw_in_a_window_of_time_is_counted_and_leaves_as_a_file(
    browse: Callable[..., Any], firm: Firm, ada: Membership, alice: Membership, ids: list[int]
) -> None:
    with use_firm(firm):
        look(alice, ids[:2], MORNING)
        look(alice, ids[1:3], MORNING + timedelta(minutes=90))
        look(alice, ids[4:], MORNING + timedelta(hours=5))
        look(ada, ids, MORNING)
    browser = browse(ada)
    window = f"by={alice.pk}&since=2026-03-10&since_time=10:30&until=2026-03-10&until_time=13:00"

    shown = browser.get(page(ada, f"clients/consultations/?{window}"))
    summary = shown.context["summary"]
    book = browser.post(page(ada, f"clients/consultations/export/?{window}"), {"format": "xlsx"})

    assert (summary.clients, summary.looks) == (3, 2)
    assert (summary.first, summary.last) == (MORNING, MORNING + timedelta(minutes=90))
    assert [(hour.clients, hour.members) for hour in summary.hours] == [(2, 1), (2, 1)]
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book.content)).get_sheet_by_index(0).to_python()
    assert [(row[1], row[2], row[3]) for row in rows[1:]] == [
        ("Alice Conti", ids[1], "Cliente 1"),
        ("Alice Conti", ids[2], "Cliente 2"),
        ("Alice Conti", ids[0], "Cliente 0"),
        ("Alice Conti", ids[1], "Cliente 1"),
    ]
    with use_firm(firm):
        assert AuditEvent.objects.get(action="access.exported").by == ada
    assert browse(alice).post(page(alice, f"clients/consultations/export/?{window}")).status_code == 403


def test_the_night_tells_of_what_the_rules_name_once(
    firm: Firm,
    ada: Membership,
    alice: Membership,
    bob: Membership,
    ids: list[int],
    django_capture_on_commit_callbacks: Any,
    mail_at_once: None,
) -> None:
    with use_firm(firm):
        label = services.create_choice(Label(name="VIP"), by=ada)
        guarded = Client.objects.get(pk=ids[0])
        services.update_client(guarded, {"labels": [label]}, version=None, by=ada, at=MORNING)
        rules = {"many": 4, "off_hours": 2, "guarded": 1, "label": label, "closes_at": time(20)}
        set_alert_rules(rules, by=ada)
        look(alice, ids[:2], MORNING)
        look(alice, ids[1:4], MORNING)
        look(bob, ids[1:3], datetime(2026, 3, 10, 19, 0, tzinfo=UTC))
        look(bob, ids[1:2], datetime(2026, 3, 8, 10, 0, tzinfo=UTC))
        look(ada, ids, NIGHT)

        with django_capture_on_commit_callbacks(execute=True), CaptureQueriesContext(connection) as few:
            assert raise_alerts(at=NIGHT) == 3
        told = set(AccessAlert.objects.values_list("day", "kind", "by__name", "clients"))
        with CaptureQueriesContext(connection) as again:
            assert raise_alerts(at=NIGHT) == 0

    day = date(2026, 3, 10)
    assert told == {
        (day, "many", alice.name, 4),
        (day, "guarded", alice.name, 1),
        (day, "off_hours", bob.name, 2),
    }, "not Sunday's one client, not the day that is not over"
    assert [message.to for message in mail.outbox] == [[ada.user.email]]
    assert "consultations/alerts/" in mail.outbox[0].body
    assert len(again) <= len(few)


def test_the_rules_are_the_firms(browse: Callable[..., Any], firm: Firm, ada: Membership) -> None:
    browser, address = browse(ada), page(ada, "clients/consultations/alerts/")
    said = {"many": 50, "off_hours": 0, "opens_at": "08:00", "closes_at": "19:00", "guarded": 1, "label": ""}

    assert browser.post(address, said).status_code == 302
    refused = browser.post(address, said | {"opens_at": "20:00"})

    assert refused.status_code == 422
    with use_firm(firm):
        rules = rules_of_firm()
        assert (rules.many, rules.off_hours, rules.opens_at, rules.weekends) == (50, 0, time(8), False)
        with pytest.raises(ValidationError):
            set_alert_rules({"many": 10**7}, by=ada)
