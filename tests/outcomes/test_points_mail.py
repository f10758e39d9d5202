"""The Monday mail: posted once for last week, in the firm's language, received by a real SMTP server."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.test import Client as Browser

from communications import outbox
from communications.models import OutgoingMail
from crm import nightly
from outcomes.models import PointsEntry, PointsMail
from outcomes.queries.points_mail import next_points_mail, points_mail
from outcomes.services.points_mail import configure_points_mail, post_points_mail, send_points_mail
from outcomes.services.tallies import enter_points
from tenants.binding import use_firm
from tenants.models import AuditEvent, Firm, Membership
from tests.cast import page
from tests.communications.mail_server import ScriptedServer, mail_server

pytestmark = pytest.mark.django_db
ROME = ZoneInfo("Europe/Rome")
# A Friday; the mail goes out from Monday the 16th on, about the week from the 9th to the 15th.
FRIDAY = datetime(2026, 3, 13, 12, tzinfo=ROME)
MONDAY = date(2026, 3, 16)


@pytest.fixture
def server(settings: Any) -> Iterator[ScriptedServer]:
    with mail_server(settings) as running:
        yield running


def night(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 1, 30, tzinfo=ROME)


def configure(ada: Membership, *addresses: str, automatic: bool = True) -> PointsMail:
    return configure_points_mail(automatic=automatic, addresses=addresses, by=ada, at=FRIDAY)


def posted(day: date, at: datetime | None = None) -> int:
    return post_points_mail(on=day, at=at or night(day))


@pytest.mark.usefixtures("bound")
def test_once_a_week_to_every_address_and_made_up_for_in_the_same_week(ada: Membership) -> None:
    configure(ada, "a@x.example", "b@x.example")
    assert [posted(date(2026, 3, day)) for day in (13, 14, 15)] == [0, 0, 0]
    # Monday's and Tuesday's nights were missed.
    assert [posted(date(2026, 3, day)) for day in (18, 18, 19, 22)] == [2, 0, 0, 0]
    assert posted(date(2026, 3, 23)) == 2


@pytest.mark.usefixtures("bound")
def test_a_night_caught_up_in_a_later_week_posts_nothing(ada: Membership) -> None:
    configure(ada, "a@x.example")
    assert posted(date(2026, 3, 22), at=datetime(2026, 3, 24, 9, tzinfo=ROME)) == 0
    assert posted(date(2026, 3, 23), at=datetime(2026, 3, 24, 9, tzinfo=ROME)) == 1


@pytest.mark.usefixtures("bound")
def test_without_an_address_or_switched_off_nothing_is_sent(ada: Membership) -> None:
    assert posted(MONDAY) == 0
    configure(ada)
    assert posted(MONDAY) == 0
    configure(ada, "a@x.example", automatic=False)
    assert posted(MONDAY) == 0
    assert OutgoingMail.objects.count() == 0


@pytest.mark.usefixtures("bound")
def test_addresses_are_checked(ada: Membership) -> None:
    for wrong, code in (
        (["not an address"], "invalid"),
        ([f"a{number}@x.example" for number in range(21)], "too_many"),
    ):
        with pytest.raises(ValidationError) as refused:
            configure(ada, *wrong)
        assert refused.value.error_dict["addresses"][0].code == code
    assert configure(ada, " a@x.example ", "", "a@x.example").addresses == ["a@x.example"]


def test_the_page_keeps_the_addresses_and_only_for_who_configures(
    ada: Membership, alice: Membership, browse: Callable[[Membership], Browser]
) -> None:
    address = page(ada, "settings/points-mail/")
    assert browse(alice).get(address).status_code == 403
    assert browse(ada).post(address, {"automatic": "on", "addresses": "no"}).status_code == 422
    browse(ada).post(address, {"automatic": "on", "addresses": "a@x.example\r\nb@x.example"})
    assert browse(ada).get(address).context["form"].initial["addresses"] == "a@x.example\nb@x.example"


@pytest.mark.usefixtures("bound")
def test_sent_by_hand_to_oneself_or_to_all_and_never_instead_of_the_monday_mail(ada: Membership) -> None:
    configure(ada, "a@x.example", "b@x.example")

    def sent(*, to_all: bool, day: date) -> list[str]:
        known = set(OutgoingMail.objects.values_list("pk", flat=True))
        send_points_mail(to_all=to_all, by=ada, at=night(day))
        return sorted(OutgoingMail.objects.exclude(pk__in=known).values_list("recipient", flat=True))

    assert sent(to_all=False, day=MONDAY) == ["ada@aurora.example"]
    assert posted(MONDAY) == 2
    assert sent(to_all=True, day=date(2026, 3, 17)) == ["a@x.example", "b@x.example"]
    # Before the night that would have made up for a missed Monday: it is this week's mail.
    assert sent(to_all=True, day=date(2026, 3, 23)) == ["a@x.example", "b@x.example"]
    assert posted(date(2026, 3, 23)) == 0
    assert AuditEvent.objects.filter(action="points_mail.sent_by_hand").count() == 3


@pytest.mark.usefixtures("bound")
def test_without_an_address_nothing_goes_to_all(ada: Membership) -> None:
    with pytest.raises(ValidationError) as refused:
        send_points_mail(to_all=True, by=ada, at=FRIDAY)
    assert refused.value.code == "no_address"


@pytest.mark.usefixtures("bound")
def test_when_it_goes_out_next(ada: Membership) -> None:
    assert next_points_mail(points_mail(), today=FRIDAY.date()) is None
    row = configure(ada, "a@x.example")
    assert next_points_mail(row, today=FRIDAY.date()) == MONDAY
    # Monday's night was missed: the next one makes up for it.
    assert next_points_mail(row, today=date(2026, 3, 18)) == date(2026, 3, 19)
    posted(date(2026, 3, 19))
    assert next_points_mail(row, today=date(2026, 3, 19)) == date(2026, 3, 23)
    assert next_points_mail(configure(ada, "a@x.example", automatic=False), today=MONDAY) is None


def test_page_and_api_send_a_test_and_show_what_was_sent(
    firm: Firm, ada: Membership, alice: Membership, browse: Callable[[Membership], Browser], api: Callable[..., Any]
) -> None:
    address = page(ada, "settings/points-mail/")
    assert browse(alice).post(f"{address}send/", {"to": "me"}).status_code == 403
    assert browse(ada).post(f"{address}send/", {"to": "me"})["Location"] == address
    assert [mail.recipient for mail in browse(ada).get(address).context["posted"]] == ["ada@aurora.example"]

    caller = api(ada)
    found = caller.patch("/api/v1/points-mail/", {"addresses": ["a@x.example"]}, format="json").json()
    assert (found["automatic"], found["addresses"]) == (True, ["a@x.example"])
    assert date.fromisoformat(found["next_on"]).isoweekday() == 1
    answer = caller.post("/api/v1/points-mail/send/", {"to": "all"}, format="json")
    assert (answer.status_code, answer.json()) == (202, {"posted": 1})
    for wrong, code in (
        ({"addresses": ["no"]}, "invalid"),
        ({"automatic": "perhaps"}, "invalid"),
        ({"to": 1}, "unknown_field"),
    ):
        refused = caller.patch("/api/v1/points-mail/", wrong, format="json")
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, code)
    assert api(alice).get("/api/v1/points-mail/").status_code == 403


def test_mondays_night_sends_last_weeks_ranking_to_a_real_server(
    firm: Firm, ada: Membership, alice: Membership, bob: Membership, server: ScriptedServer
) -> None:
    with use_firm(firm):
        configure(ada, "boss@aurora.example")
        for member, points, day in ((alice, 10, 9), (bob, 15, 15), (alice, 99, 16), (bob, 99, 8)):
            at = datetime(2026, 3, day, 23, tzinfo=ROME)
            enter_points([PointsEntry(member=member, points=points, at=at)])
    run = nightly.run_now(firm.pk, MONDAY, at=datetime(2026, 3, 16, 1, 31, tzinfo=ROME))
    assert run.state == "done"
    nightly.run_now(firm.pk, MONDAY, at=datetime(2026, 3, 16, 1, 40, tzinfo=ROME))
    assert outbox.send_due(firm.pk) == 1
    assert outbox.send_due(firm.pk) == 0
    [mail] = server.received
    assert (mail["To"], mail["Subject"]) == (
        "boss@aurora.example",
        "Studio Aurora: punti operatori, settimana 11",
    )
    text = mail.get_body(("plain",)).get_content()  # type: ignore[attr-defined]
    lines = [line for line in text.splitlines() if line[:1].isdigit()]
    assert [line.split(" (")[0] for line in lines] == [
        "1. Bob Riva: 15 punti",
        "2. Alice Conti: 10 punti",
        "3. Ada Ferri: 0 punti",
    ]
    assert "from=2026-03-09&to=2026-03-15" in text
    html = mail.get_body(("html",)).get_content()  # type: ignore[attr-defined]
    assert "<td>Bob Riva</td>" in html


def test_it_is_in_the_firms_language(firm: Firm, ada: Membership, server: ScriptedServer) -> None:
    with use_firm(firm):
        Firm.objects.filter(pk=firm.pk).update(language="en")
    with use_firm(firm.pk):
        configure(ada, "boss@aurora.example")
        posted(MONDAY)
    outbox.send_due(firm.pk)
    assert server.received[0]["Subject"] == "Studio Aurora: operators' points, week 11"
