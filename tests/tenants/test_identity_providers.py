"""A firm's identity provider: entered with care, found, required, switched off, and spoken to at its own address."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from django.test import Client

from tenants import services
from tenants.binding import use_firm
from tenants.models import AuditEvent, IdentityProvider, Membership, ProviderAccount
from tenants.single_sign_on import wire
from tests.cast import api_client, login, page
from tests.tenants.company_log_in import (
    AGAIN,
    COMPANY,
    FAILED,
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
    OpenIDProvider,
)


def test_the_firm_can_require_it(
    provider: IdentityProvider, idp: OpenIDProvider, ada: Membership, alice: Membership
) -> None:
    admin, advisor, program = login(Client(), ada), login(Client(), alice), api_client(alice)
    required = page(ada, "settings/single-sign-on/required/")
    sent = {"requires_single_sign_on": "on", "emergency_user": ada.pk}
    assert admin.post(required, sent).status_code == 422, "nobody has tried it yet"
    assert entered(Client(), provider, idp, alice.user.email)["Location"] == page(alice)
    assert admin.post(required, {**sent, "emergency_user": alice.pk}).status_code == 422, "no administrator"
    assert admin.post(required, sent).status_code == 302

    refused = advisor.get(page(alice, "clients/"))
    assert refused["Location"] == f"{door(provider)}?next=%2Ff%2Faurora%2Fclients%2F"
    assert advisor.post(page(alice, "clients/new/"), {"name": "x"}).status_code == 302
    assert program.get("/api/v1/clients/").status_code == 200, "tokens go on"
    # The one administrator gets in by the password, and the trail says so, once for each session.
    assert [admin.get(page(ada)).status_code for _ in range(2)] == [200, 200]
    assert len(trail(ada, "provider.passed_by")) == 1
    # By the provider, beside what the session has shown already.
    assert entered(advisor, provider, idp, alice.user.email)["Location"] == page(alice)
    assert advisor.get(page(alice, "clients/")).status_code == 200
    switch = page(ada, f"settings/single-sign-on/{provider.pk}/switch/")
    admin.post(switch)
    with use_firm(ada.firm):
        assert IdentityProvider.objects.get().is_active, "the last one stays while it is required"
    admin.post(required, {"emergency_user": ada.pk})
    assert login(Client(), alice).get(page(alice)).status_code == 200, "taken back"

    asked_for = {"requires_single_sign_on": True}
    assert program.patch("/api/v1/firm/", asked_for).status_code == 403
    answer = api_client(ada).patch("/api/v1/firm/", asked_for)
    assert (answer.status_code, answer.json()["requires_single_sign_on"]) == (200, True)
    assert login(Client(), alice).get(page(alice)).status_code == 302
    assert login(Client(), ada).get(page(ada)).status_code == 200, "who requires it keeps the password"


def test_switched_off_it_opens_nothing_any_more(
    provider: IdentityProvider, idp: OpenIDProvider, ada: Membership, alice: Membership
) -> None:
    client = Client()
    entered(client, provider, idp, alice.user.email)
    assert client.get(page(alice)).status_code == 200
    with use_firm(ada.firm):
        services.switch_provider(provider, active=False, by=ada, firm=ada.firm)

    assert client.get(page(alice))["Location"].startswith(AGAIN), "with the next request"
    assert Client().get(door(provider)).status_code == 404
    with use_firm(ada.firm):
        services.switch_provider(provider, active=True, by=ada, firm=ada.firm)
        services.forget_account(ProviderAccount.objects.get(), by=ada)
    assert client.get(page(alice)).status_code == 302, "forgotten there, the session is over too"
    assert entered(client, provider, idp, alice.user.email, sub="new")["Location"] == page(alice)


def test_whose_provider_is_found_without_telling_who_has_an_account(
    provider: IdentityProvider, idp: OpenIDProvider, alice: Membership, mara: Membership
) -> None:
    def answer(named: str) -> tuple[int, str, bytes]:
        got = Client().post(COMPANY, {"named": named})
        return got.status_code, got.headers.get("Location", ""), b"" if got.status_code == 302 else b"shown"

    own = (302, door(provider), b"")
    assert [answer(named) for named in ("aurora", " AURORA ", alice.user.email, "nobody@aurora.example")] == [own] * 4
    assert [answer(named)[0] for named in ("boreale", mara.user.email, "no-such-firm", "x@example.org")] == [422] * 4
    assert "nome breve" in Client().post(COMPANY, {"named": "boreale"}).content.decode()
    assert "Studio Aurora" in Client().get(door(provider)).content.decode()
    assert Client().post(COMPANY, {"named": "aurora", "next": "/f/aurora/clients/"})["Location"].endswith("clients%2F")
    assert "next" not in Client().post(COMPANY, {"named": "aurora", "next": "https://evil.example/"})["Location"]
    # Claimed by two firms an address leads nowhere: neither takes the other's people.
    with use_firm(mara.firm):
        services.add_member("guest@aurora.example", name="Guest", role="advisor")
    registered(mara, idp, domains=["aurora.example"])
    assert answer(alice.user.email)[0] == 422
    assert answer("aurora") == own
    assert Client(enforce_csrf_checks=True).post(door(provider)).status_code == 403
    assert {answer("no-such-firm")[0] for _ in range(30)} == {422, 429}, "nor is it asked without end"
    assert 'href="/account/company/"' in Client().get("/account/login/").content.decode()


def test_a_provider_is_entered_with_care(
    ada: Membership, alice: Membership, idp: OpenIDProvider, settings: Any
) -> None:
    admin, new = login(Client(), ada), page(ada, "settings/single-sign-on/new/")
    given = {
        "name": "Keycloak",
        "issuer": f"{idp.issuer}/",
        "application_id": CLIENT,
        "secret": SECRET,
        "domains": "aurora.example",
    }
    wrong = {
        "issuer": ["https://10.0.0.1", "http://example.com", "https://localhost:8443", "x", f"{idp.issuer}/other"],
        "domains": ["", "example.org", "aurora", "aurora.example, boreale.example"],
        "secret": [""],
    }
    for field, values in wrong.items():
        for value in values:
            answer = admin.post(new, {**given, field: value})
            assert answer.status_code == 422, value
            assert field in answer.context["form"].errors, value
    assert login(Client(), alice).get(new).status_code == 403

    answer = admin.post(new, given)
    assert answer.status_code == 302, answer.context["form"].errors
    shown = admin.get(answer["Location"]).content.decode()
    assert SECRET not in shown
    with use_firm(ada.firm):
        provider = IdentityProvider.objects.get()
        assert SECRET not in json.dumps(list(IdentityProvider.objects.values()), default=str)
        assert SECRET not in json.dumps(list(AuditEvent.objects.values()), default=str)
    assert f"http://localhost:8000{door(provider)}return/" in shown
    assert admin.post(answer["Location"], {**given, "name": "Okta", "secret": ""}).status_code == 302
    assert entered(Client(), provider, idp, alice.user.email)["Location"] == page(alice), "the secret has stayed"
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    assert admin.get(new)["Location"].startswith(AGAIN)
    for path in (f"{provider.pk}/", f"{provider.pk}/switch/", "required/", "new/"):
        assert admin.post(page(ada, f"settings/single-sign-on/{path}"), given)["Location"].startswith(AGAIN), path


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1:8443/",
        "https://10.1.2.3/",
        "https://169.254.169.254/",
        "http://example.com/",
        "https://[::1]/",
    ],
)
def test_a_private_address_is_not_spoken_to(address: str) -> None:
    with wire.session() as session, pytest.raises(requests.RequestException):
        session.get(address)


def test_a_provider_that_sends_elsewhere_is_not_followed(
    provider: IdentityProvider, idp: OpenIDProvider, alice: Membership
) -> None:
    query = asked(Client(), provider)
    for end in ("openid-configuration", "token", "keys"):
        client = Client()
        told = idp.consent(asked(client, provider), email=alice.user.email, email_verified=True)
        idp.fault = {end: (302, f"http://{idp.name}/stolen")}
        assert come_back(client, provider, told)["Location"] == FAILED, end
        idp.fault = {}
    assert "stolen" not in idp.asked
    assert query
    # What it says of itself may not lead inside either, nor be another's.
    for name, said in {
        "token_endpoint": "https://169.254.169.254/token",
        "jwks_uri": "http://example.com/keys",
        "issuer": "https://login.example.com",
        "authorization_endpoint": 7,
    }.items():
        idp.description = {name: said}
        assert Client().post(door(provider))["Location"] == f"{COMPANY}?problem=unreachable", name
    idp.description = {}
    idp.server.shutdown()
    idp.server.server_close()
    assert Client().post(door(provider))["Location"] == f"{COMPANY}?problem=unreachable"
