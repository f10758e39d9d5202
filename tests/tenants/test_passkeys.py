"""Passkeys, in a browser with an authenticator of its own: added, shown, taken away; and what attackers try."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import pytest
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import mail
from django.test import Client
from fido2.utils import websafe_decode, websafe_encode
from playwright.sync_api import BrowserContext, CDPSession, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from crm.celery import app
from tenants.binding import use_firm
from tenants.models import AuditEvent, Membership, Session
from tests.accessibility import violations
from tests.browser import uncomplaining
from tests.cast import PASSWORD, login, page

STEP = "/account/second-step/"
NEW = f"{STEP}passkeys/new/"
ALONE = "/account/passkey/"
AGAIN = "/account/reauthenticate/"
LOG_IN = "/account/login/"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}

# What no browser writes.
NOISE = {"id": "AA", "rawId": "AA", "type": "public-key"}
SAID = {"clientDataJSON": "AA", "authenticatorData": "AA", "signature": "AA", "userHandle": "AA"}
MALFORMED: list[Any] = [
    {"id": 1}, [], [1], 1, "no JSON", "null", NOISE, {**NOISE, "response": "x"}, {**NOISE, "response": {}},
    {**NOISE, "response": SAID}, {**NOISE, "response": {**SAID, "userHandle": "\ud800"}},
    {**NOISE, "response": {**SAID, "userHandle": 7}}, {**NOISE, "rawId": None, "response": SAID},
    "[" * 5_000, "1" * 5_000,
]  # fmt: skip


@dataclass
class Person:
    """Somebody at a browser whose device holds his passkeys."""

    screen: Page
    session: CDPSession
    device: str
    base: str

    def opens(self, path: str) -> None:
        self.screen.goto(self.base + path)

    def logs_in(self, member: Membership) -> None:
        self.opens(LOG_IN)
        self.screen.locator("#id_login").fill(member.user.email)
        self.screen.locator("#id_password").fill(PASSWORD)
        self.screen.locator("form:has(#id_password) button[type=submit]").click()

    def adds_passkey(self, name: str) -> None:
        self.opens(NEW)
        self.screen.locator("#id_name").fill(name)
        self.screen.locator("cz-passkey button").click()
        self.screen.wait_for_url(f"**{STEP}**codes/")

    def shows_passkey(self) -> None:
        self.screen.locator("cz-passkey button").click()

    def is_verified(self, verified: bool) -> None:
        """Whether finger, face or PIN are given."""
        self.session.send("WebAuthn.setUserVerified", {"authenticatorId": self.device, "isUserVerified": verified})

    def leaves(self) -> None:
        self.screen.context.clear_cookies()


@pytest.fixture
def person(live_server: LiveServer, context: BrowserContext) -> Iterator[Person]:
    with uncomplaining(context.new_page()) as screen:
        session = context.new_cdp_session(screen)
        session.send("WebAuthn.enable")
        made = session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        yield Person(screen, session, made["authenticatorId"], live_server.url)


@pytest.fixture
def sent() -> Iterator[None]:
    """Mail is sent by this process."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def inside(member: Membership) -> str:
    return f"**{page(member)}**"


def grow_old() -> None:
    """Every log-in was a while ago."""
    for row in Session.objects.all():
        said = row.get_decoded()
        for record in said.get("account_authentication_methods", []):
            record["at"] -= settings.ACCOUNT_REAUTHENTICATION_TIMEOUT + 1
        row.session_data = Session.get_session_store_class()().encode(said)
        row.save()


def test_a_passkey_is_added_shown_after_the_password_alone_and_once_more_and_removed(
    person: Person, alice: Membership, sent: None
) -> None:
    screen = person.screen
    person.logs_in(alice)
    screen.wait_for_url(inside(alice))
    person.adds_passkey("Il mio portatile")
    kept = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)
    assert (kept.user_id, kept.last_used_at) == (alice.user_id, None)
    with use_firm(alice.firm):
        noted = AuditEvent.objects.filter(by=alice, action="member.second_step_added")
        assert sorted(line.after["way"] for line in noted) == ["recovery_codes", "webauthn"]
    assert [(mailed.to, "passkey" in mailed.body) for mailed in mail.outbox] == [([alice.user.email], True)]
    person.opens(STEP)
    expect(screen.get_by_text("Il mio portatile")).to_be_visible()
    assert violations(screen) == []

    as_second_step(person, alice)
    kept.refresh_from_db()
    assert kept.last_used_at
    alone(person, alice)
    once_more(person, alice)
    renamed_and_removed(person, kept)

    assert not Authenticator.objects.exists(), "the codes that only stood in for it are gone too"
    assert "eliminata" in mail.outbox[-1].body
    person.leaves()
    person.logs_in(alice)
    screen.wait_for_url(inside(alice))


def as_second_step(person: Person, member: Membership) -> None:
    person.leaves()
    person.logs_in(member)
    person.screen.wait_for_url("**/second-step/authenticate/")
    assert violations(person.screen) == []
    person.shows_passkey()
    person.screen.wait_for_url(inside(member))


def alone(person: Person, member: Membership) -> None:
    """It leads to where one wanted to go."""
    person.leaves()
    person.opens(page(member, "clients/"))
    assert violations(person.screen) == []
    person.shows_passkey()
    person.screen.wait_for_url(f"**{page(member, 'clients/')}")


def once_more(person: Person, member: Membership) -> None:
    """Before a token is made."""
    # What the page still asks for would write the session back as it was.
    person.screen.wait_for_load_state("networkidle")
    grow_old()
    person.opens(page(member, "settings/tokens/new/"))
    person.screen.wait_for_url(f"**{AGAIN}?**")
    person.screen.locator("a[href*='passkeys/confirm/']").click()
    person.shows_passkey()
    person.screen.wait_for_url(f"**{page(member, 'settings/tokens/new/')}")


def renamed_and_removed(person: Person, kept: Authenticator) -> None:
    screen = person.screen
    person.opens(STEP)
    screen.locator(f"a[href$='passkeys/{kept.pk}/']").click()
    screen.locator("#id_name").fill("Vecchio portatile")
    screen.locator("main form button.btn-primary").click()
    expect(screen.get_by_text("Vecchio portatile")).to_be_visible()
    screen.locator("a[href$='remove/']").click()
    assert violations(screen) == []
    screen.locator("main form button.btn-danger").click()
    screen.wait_for_url(f"**{STEP}")


def test_what_is_shown_is_good_once_for_its_owner_here_and_only_with_finger_face_or_pin(
    person: Person, alice: Membership, bob: Membership
) -> None:
    screen = person.screen
    person.logs_in(alice)
    screen.wait_for_url(inside(alice))
    person.adds_passkey("Telefono")
    person.leaves()
    shown = caught(person)
    session = next(each["value"] for each in screen.context.cookies() if each["name"] == "sessionid")

    fresh = here()
    fresh.get(ALONE, headers={"Accept": "application/json"})
    assert answered(here(), shown) == LOG_IN, "nobody asked for it"
    assert answered(fresh, shown) == LOG_IN, "the answer to another challenge"
    for tampered in (*changed(json.loads(shown), bob), *MALFORMED):
        assert answered(holder_of(session), tampered) == LOG_IN, tampered
    assert holder_of(session).get(page(alice)).status_code == 302
    rightful = holder_of(session)
    assert answered(rightful, shown) != LOG_IN, "as it was it opens"
    assert rightful.get(page(alice)).status_code == 200
    assert answered(holder_of(session), shown) == LOG_IN, "and once only"

    after_password = here()
    after_password.post(LOG_IN, {"login": alice.user.email, "password": PASSWORD})
    assert after_password.post(f"{STEP}authenticate/", {"credential": shown}).status_code == 200
    assert after_password.get(page(alice)).status_code == 302

    # Who gives neither finger nor face nor PIN goes no further.
    person.is_verified(False)
    person.opens(LOG_IN)
    person.shows_passkey()
    expect(screen.locator("[data-refused]")).to_be_visible()
    assert violations(screen) == []


@pytest.mark.parametrize("said", MALFORMED, ids=lambda said: str(said)[:100])
def test_what_no_browser_says_is_refused_at_each_door(said: Any, alice: Membership) -> None:
    browser = login(Client(), alice)
    for path in (NEW, f"{STEP}passkeys/confirm/"):
        browser.get(path)
        given = said if isinstance(said, str) else json.dumps(said)
        assert browser.post(path, {"credential": given}).status_code in (200, 302)
    assert not Authenticator.objects.exists()


def test_nobody_touches_anothers_passkey(alice: Membership, bob: Membership) -> None:
    hers = Authenticator.objects.create(user=alice.user, type="webauthn", data={"name": "Telefono", "credential": {}})
    browser = login(Client(), bob)
    for path in (f"{STEP}passkeys/{hers.pk}/", f"{STEP}passkeys/{hers.pk}/remove/"):
        assert (browser.get(path).status_code, browser.post(path, {"name": "x"}).status_code) == (404, 404)
    assert Authenticator.objects.get().data["name"] == "Telefono"


def caught(person: Person) -> str:
    """What the browser would send to log in, kept from the server."""
    kept: list[str] = []

    def catch(route: Route) -> None:
        if route.request.method == "POST":
            kept.extend(parse_qs(route.request.post_data or "")["credential"])
            route.fulfill(status=204)
        else:
            route.continue_()

    person.screen.route(f"**{ALONE}", catch)
    person.opens(LOG_IN)
    with person.screen.expect_response(lambda response: response.request.method == "POST"):
        person.shows_passkey()
    person.screen.unroute(f"**{ALONE}")
    [shown] = kept
    return shown


def here() -> Client:
    """At the address for which the passkeys were made."""
    return Client(SERVER_NAME="localhost")


def holder_of(session: str) -> Client:
    client = here()
    client.cookies["sessionid"] = session
    return client


def answered(client: Client, credential: Any) -> str:
    said = credential if isinstance(credential, str) else json.dumps(credential)
    return str(client.post(ALONE, {"credential": said})["Location"])


def changed(shown: dict[str, Any], other: Membership) -> list[dict[str, Any]]:
    """As another's, unsigned, from a copied page, without finger, face or PIN."""
    handle = websafe_encode(user_pk_to_url_str(other.user).encode())
    data = json.loads(websafe_decode(shown["response"]["clientDataJSON"]))
    elsewhere = websafe_encode(json.dumps({**data, "origin": "https://cadenza.evil.example"}).encode())
    flags = bytearray(websafe_decode(shown["response"]["authenticatorData"]))
    flags[32] &= ~0x04
    parts = [
        {"userHandle": handle},
        {"signature": "AAAA"},
        {"clientDataJSON": elsewhere},
        {"authenticatorData": websafe_encode(bytes(flags))},
    ]
    return [{**shown, "response": {**shown["response"], **part}} for part in parts]
