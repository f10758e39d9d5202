"""The outbox as who configures sees it: by state, with the reason; sent again, taken as arrived, called back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from communications import outbox
from communications.enums import MailState
from communications.models import OutgoingMail
from communications.services import NewMail, post_mails
from tenants.binding import use_firm
from tenants.models import AuditEvent, Firm, Membership
from tests.cast import page
from tests.communications.mail_server import HANG_UP, ScriptedServer

pytestmark = pytest.mark.django_db
Browse = Callable[[Membership], Browser]
Api = Callable[..., Any]
REASON = "SMTPRecipientsRefused: 550 no such box"


def posted(firm: Firm, *states: MailState) -> list[int]:
    """One mail in each of the states, the last one the latest."""
    with use_firm(firm):
        for number, state in enumerate(states):
            at = timezone.now() - timedelta(hours=len(states) - number)
            mail = NewMail(
                kind="points",
                occasion=f"o{number} of {len(states)}",
                recipient=f"{state}@x.example",
                subject="Punti",
                body="<b>Dieci</b>",
            )
            post_mails([mail], at=at)
            reason = REASON if state in (MailState.DEAD, MailState.UNCERTAIN) else ""
            OutgoingMail.objects.filter(dedupe_key__startswith=f"o{number} of {len(states)}|").update(
                state=state, last_error=reason
            )
        return list(OutgoingMail.objects.order_by("pk").values_list("pk", flat=True))


def state_of(firm: Firm, pk: int) -> str:
    with use_firm(firm):
        return str(OutgoingMail.objects.get(pk=pk).state)


def shown(answer: Any) -> list[str]:
    return [mail.state for mail in answer.context["page"].items]


def test_the_page_lists_every_state_with_its_reason(firm: Firm, ada: Membership, browse: Browse) -> None:
    posted(firm, *MailState)
    browser = browse(ada)

    everything = browser.get(page(ada, "settings/outbox/"))

    assert shown(everything) == [state.value for state in reversed(MailState)]
    assert everything.content.decode().count("no such box") == 2
    assert [(state.value, number) for state, number in everything.context["tabs"]] == [(s.value, 1) for s in MailState]
    for state in MailState:
        assert shown(browser.get(page(ada, f"settings/outbox/?state={state}"))) == [state.value]
    assert len(shown(browser.get(page(ada, "settings/outbox/?state=nonsense")))) == len(MailState)


def test_what_is_stuck_is_sent_again_and_arrives(
    firm: Firm, ada: Membership, browse: Browse, server: ScriptedServer
) -> None:
    [dead] = posted(firm, MailState.DEAD)
    browser, detail = browse(ada), page(ada, f"settings/outbox/{dead}/")

    told = browser.get(detail).content.decode()
    assert "no such box" in told
    assert "&lt;b&gt;Dieci" in told
    answer = browser.post(f"{detail}send-again/")

    assert (answer.status_code, answer["Location"]) == (302, detail)
    assert state_of(firm, dead) == MailState.PENDING
    assert outbox.send_due(firm.pk) == 1
    assert len(server.received) == 1
    with use_firm(firm):
        assert AuditEvent.objects.filter(action="mail.sent_again").count() == 1


def test_what_waits_is_called_back_and_never_leaves(
    firm: Firm, ada: Membership, browse: Browse, server: ScriptedServer
) -> None:
    [waiting] = posted(firm, MailState.PENDING)
    browse(ada).post(page(ada, f"settings/outbox/{waiting}/cancel/"))

    assert (outbox.send_due(firm.pk), server.received) == (0, [])
    assert state_of(firm, waiting) == MailState.CANCELLED
    # The undo of the toast.
    browse(ada).post(page(ada, f"settings/outbox/{waiting}/send-again/"))
    assert outbox.send_due(firm.pk) == 1


@pytest.mark.parametrize("state", MailState)
def test_each_state_allows_what_makes_sense_and_no_more(
    firm: Firm, ada: Membership, api: Api, state: MailState
) -> None:
    allowed = {
        "send-again": {MailState.UNCERTAIN, MailState.DEAD, MailState.CANCELLED},
        "settle": {MailState.UNCERTAIN},
        "cancel": {MailState.PENDING, MailState.UNCERTAIN, MailState.DEAD},
    }
    for action, states in allowed.items():
        with use_firm(firm):
            OutgoingMail.objects.all().delete()
        [pk] = posted(firm, state)
        answer = api(ada).post(f"/api/v1/outgoing-mails/{pk}/{action}/", {})
        assert answer.status_code == (200 if state in states else 400), (state, action)
        assert (state_of(firm, pk) != state) == (state in states)
        if answer.status_code == 400:
            assert answer.json()["errors"][0]["code"] in {"not_stuck", "not_uncertain", "not_cancellable"}


def test_a_sender_who_holds_a_mail_cannot_be_called_back(firm: Firm, ada: Membership, api: Api) -> None:
    [pk] = posted(firm, MailState.PENDING)
    claimed = outbox.claim(firm.pk)

    answer = api(ada).post(f"/api/v1/outgoing-mails/{pk}/cancel/", {})

    assert claimed is not None
    assert (answer.status_code, state_of(firm, pk)) == (400, MailState.SENDING)


def test_the_api_lists_by_state_with_the_reason_and_without_the_text(
    firm: Firm, ada: Membership, api: Api, server: ScriptedServer
) -> None:
    posted(firm, MailState.PENDING, MailState.SENT)
    server.faults = {"RCPT": HANG_UP}
    outbox.send_due(firm.pk)

    [row] = api(ada).get("/api/v1/outgoing-mails/?state=pending").json()["results"]

    assert (row["recipient"], row["attempts"], row["state"]) == ("pending@x.example", 1, "pending")
    assert row["last_error"]
    assert "body" not in row
    assert api(ada).get("/api/v1/outgoing-mails/?state=lost").status_code == 400


def test_only_who_configures_sees_and_touches_it(
    firm: Firm, alice: Membership, mara: Membership, browse: Browse, api: Api
) -> None:
    [pk] = posted(firm, MailState.DEAD)

    for path in ("settings/outbox/", f"settings/outbox/{pk}/"):
        assert browse(alice).get(page(alice, path)).status_code == 403
    assert browse(alice).post(page(alice, f"settings/outbox/{pk}/send-again/")).status_code == 403
    assert api(alice).get("/api/v1/outgoing-mails/").status_code == 403
    assert api(mara).post(f"/api/v1/outgoing-mails/{pk}/cancel/", {}).status_code == 404
    assert browse(mara).get(page(mara, f"settings/outbox/{pk}/")).status_code == 404
    assert state_of(firm, pk) == MailState.DEAD


def test_the_list_takes_as_many_statements_for_many_as_for_few(firm: Firm, ada: Membership, browse: Browse) -> None:
    browser = browse(ada)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            browser.get(page(ada, "settings/outbox/"))
        return len(captured)

    posted(firm, MailState.SENT, MailState.DEAD)
    statements()
    few = statements()
    posted(firm, *([MailState.SENT, MailState.DEAD] * 15))
    assert statements() == few
