"""Distribuzione documenti: what leaves, what may not leave any more, what comes back (SIS-40 … SIS-43, O-42, T17)."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client as Browser
from django.utils import timezone

from clients.enums import ClientState, ErasureGround
from clients.models import Client, Consent, Email, Note, Profile
from clients.services import erase_client, update_client
from clients.timeline.reading import Wish, events
from communications import outbox, queries, services
from communications.enums import MailState
from communications.models import Communication, CommunicationRun, MailSettings, OutgoingMail, Suppression
from communications.services.bounces import MOST_SOFT
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.clients.builders import new_company
from tests.communications.mail_server import HANG_UP, ScriptedServer
from tests.communications.making import found
from tests.communications.sending import NOON, begin, generated, reachable_client, sent_by, template

pytestmark = pytest.mark.django_db
Browse = Callable[[Membership], Browser]


def waiting(firm: Firm, ada: Membership, *names: str, kind: str = "offer", **clients: Any) -> list[Communication]:
    """Generated, and put into the outbox."""
    with use_firm(firm):
        begin(ada)
        for name in names:
            reachable_client(name, **clients)
        rows = generated(ada, of=template(kind))
        services.send(Communication.objects.all(), by=ada, at=timezone.now())
        return rows


def again(firm: Firm, row: Communication) -> Communication:
    with use_firm(firm):
        return Communication.objects.select_related("mail").get(pk=row.pk)


def test_each_client_receives_his_own_with_the_firms_name_and_a_way_out(
    firm: Firm, ada: Membership, server: ScriptedServer
) -> None:
    with use_firm(firm):
        services.edit_settings(
            services.SendingDetails(sender_name="Studio Però, consulenza", reply_to="ada@aurora.example"), by=ada
        )
    rows = waiting(firm, ada, "Anna", "Bruno")
    assert sent_by(firm, server.received) == ["anna@example.com", "bruno@example.com"]
    assert outbox.send_due(firm.pk) == 0
    mail = next(each for each in server.received if each["To"] == "anna@example.com")
    assert mail["Subject"] == "Per Anna"
    assert (mail["From"].addresses[0].display_name, mail["Reply-To"]) == (
        "Studio Però, consulenza", "ada@aurora.example"
    )  # fmt: skip
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    sent = again(firm, rows[0])
    assert (sent.state, sent.subject) == ("sent", "Per Anna")
    assert "Gentile Anna" in sent.text
    with use_firm(firm):
        assert found("last_communication_on", "not_empty") == ["Anna", "Bruno"]
        assert found("last_communication_on", "empty") == []


def test_a_circular_has_no_way_out_and_one_address_of_two_clients_is_written_to_twice(
    firm: Firm, ada: Membership, server: ScriptedServer
) -> None:
    with use_firm(firm):
        begin(ada)
        for name in ("Anna", "Bruno"):
            reachable_client(name, "famiglia@example.com", consent=None)
        rows = generated(ada, of=template("circular"))
        assert queries.sharing_an_address(rows[0].run) == 2
        services.send(Communication.objects.all(), by=ada, at=timezone.now())
    assert sent_by(firm, server.received) == ["famiglia@example.com"] * 2
    assert sorted(mail["Subject"] for mail in server.received) == ["Per Anna", "Per Bruno"]
    assert all(mail["List-Unsubscribe"] is None for mail in server.received)


def test_what_changed_since_is_asked_when_it_leaves(firm: Firm, ada: Membership, server: ScriptedServer) -> None:
    names = ("Archiviata", "Cancellata", "Contraria", "Disabilitata", "Rifiutata", "Spostata", "Uguale")
    rows = dict(zip(names, waiting(firm, ada, *names), strict=True))
    with use_firm(firm):
        clients = {client.name: client for client in Client.objects.all()}
        Client.objects.filter(name="Archiviata").update(state=ClientState.ARCHIVED)
        erase_client(clients["Cancellata"], ground=ErasureGround.REQUEST, by=ada, at=timezone.now())
        Profile.objects.filter(client=clients["Contraria"]).update(marketing_consent=False)
        services.enable_client(clients["Disabilitata"], False, by=ada, at=timezone.now())
        services.enter_suppression("rifiutata@example.com", note="", by=ada, at=timezone.now())
        Email.objects.filter(client=clients["Spostata"]).update(address="altrove@example.com")
    assert sent_by(firm, server.received) == ["uguale@example.com"]
    with use_firm(firm):
        left = {row.client.name: (row.state, row.problem) for row in Communication.objects.select_related("client")}
        assert left == {
            "Archiviata": ("cancelled", "not_active"),
            "Contraria": ("cancelled", "no_consent"),
            "Disabilitata": ("cancelled", "not_enabled"),
            "Rifiutata": ("cancelled", "suppressed"),
            "Spostata": ("generated", "stale"),
            "Uguale": ("sent", ""),
        }
        assert not OutgoingMail.objects.filter(recipient="cancellata@example.com").exists()
        counts = queries.counts_by_state(Communication.objects.all())
        assert (counts["stale"], counts["generated"], counts["sent"], counts["cancelled"]) == (1, 0, 1, 4)
        [again_id] = services.regenerate(Communication.objects.all(), by=ada, at=timezone.now())
        assert again_id == rows["Spostata"].pk
        assert services.send(Communication.objects.all(), by=ada, at=timezone.now()) == services.Sent(1, 0)
    assert sent_by(firm, server.received) == ["altrove@example.com", "uguale@example.com"]
    with use_firm(firm):
        # What has left never changes, and is not sent again.
        Email.objects.filter(client__name="Uguale").update(address="dopo@example.com")
        assert services.regenerate(Communication.objects.all(), by=ada, at=timezone.now()) == []
        assert services.send(Communication.objects.all(), by=ada, at=timezone.now()).posted == 0
    assert len(server.received) == 2


def test_one_that_is_stale_is_not_sent_until_it_is_generated_again(firm: Firm, ada: Membership, browse: Browse) -> None:
    with use_firm(firm):
        begin(ada)
        reachable_client("Anna")
        [row] = generated(ada, of=template())
        Email.objects.update(address="nuova@example.com")
    act, listed = page(ada, "communications/act/"), page(ada, "communications/?state=stale")
    assert "Da rigenerare" in browse(ada).get(listed).text
    browse(ada).post(act, {"do": "send", "ids": [row.pk]})
    assert again(firm, row).state == "generated"
    browse(ada).post(act, {"do": "regenerate", "scope": "all", "state": "stale"})
    assert again(firm, row).address == "nuova@example.com"
    browse(ada).post(act, {"do": "send", "scope": "all", "state": "generated"})
    assert again(firm, row).state == "sending"
    browse(ada).post(act, {"do": "cancel", "ids": [row.pk]})
    cancelled = again(firm, row)
    assert (cancelled.state, cancelled.mail.state) == ("cancelled", "cancelled")
    browse(ada).post(act, {"do": "restore", "ids": [row.pk]})
    assert again(firm, row).state == "generated"


def test_an_error_is_tried_again_and_an_uncertain_one_waits_for_a_person(
    firm: Firm, ada: Membership, server: ScriptedServer, browse: Browse
) -> None:
    [row] = waiting(firm, ada, "Anna")
    server.faults = {"RCPT": "550 no such user"}
    outbox.send_due(firm.pk)
    failed = again(firm, row)
    assert (failed.state, "550" in failed.problem) == ("error", True)
    browse(ada).post(page(ada, "communications/act/"), {"do": "send", "ids": [row.pk]})
    server.faults = {"TEXT": HANG_UP}
    outbox.send_due(firm.pk)
    assert again(firm, row).state == "uncertain"
    browse(ada).post(page(ada, "communications/act/"), {"do": "send", "ids": [row.pk]})
    server.faults = {}
    assert outbox.send_due(firm.pk) == 0
    assert server.received == []
    settle = page(ada, f"communications/{row.pk}/settle/")
    browse(ada).post(settle, {"arrived": "no"})
    assert outbox.send_due(firm.pk) == 1
    assert again(firm, row).state == "sent"


def test_a_text_that_can_no_longer_be_made_stops_nobody_else(
    firm: Firm, ada: Membership, server: ScriptedServer, browse: Browse
) -> None:
    """Its template names a field that has been deleted since; the preview says so instead of breaking."""
    [row] = waiting(firm, ada, "Anna")
    with use_firm(firm):
        CommunicationRun.objects.filter(pk=row.run_id).update(body="{{ client.custom_gone }}")
        reachable_client("Bruno")
        generated(ada, of=template(name="Altra"), at=NOON + timedelta(hours=1))
        services.send(Communication.objects.filter(client__name="Bruno"), by=ada, at=timezone.now())
    assert "bruno@example.com" in sent_by(firm, server.received)
    assert again(firm, row).state == "error"
    shown = page(ada, f"communications/{row.pk}/")
    assert browse(ada).get(shown).context["is_impossible"]
    assert browse(ada).get(f"{shown}page/").status_code == 404


def test_they_leave_at_the_pace_of_the_firm_and_a_single_mail_passes_them(
    firm: Firm, ada: Membership, server: ScriptedServer
) -> None:
    waiting(firm, ada, *(f"Cliente {number}" for number in range(8)))
    with use_firm(firm):
        MailSettings.objects.update(per_minute=6)
        services.post_mails(
            [services.NewMail(kind="test", occasion="x", recipient="boss@aurora.example", subject="S", body="B")],
            at=timezone.now(),
        )
    outbox.send_due(firm.pk)
    # Half a minute's worth at once, then one every ten seconds.
    assert len(server.received) == 4 + 1
    with use_firm(firm):
        settings = MailSettings.objects.get()
        assert settings.next_at is not None
        MailSettings.objects.update(next_at=settings.next_at - timedelta(seconds=20))
    outbox.send_due(firm.pk)
    assert len(server.received) == 6 + 1


def test_one_click_unsubscribes_without_a_log_in_and_opening_the_link_does_not(
    firm: Firm, ada: Membership, server: ScriptedServer
) -> None:
    waiting(firm, ada, "Anna")
    outbox.send_due(firm.pk)
    [mail] = server.received
    link = mail["List-Unsubscribe"].strip(" <>")
    assert link in mail.get_body(("plain",)).get_content()  # type: ignore[attr-defined]
    path = re.sub(r"^https?://[^/]+", "", link)
    stranger = Browser(enforce_csrf_checks=True)
    assert stranger.get(path).status_code == 200
    with use_firm(firm):
        assert not Suppression.objects.exists()
    for _number in range(2):
        assert stranger.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    with use_firm(firm):
        assert Suppression.objects.get().reason == "unsubscribed"
        assert Profile.objects.get().marketing_consent is False
        assert Consent.objects.filter(purpose="marketing", granted=False, source="web").count() == 1
    token = path.rstrip("/").rsplit("/", 1)[1]
    forged = path.replace(token, f"{token[:-1]}{'A' if token[-1] != 'A' else 'B'}")
    other = path.replace(f"/unsubscribe/{firm.pk}/", f"/unsubscribe/{firm.pk + 1}/")
    assert stranger.post(forged).status_code == 404
    assert stranger.post(other).status_code == 404


DSN = """From: MAILER-DAEMON@example.com
To: cadenza@localhost
Subject: Undelivered
Content-Type: multipart/report; report-type=delivery-status; boundary=x
MIME-Version: 1.0

--x
Content-Type: text/plain

Sorry.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; anna@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such user

--x
Content-Type: text/rfc822-headers

Message-ID: {message_id}
Subject: Per Anna
--x--
"""


def test_what_comes_back_counts_as_bounced_with_a_note_and_its_address_is_left_in_peace(
    firm: Firm, ada: Membership, server: ScriptedServer, tmp_path: Path
) -> None:
    rows = waiting(firm, ada, "Anna", "Bruno")
    outbox.send_due(firm.pk)
    ids = [str(again(firm, row).mail.message_id) for row in rows]
    late, final = tmp_path / "late.eml", tmp_path / "box.mbox"
    late.write_text(DSN.format(action="delayed", status="4.4.7", message_id=ids[1]))
    strange = DSN.format(action="failed", status="5.1.1", message_id="<x@elsewhere>")
    ours = DSN.format(action="failed", status="5.1.1", message_id=ids[0])
    final.write_text("".join(f"From MAILER-DAEMON Thu Jan  1 00:00:00 2026\n{each}\n" for each in (ours, strange)))
    for _number in range(2):
        call_command("read_bounces", str(late), str(final), json=True)
    assert [again(firm, row).state for row in rows] == ["bounced", "sent"]
    with use_firm(firm):
        assert Suppression.objects.get().reason == "bounced"
        assert Note.objects.get().client.name == "Anna"
        assert "550 5.1.1" in Note.objects.get().text


def test_a_full_mailbox_is_tried_again_and_the_third_time_counts_as_dead(
    firm: Firm, ada: Membership, server: ScriptedServer, tmp_path: Path, browse: Browse
) -> None:
    [row] = waiting(firm, ada, "Anna")
    report = tmp_path / "full.eml"
    states = []
    for number in range(MOST_SOFT):
        assert outbox.send_due(firm.pk) == 1
        assert len(server.received) == number + 1
        report.write_text(DSN.format(action="failed", status="4.2.2", message_id=str(again(firm, row).mail.message_id)))
        for _twice in range(2):
            call_command("read_bounces", str(report), json=True)
        states.append(again(firm, row).state)
        with use_firm(firm):
            assert outbox.send_due(firm.pk) == 0, "not before tomorrow"
            OutgoingMail.objects.update(available_at=timezone.now())
    assert states == ["sending", "sending", "bounced"]
    assert len({str(mail["Message-ID"]) for mail in server.received}) == 1
    assert outbox.send_due(firm.pk) == 0
    with use_firm(firm):
        assert Suppression.objects.get().reason == "bounced"
        anna = Client.objects.get(name="Anna").pk
    # Seen on each of the client's pages, until the address is corrected.
    for path in (f"clients/{anna}/", f"clients/{anna}/timeline/"):
        assert "data-bounced" in browse(ada).get(page(ada, path)).text
    with use_firm(firm):
        Email.objects.update(address="nuova@example.com", address_key="nuova@example.com")
    assert "data-bounced" not in browse(ada).get(page(ada, f"clients/{anna}/")).text


def test_a_mail_by_hand_that_comes_back_says_so_too(
    firm: Firm, ada: Membership, server: ScriptedServer, tmp_path: Path
) -> None:
    with use_firm(firm):
        anna = reachable_client("Anna")
        new = services.NewClientMail(recipient="anna@example.com", subject="Ciao", text="Gentile Anna")
        services.send_client_mail(anna, new, by=ada, at=timezone.now())
    assert outbox.send_due(firm.pk) == 1
    report = tmp_path / "gone.eml"
    report.write_text(DSN.format(action="failed", status="5.1.1", message_id=server.received[0]["Message-ID"]))
    for _twice in range(2):
        call_command("read_bounces", str(report), json=True)
    with use_firm(firm):
        assert (OutgoingMail.objects.get().state, Suppression.objects.get().client) == (MailState.DEAD, anna)
        assert Note.objects.get().client == anna


def test_a_sent_one_is_on_the_time_line_of_the_client_and_of_his_company(
    firm: Firm, ada: Membership, server: ScriptedServer
) -> None:
    with use_firm(firm):
        begin(ada)
        company, anna = new_company("Alfa"), reachable_client("Anna")
        update_client(anna, {"company": company}, version=None, by=ada, at=NOON)
        generated(ada, of=template())
        assert Communication.objects.get().company_id == company.pk
        services.send(Communication.objects.all(), by=ada, at=timezone.now())
    outbox.send_due(firm.pk)
    with use_firm(firm):
        assert OutgoingMail.objects.get().state == MailState.SENT
        for client in (anna, company):
            told = [
                event
                for event in events(client, Wish(now=timezone.now()), by=ada).items
                if event.kind == "communication"
            ]
            assert [(event.title, event.client) for event in told] == [("Per Anna", "Anna")]
