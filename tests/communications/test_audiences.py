"""From what is ticked, from all that match and from the matrix to the dry run (SIS-15, SIS-37)."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client as Browser

from clients.enums import ClientState
from clients.models import ChangedClient, Client
from communications import services
from communications.enums import LeftOut, MailState
from communications.models import CommunicationRun, OutgoingMail
from communications.services import NewClientMail
from groups.services import GroupDetails, create_group
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.communications.mail_server import ScriptedServer
from tests.communications.making import found, propose
from tests.communications.sending import LATER, NOON, begin, dry_run, reachable_client, reasons, sent_by, template

pytestmark = pytest.mark.django_db
Browse = Callable[[Membership], Browser]


def selected(browser: Browser, member: Membership, **sent: Any) -> str:
    """Where the bar of the client list leads."""
    answer = browser.post(page(member, "clients/bulk/new/"), {"action": "generate_communications", **sent})
    assert urlsplit(answer["Location"]).path == page(member, "client-relations/generate/")
    return str(answer["Location"])


def judged(browser: Browser, firm: Firm, at: str, offer: int) -> dict[str, str]:
    """Whom the dry run of the page at this address lists, and why somebody is left out."""
    audience = parse_qs(urlsplit(at).query)["audience"]
    made = browser.post(at, {"template": offer, "audience": audience})
    assert made.status_code == 302, made.content
    with use_firm(firm):
        return reasons(CommunicationRun.objects.get())


def test_ticked_rows_all_that_match_and_a_cell_of_the_matrix_lead_to_the_dry_run(
    firm: Firm, ada: Membership, alice: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        begin(ada)
        clients = {name: reachable_client(name, advisor=alice) for name in ("Anna", "Andrea", "Bruno")}
        reachable_client("Anonimo", advisor=alice)
        Client.objects.filter(name="Anonimo").update(state=ClientState.ARCHIVED)
        propose(clients["Bruno"], by=ada)
        offer = template().pk
        group = create_group(
            GroupDetails(name="Gold", filter={"field": "name", "op": "contains", "value": "an"}), by=ada, at=NOON
        )
    browser = browse(alice)
    bar = browser.get(page(alice, "clients/?q=an")).text
    assert 'value="generate_communications"' in bar

    ticked = selected(browser, alice, ids=[clients["Bruno"].pk])
    assert "1 cliente selezionato" in browser.get(ticked).text
    assert judged(browser, firm, ticked, offer) == {"Bruno": ""}
    # All that the list shows, whatever narrows it: an archived client is shown as left out, not lost.
    matching = selected(browser, alice, scope="all", query="q=an&state=all")
    assert judged(browser, firm, matching, offer) == {"Andrea": "", "Anna": "", "Anonimo": LeftOut.NOT_ACTIVE}
    matrix = browser.get(page(alice, "clients/?show=services")).text
    assert matrix.count('value="generate_communications"') >= 10
    never_offered = json.dumps({"field": "opportunity.ltc", "op": "empty"})
    cell = selected(browser, alice, scope="all", query=urlencode({"show": "services", "filter": never_offered}))
    assert judged(browser, firm, cell, offer) == {"Andrea": "", "Anna": ""}
    shown = browse(ada).get(page(ada, f"groups/{group.pk}/")).text
    assert f"generate/?audience=group%3A{group.pk}" in shown


def test_a_selection_is_ones_own_and_does_not_last(
    firm: Firm, ada: Membership, alice: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        begin(ada)
        anna, bruno = reachable_client("Anna", advisor=alice), reachable_client("Bruno", advisor=alice)
        offer = template().pk
    first = selected(browse(alice), alice, ids=[anna.pk])
    listed = page(ada, "clients/")
    assert browse(ada).get(first)["Location"] == listed
    second = selected(browse(alice), alice, ids=[bruno.pk])
    assert browse(alice).get(first)["Location"] == listed
    assert "Bruno" in judged(browse(alice), firm, second, offer)
    nobody = browse(alice).post(page(alice, "clients/bulk/new/"), {"action": "generate_communications"})
    assert urlsplit(nobody["Location"]).path == listed


def test_whom_somebody_wrote_to_by_hand_is_left_in_peace_too(
    firm: Firm, ada: Membership, server: ScriptedServer
) -> None:
    with use_firm(firm):
        begin(ada)
        for name in ("Anna", "Bruno", "Carla"):
            reachable_client(name)
        for name in ("Anna", "Bruno"):
            client = Client.objects.get(name=name)
            new = NewClientMail(recipient=f"{name.lower()}@example.com", subject="Ciao", text="Gentile cliente")
            mail = services.send_client_mail(client, new, by=ada, at=NOON)
        services.cancel_client_mail(mail, by=ada)
        circular = template("circular")
        left_alone = {"Anna": LeftOut.PRESSURE, "Bruno": "", "Carla": ""}
        assert reasons(dry_run(ada, of=circular, at=LATER)) == left_alone, "also while it waits in the outbox"
        assert found("last_communication_on", "empty") == ["Anna", "Bruno", "Carla"]
        ChangedClient.objects.all().delete()
    assert sent_by(firm, server.received) == ["anna@example.com"]
    with use_firm(firm):
        assert OutgoingMail.objects.filter(state=MailState.SENT).count() == 1
        assert found("last_communication_on", "not_empty") == ["Anna"]
        assert [row.client_id for row in ChangedClient.objects.all()] == [Client.objects.get(name="Anna").pk]
        assert reasons(dry_run(ada, of=circular, at=LATER)) == left_alone
        assert reasons(dry_run(ada, of=circular, at=NOON + timedelta(days=8)))["Anna"] == ""
