"""The outbox against a real SMTP server that fails at each step of the protocol (security.md 4.3, F13)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.utils import timezone

from communications import outbox, services
from communications.enums import MailState, Promise
from communications.models import OutgoingMail
from communications.services import NewMail, post_mails
from communications.tasks import sweep_outbox
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.communications.mail_server import HANG_UP, STALL, ScriptedServer

pytestmark = pytest.mark.django_db


def post(firm: Firm, **changes: Any) -> OutgoingMail:
    values: dict[str, Any] = {"occasion": "points:2026-W10", "recipient": "boss@aurora.example", **changes}
    mail = NewMail(kind="test", subject="Punti operatori", body="Più di così: 10 punti\n.\n.fine\n", **values)
    with use_firm(firm):
        post_mails([mail], at=timezone.now())
        row: OutgoingMail = OutgoingMail.objects.latest("pk")
        return row


def again(firm: Firm, **values: object) -> OutgoingMail:
    """The mail as it is now, after ``values`` were written into it."""
    with use_firm(firm):
        if values:
            OutgoingMail.objects.update(**values)
        row: OutgoingMail = OutgoingMail.objects.get()
        return row


def make_due(firm: Firm) -> None:
    again(firm, available_at=timezone.now() - timedelta(seconds=1))


def test_a_mail_arrives_once_with_its_text_and_its_id(firm: Firm, server: ScriptedServer) -> None:
    mail = post(firm, html="<p>Più di così</p>", reply_to="ada@aurora.example")
    assert outbox.send_due(firm.pk) == 1
    assert outbox.send_due(firm.pk) == 0
    [got] = server.received
    assert (got["To"], got["Subject"], got["Reply-To"]) == (mail.recipient, "Punti operatori", "ada@aurora.example")
    assert got["Message-ID"] == mail.message_id
    body = got.get_body(("plain",)).get_content()  # type: ignore[attr-defined]
    assert body.replace("\r\n", "\n") == mail.body
    sent = again(firm)
    assert (sent.state, sent.attempts, sent.lease_token, sent.last_error) == (MailState.SENT, 1, None, "")
    assert sent.sent_at is not None


BEFORE_THE_TEXT = ["EHLO", "MAIL", "RCPT", "DATA"]


@pytest.mark.parametrize("step", BEFORE_THE_TEXT)
@pytest.mark.parametrize("fault", ["451 come back later", HANG_UP, STALL])
@pytest.mark.parametrize("promise", Promise)
def test_what_breaks_before_the_text_is_tried_again_and_then_arrives_once(
    firm: Firm, server: ScriptedServer, step: str, fault: str, promise: Promise
) -> None:
    post(firm, promise=promise)
    server.faults = {step: fault}
    assert outbox.send_due(firm.pk) == 0
    waiting = again(firm)
    assert (waiting.state, waiting.lease_token) == (MailState.PENDING, None)
    assert waiting.last_error
    assert waiting.available_at > timezone.now()
    server.faults = {}
    make_due(firm)
    assert outbox.send_due(firm.pk) == 1
    assert len(server.received) == 1


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "TEXT"])
def test_a_refusal_for_good_is_not_tried_again(firm: Firm, server: ScriptedServer, step: str) -> None:
    post(firm)
    server.faults = {step: "550 no such thing"}
    assert outbox.send_due(firm.pk) == 0
    dead = again(firm)
    assert dead.state == MailState.DEAD
    assert "550" in dead.last_error
    make_due(firm)
    assert outbox.send_due(firm.pk) == 0
    assert server.sessions == 1


def test_a_refusal_for_now_after_the_text_is_tried_again(firm: Firm, server: ScriptedServer) -> None:
    post(firm, promise=Promise.AT_MOST_ONCE)
    server.faults = {"TEXT": "452 disk full"}
    outbox.send_due(firm.pk)
    assert again(firm).state == MailState.PENDING


@pytest.mark.parametrize("fault", [HANG_UP, STALL])
def test_a_single_mail_of_which_nobody_knows_is_sent_again_under_its_id(
    firm: Firm, server: ScriptedServer, fault: str
) -> None:
    post(firm)
    server.faults = {"TEXT": fault}
    outbox.send_due(firm.pk)
    assert again(firm).state == MailState.PENDING
    server.faults = {}
    make_due(firm)
    assert outbox.send_due(firm.pk) == 1
    [first], [second] = server.unanswered, server.received
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.parametrize("fault", [HANG_UP, STALL])
def test_a_mail_of_a_campaign_of_which_nobody_knows_is_left_as_uncertain(
    firm: Firm, ada: Membership, server: ScriptedServer, fault: str
) -> None:
    post(firm, promise=Promise.AT_MOST_ONCE)
    server.faults = {"TEXT": fault}
    outbox.send_due(firm.pk)
    server.faults = {}
    make_due(firm)
    assert outbox.send_due(firm.pk) == 0
    mail = again(firm)
    assert (mail.state, len(server.unanswered)) == (MailState.UNCERTAIN, 1)
    with use_firm(firm):
        services.settle(mail, by=ada, at=timezone.now())
    assert again(firm).state == MailState.SENT


@pytest.mark.parametrize("fault", [HANG_UP, STALL, "500 what"])
def test_a_farewell_that_fails_sends_nothing_twice(firm: Firm, server: ScriptedServer, fault: str) -> None:
    post(firm)
    server.faults = {"QUIT": fault}
    assert outbox.send_due(firm.pk) == 1
    assert again(firm).state == MailState.SENT


def test_a_server_that_is_away_and_one_without_encryption_are_asked_again(
    firm: Firm, server: ScriptedServer, settings: Any
) -> None:
    post(firm)
    settings.EMAIL_USE_TLS = True
    outbox.send_due(firm.pk)
    unencrypted = again(firm)
    assert (unencrypted.state, len(server.received)) == (MailState.PENDING, 0)
    assert "STARTTLS" in unencrypted.last_error
    settings.EMAIL_USE_TLS, settings.EMAIL_PORT = False, 1
    make_due(firm)
    outbox.send_due(firm.pk)
    assert (again(firm).state, again(firm).attempts) == (MailState.PENDING, 2)


def test_after_a_day_it_is_given_up_and_a_person_may_send_it_again(
    firm: Firm, ada: Membership, server: ScriptedServer
) -> None:
    post(firm)
    server.faults = {"MAIL": "451 later"}
    again(firm, posted_at=timezone.now() - timedelta(hours=25))
    outbox.send_due(firm.pk)
    dead = again(firm)
    assert dead.state == MailState.DEAD
    server.faults = {}
    with use_firm(firm):
        services.send_again(dead, by=ada, at=timezone.now())
    assert outbox.send_due(firm.pk) == 1
    with use_firm(firm), pytest.raises(ValidationError, match=".") as refused:
        services.send_again(again(firm), by=ada, at=timezone.now())
    assert refused.value.code == "not_stuck"


# Senders that die


def test_a_lost_sender_of_a_single_mail_is_replaced_and_writes_nothing_any_more(
    firm: Firm, server: ScriptedServer
) -> None:
    post(firm)
    lost = outbox.claim(firm.pk)
    assert lost is not None
    assert outbox.claim(firm.pk) is None
    again(firm, lease_until=timezone.now() - timedelta(seconds=1))
    assert outbox.send_due(firm.pk) == 1
    # The one who was only slow comes back: his message is a double by its id, and the row stays as it is.
    before = again(firm)
    server.faults = {"TEXT": "550 double"}
    outbox.deliver(lost)
    assert again(firm).state == before.state == MailState.SENT


def test_a_lost_sender_of_a_campaign_leaves_it_uncertain(firm: Firm, server: ScriptedServer) -> None:
    post(firm, promise=Promise.AT_MOST_ONCE)
    outbox.claim(firm.pk)
    again(firm, lease_until=timezone.now() - timedelta(seconds=1))
    assert outbox.send_due(firm.pk) == 0
    assert (again(firm).state, server.received) == (MailState.UNCERTAIN, [])


def test_a_mail_that_kills_its_senders_runs_out_of_attempts(firm: Firm) -> None:
    post(firm)
    again(
        firm, state=MailState.SENDING, attempts=outbox.MOST_ATTEMPTS, lease_until=timezone.now() - timedelta(seconds=1)
    )
    assert outbox.claim(firm.pk) is None
    assert again(firm).state == MailState.DEAD


# Posting


def test_the_same_occasion_is_posted_once_for_each_recipient(firm: Firm) -> None:
    with use_firm(firm):
        mails = [
            NewMail(kind="points", occasion="2026-W10", recipient=to, subject="s", body="b")
            for to in ("a@x.example", "A@x.example", "b@x.example")
        ]
        assert post_mails(mails, at=timezone.now()) == 2
        assert post_mails(mails, at=timezone.now()) == 0
        assert OutgoingMail.objects.count() == 2


def test_a_subject_is_one_line_and_an_address_is_an_address(firm: Firm, server: ScriptedServer) -> None:
    with use_firm(firm):
        bad = NewMail(kind="t", occasion="o", recipient="a@x.example\nBcc: b@x.example", subject="s", body="b")
        with pytest.raises(ValidationError):
            post_mails([bad], at=timezone.now())
        good = NewMail(kind="t", occasion="o", recipient="a@x.example", subject="s\nBcc: b@x.example", body="b")
        post_mails([good], at=timezone.now())
    assert outbox.send_due(firm.pk) == 1
    assert server.received[0]["Bcc"] is None


def test_the_sweeper_finds_the_firms_that_have_mail_and_no_others(
    firm: Firm, other_firm: Firm, server: ScriptedServer, settings: Any
) -> None:
    settings.CELERY_TASK_ALWAYS_EAGER = True
    assert outbox.firms_with_mail_due(timezone.now()) == []
    post(firm)
    post(other_firm)
    assert sorted(outbox.firms_with_mail_due(timezone.now())) == [firm.pk, other_firm.pk]
    assert outbox.firms_with_mail_due(timezone.now() - timedelta(hours=1)) == []
    again(other_firm, available_at=timezone.now() + timedelta(hours=1))
    assert outbox.firms_with_mail_due(timezone.now()) == [firm.pk]
    outbox.send_due(firm.pk)
    assert outbox.firms_with_mail_due(timezone.now()) == []


def test_pauses_grow_up_to_four_hours() -> None:
    assert timedelta(seconds=30) <= outbox.pause_after(1) <= timedelta(minutes=1)
    assert timedelta(minutes=4) <= outbox.pause_after(4) <= timedelta(minutes=8)
    assert timedelta(hours=2) <= outbox.pause_after(30) <= timedelta(hours=4)


def test_identity_mail_takes_the_same_way_out(server: ScriptedServer) -> None:
    EmailMessage("Ciao", "testo", to=["a@x.example"]).send()
    assert len(server.received) == 1


def test_beat_rings_for_the_outbox(settings: Any) -> None:
    assert settings.CELERY_BEAT_SCHEDULE["outbox"]["task"] == sweep_outbox.name
