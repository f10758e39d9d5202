"""The second step of the log-in, where a firm asks for it; showing once more who one is; ending other log-ins."""

import json
import re
import time
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.management import CommandError, call_command
from django.test import Client

from tenants import services
from tenants.binding import use_firm
from tenants.models import ApiToken, AuditEvent, Membership, Session
from tests.cast import PASSWORD, page

LOG_IN = "/account/login/"
STEP = "/account/second-step/"
AGAIN = "/account/reauthenticate/"
Browse = Callable[[Membership], Client]


def logged_in(member: Membership, agent: str = "") -> Client:
    client = Client(headers={"User-Agent": agent})
    client.post(LOG_IN, {"login": member.user.email, "password": PASSWORD})
    return client


def code_of(secret: str, *, at: float) -> str:
    return format_hotp_value(hotp_value(secret, int(at) // 30))


def set_up(client: Client) -> str:
    """The app with codes is switched on; its key."""
    text = client.get(f"{STEP}app/").content.decode()
    found = re.search(r"<code[^>]*>([A-Z2-7]{16,})</code>", text)
    assert found, text
    answer = client.post(f"{STEP}app/", {"code": code_of(found[1], at=time.time())})
    assert answer.status_code == 302, answer.content.decode()
    return found[1]


def test_a_code_is_asked_for_after_the_password(alice: Membership) -> None:
    client = logged_in(alice)
    secret = set_up(client)
    codes = re.findall(r"<code>([0-9 -]+)</code>", client.get(f"{STEP}codes/").content.decode())
    assert len(codes) == 10
    assert secret not in str(Authenticator.objects.values_list("data", flat=True)), "it is sealed"

    second = logged_in(alice)
    assert second.get(page(alice)).status_code == 302, "the password alone does not open anything"
    assert second.post(f"{STEP}authenticate/", {"code": "000000"}).status_code == 200
    assert second.get(page(alice)).status_code == 302
    # A code is good once; the next period's is accepted as well.
    assert second.post(f"{STEP}authenticate/", {"code": code_of(secret, at=time.time() + 30)}).status_code == 302
    assert second.get(page(alice)).status_code == 200

    third = logged_in(alice)
    third.post(f"{STEP}authenticate/", {"code": codes[0]})
    assert third.get(page(alice)).status_code == 200
    fourth = logged_in(alice)
    fourth.post(f"{STEP}authenticate/", {"code": codes[0]})
    assert fourth.get(page(alice)).status_code == 302, "a recovery code is good once"


def test_a_firm_that_asks_for_it_opens_to_nobody_without(ada: Membership, alice: Membership) -> None:
    admin, advisor = logged_in(ada), logged_in(alice)
    set_up(admin)
    firm = {"name": ada.firm.name, "time_zone": "Europe/Rome", "language": "it", "requires_second_step": "on"}
    assert admin.post(page(ada, "settings/firm/"), firm).status_code == 302

    answer = advisor.get(page(alice, "clients/"))

    assert answer.status_code == 302
    assert answer["Location"] == f"{STEP}?firm=aurora"
    assert ada.firm.name in advisor.get(answer["Location"]).content.decode()
    assert advisor.post(page(alice, "clients/new/"), {}).status_code == 302, "nor does anything change"
    assert admin.get(page(ada, "clients/")).status_code == 200
    set_up(advisor)
    assert advisor.get(page(alice, "clients/")).status_code == 200


def test_tokens_and_exports_ask_again_who_it_is(ada: Membership, settings: Any) -> None:
    client = logged_in(ada)
    assert client.get(page(ada, "settings/tokens/new/")).status_code == 200, "logged in a moment ago"
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0

    asked = client.get(page(ada, "settings/tokens/new/"))
    assert (asked.status_code, asked["Location"].split("?")[0]) == (302, AGAIN)
    refused = client.post(page(ada, "settings/tokens/new/"), {"name": "x", "scope": "read"})
    assert refused["Location"].startswith(AGAIN)
    for path in ("clients/exports/new/", "clients/exports/firm/new/"):
        assert client.post(page(ada, path), {"format": "csv", "scope": "all"})["Location"].startswith(AGAIN), path
    with use_firm(ada.firm):
        assert not ApiToken.objects.exists()

    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 1000}]
    session.save()
    assert client.get(page(ada, "settings/tokens/new/")).status_code == 302
    assert client.post(AGAIN, {"password": "wrong", "next": page(ada, "settings/tokens/new/")}).status_code == 200
    again = client.post(AGAIN, {"password": PASSWORD, "next": page(ada, "settings/tokens/new/")})
    assert again["Location"] == page(ada, "settings/tokens/new/")
    assert client.get(again["Location"]).status_code == 200


def test_other_log_ins_are_shown_and_ended(alice: Membership, bob: Membership) -> None:
    here, there, elsewhere = (logged_in(alice, f"Browser {number}") for number in range(3))
    stranger = logged_in(bob, "Fremder")
    shown = here.get("/account/log-ins/").content.decode()
    assert [f"Browser {number}" in shown for number in range(3)] == [True] * 3
    assert "Fremder" not in shown
    assert all(session.session_key not in shown for session in Session.objects.all())

    [name, *_rest] = re.findall(r'name="log_in" value="([0-9a-f]{64})"', shown)
    here.post("/account/log-ins/end/", {"log_in": name})
    assert sorted(client.get(page(alice)).status_code for client in (there, elsewhere)) == [200, 302]
    here.post("/account/log-ins/end/")
    assert [client.get(page(alice)).status_code for client in (here, there, elsewhere)] == [200, 302, 302]
    assert stranger.get(page(bob)).status_code == 200


def test_ways_in_are_changed_by_whoever_has_just_shown_who_he_is(alice: Membership, settings: Any) -> None:
    here, there = logged_in(alice), logged_in(alice)
    set_up(here)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    assert here.get(f"{STEP}codes/")["Location"].startswith(AGAIN)
    for path in (f"{STEP}passkeys/new/", f"{STEP}app/off/", f"{STEP}codes/new/"):
        assert here.get(path)["Location"].startswith(AGAIN), path
        assert here.post(path, {"credential": "{}"})["Location"].startswith(AGAIN), path
    assert here.post("/account/log-ins/end/")["Location"].startswith(AGAIN)
    assert Authenticator.objects.count() == 2
    assert there.get(page(alice)).status_code == 200


def test_who_has_lost_everything_is_let_in_by_the_operator_and_everybody_is_told(alice: Membership) -> None:
    client = logged_in(alice)
    set_up(client)
    told = StringIO()
    why = ("--reason", "Rang up; known by her voice")
    for none in ((), ("--reason", " ")):
        with pytest.raises(CommandError, match="reason"):
            call_command("forget_second_step", alice.user.email, *none)
    assert client.get(page(alice)).status_code == 200, "without a reason nothing happens"
    call_command("forget_second_step", alice.user.email.upper(), "--json", *why, stdout=told)

    assert json.loads(told.getvalue()) == {"email": alice.user.email, "forgotten": ["recovery_codes", "totp"]}
    assert client.get(page(alice)).status_code == 302, "whoever was logged in is out"
    assert logged_in(alice).get(page(alice)).status_code == 200
    with use_firm(alice.firm):
        lines = AuditEvent.objects.filter(action="member.second_step_removed", by=None)
        assert sorted(line.after["way"] for line in lines) == ["recovery_codes", "totp"]
        assert {line.after["reason"] for line in lines} == {why[1]}
    with pytest.raises(CommandError, match="Nobody logs in"):
        call_command("forget_second_step", "nobody@aurora.example", *why)


@pytest.mark.parametrize("path", [STEP, f"{STEP}app/", "/account/log-ins/", AGAIN])
def test_nobody_sees_these_pages_without_a_log_in(db: None, path: str) -> None:
    assert Client().get(path)["Location"].startswith(LOG_IN)


def test_an_account_in_two_firms_needs_it_only_where_it_is_asked_for(alice: Membership, mara: Membership) -> None:
    with use_firm(mara.firm):
        services.add_member(alice.user.email, name="Alice", role="advisor")
        services.change_firm(mara.firm, by=mara, requires_second_step=True)
    client = logged_in(alice)

    assert client.get(page(alice)).status_code == 200
    assert client.get(page(mara))["Location"] == f"{STEP}?firm=boreale"
