"""Webhooks: announced from the feed, signed, retried, rested, switched off, sent again."""

import html
import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import time_machine
from django.test import Client, override_settings
from django.utils import timezone
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from tenants import services
from tenants.binding import use_firm
from tenants.enums import DeliveryState, WebhookState
from tenants.models import Firm, Membership, Webhook, WebhookDelivery
from tenants.webhooks import sending, signing
from tests.cast import login, page

Api = Callable[..., Any]
HOOKS, LOG = "/api/v1/webhooks/", "/api/v1/webhook-deliveries/"


class Receiver:
    """Another system: keeps what it gets and answers as it is told."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], str]] = []
        self.status = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Nothing on the standard error of the tests."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.name = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.name}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def events(self) -> list[tuple[str, Any]]:
        return [(json.loads(body)["type"], json.loads(body)["data"].get("ids")) for _headers, body in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    with override_settings(WEBHOOK_EXCEPTIONS=[made.name]):
        yield made
    made.server.shutdown()
    made.server.server_close()


def hook(member: Membership, receiver: Receiver, *resources: str) -> services.NewSecret:
    with use_firm(member.firm_id):
        return services.create_webhook(receiver.url, resources=resources, by=member, at=timezone.now())


def of(firm_id: int, **changes: Any) -> Webhook:
    with use_firm(firm_id):
        if changes:
            Webhook.objects.update(**changes)
        row: Webhook = Webhook.objects.get()
        return row


def test_changes_are_told_thin_signed_and_once(api: Api, ada: Membership, receiver: Receiver) -> None:
    secret = hook(ada, receiver).secret
    caller = api(ada)
    client = caller.post("/api/v1/clients/", {"last_name": "Rossi"}).json()["id"]
    caller.patch(f"/api/v1/clients/{client}/", {"first_name": "Ada"})

    assert sending.firms_due(timezone.now()) == [ada.firm_id]
    assert sending.send_due(ada.firm_id) == 2
    assert sending.send_due(ada.firm_id) == 0
    assert sending.firms_due(timezone.now()) == []
    assert receiver.events == [("clients.created", [client]), ("clients.updated", [client])]
    for headers, body in receiver.got:
        assert Verifier(secret).verify(body, headers)["data"]["resource"] == "clients"
        assert "Rossi" not in body
    headers, body = receiver.got[0]
    with pytest.raises(WebhookVerificationError):
        Verifier(secret).verify(body.replace("created", "deleted"), headers)
    assert len({headers["webhook-id"] for headers, _body in receiver.got}) == 2


def test_it_tells_what_its_member_may_see_and_what_was_asked_for(
    api: Api, ada: Membership, alice: Membership, receiver: Receiver
) -> None:
    hook(alice, receiver, "clients")
    caller = api(ada)
    caller.post("/api/v1/clients/", {"last_name": "Of Ada", "advisor": ada.pk})
    hers = caller.post("/api/v1/clients/", {"last_name": "Of Alice", "advisor": alice.pk}).json()["id"]
    caller.post("/api/v1/labels/", {"name": "VIP"})
    sending.send_due(ada.firm_id)

    assert receiver.events == [("clients.created", [hers])]


def test_what_was_rolled_back_is_not_told(api: Api, ada: Membership, receiver: Receiver) -> None:
    hook(ada, receiver)
    api(ada).post("/api/v1/clients/", {"last_name": "", "aum": "-1"})

    assert sending.send_due(ada.firm_id) == 0


def test_two_secrets_sign_for_a_day(api: Api, ada: Membership, receiver: Receiver) -> None:
    caller = api(ada)
    made = caller.post(HOOKS, {"url": receiver.url}).json()
    renewed = caller.post(f"{HOOKS}{made['id']}/rotate/").json()
    assert "secret" not in caller.get(f"{HOOKS}{made['id']}/").json()
    caller.post(f"{HOOKS}{made['id']}/ping/")
    sending.send_due(ada.firm_id)

    headers, body = receiver.got[0]
    for secret in (made["secret"], renewed["secret"]):
        assert Verifier(secret).verify(body, headers)["type"] == "ping"
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        caller.post(f"{HOOKS}{made['id']}/ping/")
        sending.send_due(ada.firm_id)
        headers, body = receiver.got[-1]
        assert Verifier(renewed["secret"]).verify(body, headers)
        with pytest.raises(WebhookVerificationError):
            Verifier(made["secret"]).verify(body, headers)


def test_three_days_of_attempts_under_one_id(ada: Membership, receiver: Receiver) -> None:
    made = hook(ada, receiver)
    receiver.status = 500
    begun = timezone.now()
    with use_firm(ada.firm_id):
        services.ping(made.row, by=ada, at=begun)
    now, at = begun, []
    for _attempt in range(len(sending.PAUSES) + 1):
        of(ada.firm_id, failures=0, paused_until=None)
        with time_machine.travel(now, tick=False):
            sending.send_due(ada.firm_id)
        at.append(now)
        with use_firm(ada.firm_id):
            row = WebhookDelivery.objects.get()
        now = row.available_at + timedelta(seconds=1)

    assert (row.state, row.attempts, row.status_code) == (DeliveryState.DEAD, 10, 500)
    assert timedelta(days=2.6) < at[-1] - at[0] < timedelta(days=3.6)
    assert {headers["webhook-id"] for headers, _body in receiver.got} == {row.message_id}


def test_who_fails_rests_and_is_switched_off(ada: Membership, receiver: Receiver) -> None:
    made = hook(ada, receiver)
    receiver.status = 503
    with use_firm(ada.firm_id):
        for _number in range(6):
            services.ping(made.row, by=ada, at=timezone.now())
    sending.send_due(ada.firm_id)
    resting = of(ada.firm_id)

    assert (len(receiver.got), resting.failures) == (4, 4)
    assert resting.paused_until is not None
    assert sending.firms_due(timezone.now()) == []
    of(ada.firm_id, failures=39, paused_until=None)
    sending.send_due(ada.firm_id)
    assert of(ada.firm_id).state == WebhookState.DISABLED
    assert sending.send_due(ada.firm_id) == 0


def test_gone_is_gone_and_can_be_switched_on_again(api: Api, ada: Membership, receiver: Receiver) -> None:
    made = hook(ada, receiver).row
    receiver.status = 410
    caller = api(ada)
    caller.post(f"{HOOKS}{made.pk}/ping/")
    sending.send_due(ada.firm_id)
    assert caller.get(f"{HOOKS}{made.pk}/").json()["state"] == "disabled"

    caller.post("/api/v1/labels/", {"name": "Meanwhile"})
    receiver.status = 200
    assert caller.patch(f"{HOOKS}{made.pk}/", {"state": "active"}).json()["failures"] == 0
    caller.post("/api/v1/labels/", {"name": "Afterwards"})
    with use_firm(ada.firm_id):
        WebhookDelivery.objects.update(available_at=timezone.now())
    sending.send_due(ada.firm_id)
    assert [event for event, _ids in receiver.events] == ["ping", "ping", "labels.created"]


def test_a_delivery_is_sent_again_under_its_id(api: Api, ada: Membership, receiver: Receiver) -> None:
    made = hook(ada, receiver).row
    caller = api(ada)
    caller.post(f"{HOOKS}{made.pk}/ping/")
    [row] = caller.get(LOG, {"webhook": made.pk}).json()["results"]
    assert caller.post(f"{LOG}{row['id']}/replay/").json()["errors"][0]["code"] == "not_over"
    sending.send_due(ada.firm_id)
    assert caller.post(f"{LOG}{row['id']}/replay/").status_code == 202
    sending.send_due(ada.firm_id)

    assert [headers["webhook-id"] for headers, _body in receiver.got] == [row["message_id"]] * 2
    assert caller.get(f"{LOG}{row['id']}/").json()["status_code"] == 200


def test_a_sender_that_was_lost_is_replaced_and_writes_nothing(ada: Membership, receiver: Receiver) -> None:
    made = hook(ada, receiver).row
    with use_firm(ada.firm_id):
        services.ping(made, by=ada, at=timezone.now())
    lost = sending.claim(ada.firm_id)
    assert lost is not None
    assert sending.send_due(ada.firm_id) == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert sending.send_due(ada.firm_id) == 1
        receiver.status = 500
        sending.deliver(lost)
    with use_firm(ada.firm_id):
        assert WebhookDelivery.objects.get().state == DeliveryState.SENT


def test_managed_by_page(ada: Membership, receiver: Receiver) -> None:
    browser = login(Client(), ada)
    base = page(ada, "settings/webhooks/")
    assert "webhook" in browser.get(base).content.decode()
    assert browser.post(f"{base}new/", {"url": "https://10.0.0.1/"}).status_code == 422
    made = browser.post(f"{base}new/", {"url": receiver.url, "description": "ERP"}).content.decode()
    row = of(ada.firm_id)
    [secret] = signing.in_force(row, at=timezone.now())
    assert secret in html.unescape(made)
    shown = html.unescape(browser.get(f"{base}{row.pk}/").content.decode())
    assert [kept in shown for kept in (secret, row.secret)] == [False, False]

    browser.post(f"{base}{row.pk}/ping/")
    sending.send_due(ada.firm_id)
    shown = browser.get(f"{base}{row.pk}/").content.decode()
    assert ("ping" in shown, "200" in shown) == (True, True)
    with use_firm(ada.firm_id):
        delivery = WebhookDelivery.objects.get()
    browser.post(f"{base}deliveries/{delivery.pk}/replay/")
    sending.send_due(ada.firm_id)
    assert len(receiver.got) == 2
    renewed = html.unescape(browser.post(f"{base}{row.pk}/rotate/").content.decode())
    assert signing.in_force(of(ada.firm_id), at=timezone.now())[0] in renewed
    browser.post(f"{base}{row.pk}/switch/")
    assert of(ada.firm_id).state == WebhookState.DISABLED
    assert receiver.url in browser.get(base).content.decode()


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"url": "http://example.com/"}, "url", "not_https"),
        ({"url": "https://127.0.0.1/"}, "url", "private"),
        ({"url": "https://localhost/"}, "url", "host"),
        ({"url": "https://example.com:22/"}, "url", "port"),
        ({"url": "https://example.com/", "resources": ["cats"]}, "resources", "unknown_resource"),
    ],
)
def test_what_is_refused(api: Api, ada: Membership, body: dict[str, Any], field: str, code: str) -> None:
    answer = api(ada).post(HOOKS, body)

    assert answer.status_code == 400
    assert (field, code) in [(each["field"].split(".")[0], each["code"]) for each in answer.json()["errors"]]


def test_a_name_that_leads_inside_is_never_told(ada: Membership, firm: Firm) -> None:
    with use_firm(firm):
        made = services.create_webhook("https://example.com/", resources=[], by=ada, at=timezone.now())
        Webhook.objects.update(url="https://10.0.0.1/")
        services.ping(made.row, by=ada, at=timezone.now())
    sending.send_due(firm.pk)

    with use_firm(firm):
        row = WebhookDelivery.objects.get()
    assert (row.state, row.last_error, row.status_code) == (DeliveryState.PENDING, "private", None)
