"""The list of reminders and its buttons."""

from collections.abc import Callable
from datetime import date, timedelta

from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from clients.models import Client
from scheduling.enums import ReminderState
from scheduling.models import Reminder
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.scheduling.making import TODAY, make_client, make_reminder

Browse = Callable[[Membership], Browser]


def test_reminders_are_sorted_and_filtered(
    firm: Firm, client_: Client, alice: Membership, ada: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        make_reminder(client_, date(2026, 3, 15))
        make_reminder(make_client("Bianchi", advisor=alice), date(2026, 2, 1))
        make_reminder(make_client("Verdi", advisor=ada), date(2026, 3, 1))
        make_reminder(
            make_client("Gialli", advisor=alice),
            date(2026, 3, 2),
            state=ReminderState.SNOOZED,
            snoozed_until=date(2026, 3, 20),
        )

    def names(member: Membership, query: str = "") -> list[str]:
        answer = browse(member).get(page(member, f"reminders/{query}"))
        return [reminder.client.name for reminder in answer.context["page"].items]

    assert names(alice) == ["Bianchi", "Rossi"]
    assert names(ada) == ["Bianchi", "Verdi", "Rossi"]
    assert names(ada, f"?advisor={alice.pk}") == ["Bianchi", "Rossi"]
    assert names(alice, "?show=overdue") == ["Bianchi"]
    assert names(alice, "?show=upcoming") == ["Rossi"]
    assert names(alice, "?show=snoozed") == ["Gialli"]
    assert names(alice, "?show=nonsense") == ["Bianchi", "Rossi"]


def test_reminders_cost_the_same_with_one_and_many(
    firm: Firm, client_: Client, alice: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        make_reminder(client_, date(2026, 3, 15))
    browser = browse(alice)
    browser.get(page(alice, "reminders/"))
    with CaptureQueriesContext(connection) as few:
        browser.get(page(alice, "reminders/"))
    with use_firm(firm):
        for n in range(10):
            make_reminder(make_client(f"Cliente {n}", advisor=alice), date(2026, 3, 1))
    with CaptureQueriesContext(connection) as many:
        browser.get(page(alice, "reminders/"))

    assert len(few) == len(many)


def test_dismissing_and_snoozing_by_button_with_undo(
    firm: Firm, client_: Client, alice: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        reminder = make_reminder(client_, date(2026, 3, 15))
    browser, base = browse(alice), page(alice, f"reminders/{reminder.pk}/")
    htmx = {"HX-Request": "true"}

    def state() -> tuple[str, date | None]:
        with use_firm(firm):
            row = Reminder.objects.get(pk=reminder.pk)
        return row.state, row.snoozed_until

    dismissed = browser.post(f"{base}dismiss/", headers=htmx)
    after_dismissing = state()
    browser.post(f"{base}reopen/")
    after_undo = state()
    browser.post(f"{base}snooze/", {"days": "3"})
    after_snoozing = state()
    browser.post(f"{base}snooze/", {"until": "2026-03-09"})

    assert (dismissed.status_code, dismissed.content) == (200, b"")
    assert f"{base}reopen/" in dismissed["HX-Trigger"]
    assert after_dismissing == ("dismissed", None)
    assert after_undo == ("open", None)
    assert after_snoozing == state() == ("snoozed", TODAY + timedelta(days=3))


def test_who_only_reads_handles_no_reminder(firm: Firm, client_: Client, rita: Membership, browse: Browse) -> None:
    with use_firm(firm):
        reminder = make_reminder(client_, date(2026, 3, 15))

    seen = browse(rita).get(page(rita, "reminders/")).content.decode()
    answer = browse(rita).post(page(rita, f"reminders/{reminder.pk}/dismiss/"))

    assert "Rossi" in seen
    assert "dismiss" not in seen
    assert answer.status_code == 403
