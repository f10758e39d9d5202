"""Logging in by a firm's identity provider (OpenID Connect): whom it opens what to, and every way to cheat it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from django.db import connection
from django.test import Client

from tenants import services
from tenants.binding import use_firm
from tenants.models import IdentityProvider, Membership, ProviderAccount, Session, User
from tests.cast import PASSWORD, page
from tests.tenants.company_log_in import (
    AGAIN,
    COMPANY,
    FAILED,
    REFUSED,
    asked,
    come_back,
    door,
    entered,
    registered,
    trail,
)
from tests.tenants.openid_server import (
    CLIENT,
    SECRET,
    Claims,
    OpenIDProvider,
    key,
    signed,
    unsigned,
)
from tests.tenants.test_second_step import code_of, set_up


def test_a_member_logs_in_by_the_firms_provider(
    provider: IdentityProvider, idp: OpenIDProvider, alice: Membership
) -> None:
    client = Client()
    client.get(door(provider))
    before = client.cookies.get("sessionid")
    query = asked(client, provider, page(alice, "clients/"))
    assert (query["code_challenge_method"], query["response_type"]) == ("S256", "code")
    assert query["redirect_uri"] == f"http://localhost:8000{door(provider)}return/", "from the setting, not the request"
    assert len(query["nonce"]) >= 32
    assert "the-client-secret" not in str(query)

    told = idp.consent(query, sub="a-1", email="Alice@Aurora.example", email_verified=True)
    answer = come_back(client, provider, told)

    assert answer["Location"] == page(alice, "clients/")
    assert client.get(page(alice, "clients/")).status_code == 200
    assert client.cookies["sessionid"] != before
    assert Session.objects.filter(user=alice.user).count() == 1
    # Known from now on by the account there: whoever is given the address later does not become her.
    assert entered(Client(), provider, idp, "renamed@elsewhere.example", sub="a-1")["Location"] == page(alice)
    assert entered(Client(), provider, idp, alice.user.email, sub="a-2")["Location"] == REFUSED
    assert [one["reason"] for one in trail(alice, "provider.refused")] == ["other_account"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM socialaccount_socialaccount")
        assert cursor.fetchone() == (0,)


BENT: dict[str, Callable[[Claims], Claims]] = {
    "wrong issuer": lambda claims: {**claims, "iss": "https://login.example.com"},
    "wrong audience": lambda claims: {**claims, "aud": "another system"},
    "made for another system": lambda claims: {**claims, "aud": [CLIENT, "another"], "azp": "another"},
    "several audiences, and for none": lambda claims: {**claims, "aud": [CLIENT, "another"]},
    "expired": lambda claims: {**claims, "exp": int(time.time()) - 120},
    "of tomorrow": lambda claims: {**claims, "iat": int(time.time()) + 86400, "nbf": int(time.time()) + 86400},
    "nonce of another log-in": lambda claims: {**claims, "nonce": "n" * 32},
    "no nonce": lambda claims: {name: value for name, value in claims.items() if name != "nonce"},
    "no subject": lambda claims: {name: value for name, value in claims.items() if name != "sub"},
    "a subject without end": lambda claims: {**claims, "sub": "x" * 5000},
}
SIGNED: dict[str, Callable[[Claims], str]] = {
    "alg none": unsigned,
    "signed with the client's secret": lambda claims: jwt.encode(
        claims, SECRET * 2, algorithm="HS256", headers={"kid": "key-1"}
    ),
    "signed by somebody else": lambda claims: signed(claims, by="other"),
    "signed by a key that is not told": lambda claims: signed(claims, by="other", named="key-2"),
    "no token at all": lambda claims: "",
    "a token that is none": lambda claims: "a.b.c",
}


def test_a_token_that_breaks_one_rule_opens_nothing(
    provider: IdentityProvider, idp: OpenIDProvider, alice: Membership
) -> None:
    for name, bend in BENT.items():
        idp.bend, client = bend, Client()
        assert entered(client, provider, idp, alice.user.email)["Location"] == FAILED, name
        assert client.get(page(alice)).status_code == 302, name
    idp.bend = lambda claims: claims
    for name, sign in SIGNED.items():
        idp.sign, client = sign, Client()
        assert entered(client, provider, idp, alice.user.email)["Location"] == FAILED, name
        assert client.get(page(alice)).status_code == 302, name
    idp.sign = signed
    assert entered(Client(), provider, idp, alice.user.email)["Location"] == page(alice), "unbent it does"


def test_an_answer_belongs_to_one_question(provider: IdentityProvider, idp: OpenIDProvider, alice: Membership) -> None:
    person = {"email": alice.user.email, "email_verified": True}
    victim, thief = Client(), Client()
    told = idp.consent(asked(victim, provider), **person)

    assert come_back(victim, provider, {"code": told["code"]})["Location"] == FAILED, "no state"
    assert come_back(victim, provider, {**told, "state": "x" * 16})["Location"] == FAILED
    assert come_back(thief, provider, told)["Location"] == FAILED, "the state of another browser"
    assert idp.asked.count("token") == 0
    assert come_back(victim, provider, told)["Location"] == page(alice)
    victim.post("/account/logout/")
    assert come_back(victim, provider, told)["Location"] == FAILED, "used already"
    # PKCE: a code that was stolen on the way is of no use with the thief's own question.
    stolen, own = idp.consent(asked(Client(), provider), **person), asked(thief, provider)
    assert come_back(thief, provider, {"code": stolen["code"], "state": own["state"]})["Location"] == FAILED
    cancelled = come_back(thief, provider, {"error": "access_denied", "state": "x"})
    assert cancelled["Location"] == f"{COMPANY}?problem=cancelled"
    assert "annullato" in thief.get(cancelled["Location"]).content.decode()


def test_it_vouches_for_members_of_its_firm_alone(
    provider: IdentityProvider,
    idp: OpenIDProvider,
    alice: Membership,
    bob: Membership,
    carol: Membership,
    ada: Membership,
) -> None:
    with use_firm(ada.firm):
        services.deactivate_member(bob, by=ada, at=bob.created_at)
    users = User.objects.count()
    cases = {
        "of another firm": (carol.user.email, {}),
        "of nobody": ("nobody@aurora.example", {}),
        "of nobody elsewhere": ("nobody@example.org", {}),
        "of somebody who has left": (bob.user.email, {}),
        "not verified": (alice.user.email, {"email_verified": False}),
        "not said to be verified": (alice.user.email, {"email_verified": None}),
        "verified as a word": (alice.user.email, {"email_verified": "true"}),
        "without an address": ("", {}),
        "with a second domain": (f"{alice.user.email}@evil.example", {}),
    }
    answers = {name: entered(Client(), provider, idp, email, **claims) for name, (email, claims) in cases.items()}

    assert {answer["Location"] for answer in answers.values()} == {REFUSED}
    assert len({answer.content for answer in answers.values()}) == 1
    assert User.objects.count() == users, "nobody is made"
    reasons = [one["reason"] for one in trail(alice, "provider.refused")]
    assert sorted(set(reasons)) == ["foreign_domain", "no_member", "unverified"]
    assert len(reasons) == len(cases)
    with use_firm(ada.firm):
        assert not ProviderAccount.objects.exists()
        services.save_provider(provider, {"domains": provider.domains, "vouches_for_addresses": True}, by=ada)
    assert entered(Client(), provider, idp, alice.user.email, email_verified=None)["Location"] == page(alice)
    with use_firm(ada.firm):
        services.deactivate_member(alice, by=ada, at=alice.created_at)
    assert entered(Client(), provider, idp, alice.user.email)["Location"] == REFUSED, "known, but no longer a member"


def test_what_one_firms_provider_opens_is_that_firm(
    provider: IdentityProvider, idp: OpenIDProvider, alice: Membership, mara: Membership
) -> None:
    """Whoever runs Aurora's provider could log in there as anybody: it must not lead into Boreale."""
    with use_firm(mara.firm):
        services.add_member(alice.user.email, name="Alice", role="advisor")
    client = Client()
    entered(client, provider, idp, alice.user.email)

    assert client.get(page(alice)).status_code == 200
    assert "Boreale" not in client.get(page(alice)).content.decode()
    assert client.get("/firms/")["Location"] == page(alice), "the other one is not even named"
    elsewhere = {slug: client.get(f"/f/{slug}/") for slug in ("boreale", "no-such-firm")}
    assert {slug: answer["Location"] for slug, answer in elsewhere.items()} == {
        slug: f"{AGAIN}?next=%2Ff%2F{slug}%2F" for slug in elsewhere
    }
    assert client.post(page(mara, "clients/new/"), {"name": "x"})["Location"].startswith(AGAIN)
    for path in ("second-step/", "second-step/app/", "second-step/codes/", "log-ins/", "password/change/"):
        assert client.get(f"/account/{path}")["Location"].startswith(AGAIN), path
    assert client.post("/account/log-ins/end/")["Location"].startswith(AGAIN)

    client.post(AGAIN, {"password": PASSWORD, "next": page(mara)})
    assert [client.get(page(one)).status_code for one in (alice, mara)] == [200, 200], "by what is her own, both"
    assert client.get("/account/log-ins/").status_code == 200


def test_a_providers_answer_counts_only_at_its_own_address(
    provider: IdentityProvider, idp: OpenIDProvider, alice: Membership, mara: Membership
) -> None:
    with use_firm(mara.firm):
        services.add_member(alice.user.email, name="Alice", role="advisor")
        services.add_member("guest@aurora.example", name="Guest", role="advisor")
    evil = registered(mara, idp, domains=["aurora.example", "boreale.example"])
    client = Client()
    told = idp.consent(asked(client, evil), email=alice.user.email, email_verified=True)

    assert come_back(client, provider, told)["Location"] == FAILED, "asked at Boreale's, brought to Aurora's"
    crossed = f"/single-sign-on/{mara.firm_id}-{provider.key}/"
    never = f"/single-sign-on/{mara.firm_id}-{'0' * 20}/"
    assert [client.get(path).status_code for path in (crossed, never)] == [404, 404]
    assert entered(client, evil, idp, alice.user.email)["Location"] == page(mara)
    assert client.get(page(alice))["Location"].startswith(AGAIN), "what Boreale's says opens Boreale"


def test_the_second_step_goes_with_it(
    provider: IdentityProvider, idp: OpenIDProvider, ada: Membership, alice: Membership, bob: Membership
) -> None:
    own = Client()
    own.post("/account/login/", {"login": alice.user.email, "password": PASSWORD})
    secret = set_up(own)
    with use_firm(ada.firm):
        services.change_firm(ada.firm, by=ada, requires_second_step=True)
    client, other = Client(), Client()

    assert entered(client, provider, idp, alice.user.email)["Location"] == "/account/second-step/authenticate/"
    assert client.get(page(alice)).status_code == 302, "who has set one up is asked for it"
    client.post("/account/second-step/authenticate/", {"code": code_of(secret, at=time.time() + 30)})
    assert client.get(page(alice)).status_code == 200
    entered(other, provider, idp, bob.user.email)
    assert other.get(page(bob))["Location"].startswith("/account/second-step/?firm="), "whoever has none needs one"
    with use_firm(ada.firm):
        values = {"domains": provider.domains, "asks_second_step": True}
        services.save_provider(provider, values, by=ada)
    assert other.get(page(bob)).status_code == 200, "unless the provider asks for it"


def test_whoever_confirms_there_has_just_logged_in(
    provider: IdentityProvider, idp: OpenIDProvider, alice: Membership, settings: Any
) -> None:
    client = Client()
    entered(client, provider, idp, alice.user.email)
    query = asked(client, provider, page(alice))
    assert (query["prompt"], query["max_age"]) == ("login", "0")
    person = {"sub": f"sub of {alice.user.email}", "email": alice.user.email, "email_verified": True}

    old = idp.consent(query, **person, auth_time=int(time.time()) - 3600)
    assert come_back(client, provider, old)["Location"] == FAILED, "an older log-in there is no answer"
    fresh = idp.consent(asked(client, provider, page(alice)), **person)
    assert come_back(client, provider, fresh)["Location"] == page(alice)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    grave = client.get(page(alice, "settings/tokens/new/"))
    assert grave["Location"] == f"{door(provider)}?next=%2Ff%2Faurora%2Fsettings%2Ftokens%2Fnew%2F", "asked there"
    records = [one["method"] for one in client.session["account_authentication_methods"]]
    assert records == ["socialaccount", "socialaccount"]


def test_the_keys_are_real() -> None:
    """The stand-in signs as a provider does: its own key verifies, another does not."""
    token = signed({"aud": CLIENT})
    assert jwt.decode(token, key("own").public_key(), algorithms=["RS256"], audience=CLIENT) == {"aud": CLIENT}
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.", unsigned({"aud": CLIENT}))
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, key("other").public_key(), algorithms=["RS256"], audience=CLIENT)
