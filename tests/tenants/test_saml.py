"""Logging in by a firm's SAML provider: the same rules as by OpenID Connect, and the attacks on assertions."""

from __future__ import annotations

import time
from base64 import b64encode
from copy import deepcopy
from typing import Any

import pytest
import xmlsec
from django.core.cache import cache
from django.test import Client

from tenants import services
from tenants.binding import use_firm
from tenants.enums import LogInProtocol
from tenants.models import IdentityProvider, Membership, ProviderAccount, User
from tenants.single_sign_on.metadata import UnreadableError, described
from tests.cast import login, page
from tests.tenants import saml_provider as idp
from tests.tenants.company_log_in import AGAIN, FAILED, REFUSED, door, trail
from tests.tenants.saml_provider import NS, Answer, Question


@pytest.fixture
def provider(ada: Membership) -> IdentityProvider:
    return registered(ada)


def registered(admin: Membership, **values: Any) -> IdentityProvider:
    given = {
        "name": "Entra", "issuer": idp.ISSUER, "sign_on_url": idp.SIGN_ON, "certificates": [idp.certificate("own")],
        "domains": [admin.user.email.partition("@")[2]], "vouches_for_addresses": True,
    }  # fmt: skip
    with use_firm(admin.firm):
        made = IdentityProvider(protocol=LogInProtocol.SAML)
        return services.save_provider(made, {**given, **values}, by=admin)


def asked(client: Client, provider: IdentityProvider, onward: str = "") -> Question:
    answer = client.post(door(provider), {"next": onward})
    address = answer.headers["Refresh"].partition("url=")[2]
    assert address.startswith(f"{idp.SIGN_ON}?SAMLRequest=")
    return Question.read(address)


def posted(client: Client, provider: IdentityProvider, said: str) -> Any:
    """As browsers do it: the post comes from another site, without the session; the redirect after it has it."""
    session = client.cookies.pop("sessionid", None)
    kept = client.post(f"{door(provider)}answer/", {"SAMLResponse": said})
    if session is not None:
        client.cookies["sessionid"] = session.value
    return client.get(kept["Location"])


def entered(client: Client, provider: IdentityProvider, address: str, **values: Any) -> Any:
    return posted(client, provider, Answer(asked(client, provider), address, **values).encoded())


def test_a_member_logs_in_by_saml(provider: IdentityProvider, alice: Membership, mara: Membership) -> None:
    with use_firm(mara.firm):
        services.add_member(alice.user.email, name="Alice", role="advisor")
    client = Client()
    question = asked(client, provider, page(alice, "clients/"))
    assert question.answer_to == f"http://localhost:8000{door(provider)}answer/"
    assert question.entity == f"http://localhost:8000{door(provider)}metadata/"
    ours = Client().get(f"{door(provider)}metadata/")
    assert question.answer_to in ours.content.decode()
    assert ours["Content-Type"] == "application/samlmetadata+xml"

    assert posted(client, provider, Answer(question, alice.user.email, "p-1").encoded())["Location"] == page(
        alice, "clients/"
    )
    assert client.get(page(alice)).status_code == 200
    assert client.get(page(mara))["Location"].startswith(AGAIN), "the other firm is not opened by it"
    assert client.get("/account/second-step/")["Location"].startswith(AGAIN)
    # By the account there from now on; an address that is given to somebody else is not hers.
    assert entered(Client(), provider, "renamed@elsewhere.example", name="p-1")["Location"] == page(alice)
    assert entered(Client(), provider, alice.user.email, name="p-2")["Location"] == REFUSED
    assert client.cookies["saml-answer"]["httponly"]


def set_text(path: str, text: str) -> Any:
    def change(root: Any) -> None:
        root.find(path, NS).text = text

    return change


def set_attribute(path: str, name: str, value: str | None) -> Any:
    def change(root: Any) -> None:
        node = root if path == "." else root.find(path, NS)
        if value is None:
            del node.attrib[name]
        else:
            node.set(name, value)

    return change


def without(path: str) -> Any:
    def change(root: Any) -> None:
        node = root.find(path, NS)
        node.getparent().remove(node)

    return change


A, LONG_AGO = "saml:Assertion", "2020-01-01T00:00:00Z"
CONFIRMED = f"{A}/saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData"


def another_assertion(*, first: bool, wrapped: bool) -> Any:
    """Signature wrapping: the signed assertion stays somewhere, one of the attacker's stands where it is looked for."""

    def change(root: Any) -> None:
        own = root.find(A, NS)
        evil = deepcopy(own)
        evil.remove(evil.find("ds:Signature", NS))
        evil.set("ID", "_evil")
        for text in (evil.find("saml:Subject/saml:NameID", NS), evil.find(".//saml:AttributeValue", NS)):
            text.text = "alice@aurora.example"
        if wrapped:
            root.replace(own, evil)
            evil.insert(1, signature := own.find("ds:Signature", NS))
            holder = signature.makeelement(f"{{{NS['ds']}}}Object")
            signature.append(holder)
            holder.append(own)
        elif first:
            own.addprevious(evil)
        else:
            own.addnext(evil)

    return change


def with_a_document_type(root: Any) -> bytes:
    text = idp.etree.tostring(root).replace(b"alice@aurora.example", b"&who;")
    return b'<!DOCTYPE r [<!ENTITY who "alice@aurora.example">]>' + text


# What is wrong with an answer that says it is Alice's: how the answer is made.
WRONG: dict[str, dict[str, Any]] = {
    "not signed": {"sign": None},
    "the envelope is signed, the assertion is not": {"sign": "response"},
    "signed by somebody else": {"by": "other"},
    "signed with SHA-1": {"method": xmlsec.Transform.RSA_SHA1, "digest": xmlsec.Transform.SHA1},
    "changed after the signature": {"after": set_text(f"{A}/saml:Subject/saml:NameID", "ada@aurora.example")},
    "for another audience": {"before": set_text(f"{A}/saml:Conditions/saml:AudienceRestriction/saml:Audience", "x")},
    "for no audience": {"before": without(f"{A}/saml:Conditions/saml:AudienceRestriction")},
    "by another issuer": {"before": set_text(f"{A}/saml:Issuer", "https://idp.example.com")},
    "expired": {"before": set_attribute(f"{A}/saml:Conditions", "NotOnOrAfter", LONG_AGO)},
    "not yet": {"before": set_attribute(f"{A}/saml:Conditions", "NotBefore", "2099-01-01T00:00:00Z")},
    "confirmed until long ago": {"before": set_attribute(CONFIRMED, "NotOnOrAfter", LONG_AGO)},
    "confirmed without end": {"before": set_attribute(CONFIRMED, "NotOnOrAfter", None)},
    "confirmed for another address": {"before": set_attribute(CONFIRMED, "Recipient", "https://evil.example/answer/")},
    "confirmed for a longer address": {
        "before": lambda root: set_attribute(CONFIRMED, "Recipient", root.get("Destination") + "x")(root)
    },
    "confirmed for any address": {"before": set_attribute(CONFIRMED, "Recipient", None)},
    "confirmed for another question": {"before": set_attribute(CONFIRMED, "InResponseTo", "_another")},
    "confirmed for any question": {"before": set_attribute(CONFIRMED, "InResponseTo", None)},
    "not confirmed": {"before": without(f"{A}/saml:Subject/saml:SubjectConfirmation")},
    "sent elsewhere": {"after": set_attribute(".", "Destination", "https://evil.example/answer/")},
    "sent to a longer address": {"after": lambda root: root.set("Destination", root.get("Destination") + "x")},
    "nobody asked": {"after": set_attribute(".", "InResponseTo", None)},
    "somebody else asked": {"after": set_attribute(".", "InResponseTo", "_another")},
    "not a success": {
        "after": set_attribute("samlp:Status/samlp:StatusCode", "Value", "urn:oasis:names:tc:SAML:2.0:status:Requester")
    },
    "without a name": {"before": without(f"{A}/saml:Subject/saml:NameID")},
    "a name for this time only": {
        "before": set_attribute(
            f"{A}/saml:Subject/saml:NameID", "Format", "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
        )
    },
    "a document type with entities": {"after": with_a_document_type},
}
# The provider means somebody else, and the answer is made to mean Alice.
WRAPPED: dict[str, Any] = {
    "a second assertion before it": another_assertion(first=True, wrapped=False),
    "a second assertion after it": another_assertion(first=False, wrapped=False),
    "the signed one inside the signature": another_assertion(first=True, wrapped=True),
}


def test_an_answer_that_breaks_one_rule_opens_nothing(
    provider: IdentityProvider, alice: Membership, bob: Membership, ada: Membership
) -> None:
    for name, how in WRONG.items():
        cache.clear()
        client = Client()
        assert entered(client, provider, alice.user.email, **how)["Location"] == FAILED, name
        assert client.get(page(alice)).status_code == 302, name
    for name, change in WRAPPED.items():
        cache.clear()
        client = Client()
        assert entered(client, provider, bob.user.email, after=change)["Location"] == FAILED, name
        assert client.get(page(alice)).status_code == 302, name
    for said in ("", "x", "=", b64encode(b"<a/>").decode(), b64encode(b"\xff" * 99).decode(), "A" * 300_000):
        client = Client()
        asked(client, provider)
        sent = client.post(f"{door(provider)}answer/", {"SAMLResponse": said})
        answer = client.get(sent["Location"]) if "finish" in sent["Location"] else sent
        assert answer["Location"] == FAILED, said[:9]
        cache.clear()
    with use_firm(ada.firm):
        assert not ProviderAccount.objects.exists()
    assert entered(Client(), provider, alice.user.email)["Location"] == page(alice), "unbroken it does"


def test_an_answer_is_good_once_and_for_whoever_asked(provider: IdentityProvider, alice: Membership) -> None:
    victim, thief = Client(), Client()
    said = Answer(asked(victim, provider), alice.user.email).encoded()

    assert posted(thief, provider, said)["Location"] == FAILED, "another browser"
    asked(thief, provider)
    assert posted(thief, provider, said)["Location"] == FAILED, "one that has asked something else"
    assert posted(victim, provider, said)["Location"] == page(alice)
    victim.post("/account/logout/")
    assert posted(victim, provider, said)["Location"] == FAILED, "again"
    # Nor where the question still stands: what was used is remembered by itself.
    question = asked(victim, provider)
    twice = Answer(question, alice.user.email).encoded()
    state = {**victim.session["socialaccount_states"]}
    assert posted(victim, provider, twice)["Location"] == page(alice)
    session = victim.session
    session["socialaccount_states"] = state
    session.save()
    assert posted(victim, provider, twice)["Location"] == FAILED
    assert Client().get(f"{door(provider)}finish/")["Location"] == FAILED, "nothing was brought"


def test_a_comment_does_not_cut_an_address(provider: IdentityProvider, ada: Membership, alice: Membership) -> None:
    """Somebody whom the provider knows as alice@aurora.example.evil.example puts a comment behind the signature."""

    def comment(root: Any) -> bytes:
        return idp.etree.tostring(root).replace(b".example.evil", b".example<!-- -->.evil")  # type: ignore[no-any-return]

    for values in ({}, {"name": "p-1"}):
        answer = entered(Client(), provider, "alice@aurora.example.evil.example", after=comment, **values)
        assert answer["Location"] == REFUSED, "the signature holds, the whole address counts"
    assert {one["reason"] for one in trail(ada, "provider.refused")} == {"foreign_domain"}


def test_it_vouches_for_members_of_its_firm_alone(
    provider: IdentityProvider, alice: Membership, carol: Membership, mara: Membership
) -> None:
    users = User.objects.count()
    for address in (carol.user.email, "nobody@aurora.example", "nobody@example.org"):
        assert entered(Client(), provider, address)["Location"] == REFUSED, address
    assert User.objects.count() == users
    # Another firm's provider with the same name and key: its answers are its own.
    with use_firm(mara.firm):
        services.add_member("guest@aurora.example", name="Guest", role="advisor")
    evil = registered(mara, domains=["aurora.example"])
    client = Client()
    said = Answer(asked(client, evil), alice.user.email).encoded()
    assert posted(client, provider, said)["Location"] == FAILED
    assert entered(Client(), evil, alice.user.email)["Location"] == REFUSED, "no member there"


def test_whoever_confirms_there_has_just_logged_in(provider: IdentityProvider, alice: Membership) -> None:
    client = Client()
    assert not asked(client, provider).force
    entered(client, provider, alice.user.email)
    question = asked(client, provider, page(alice))
    assert question.force
    old = set_attribute(f"{A}/saml:AuthnStatement", "AuthnInstant", LONG_AGO)
    assert posted(client, provider, Answer(question, alice.user.email, before=old).encoded())["Location"] == FAILED
    again = Answer(asked(client, provider, page(alice)), alice.user.email)
    assert posted(client, provider, again.encoded())["Location"] == page(alice)
    assert abs(client.session["account_authentication_methods"][-1]["at"] - time.time()) < 60


def test_metadata_is_read_with_care(ada: Membership, alice: Membership) -> None:
    admin, new = login(Client(), ada), page(ada, "settings/single-sign-on/new/saml/")
    good, one = idp.metadata(), {"name": "Entra", "domains": "aurora.example"}
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + good.replace(idp.ISSUER, "&b;")
    for given in (
        "", "x", "<a/>", "https://10.0.0.1/metadata", "http://example.com/metadata", "file:///etc/passwd", bomb,
        good.replace(idp.SIGN_ON, "https://169.254.169.254/"), good.replace(idp.SIGN_ON, "javascript:alert(1)"),
        good.replace("HTTP-Redirect", "HTTP-POST"), good.replace(idp.certificate("own"), "bm90IG9uZQ=="),
        f"<md:EntitiesDescriptor xmlns:md='urn:oasis:names:tc:SAML:2.0:metadata'>{good}</md:EntitiesDescriptor>",
        good + " " * 300_000,
    ):  # fmt: skip
        if given:
            with pytest.raises(UnreadableError):
                described(given if given.strip() == given else given + "<!-- -->" * 40_000)
        answer = admin.post(new, {**one, "metadata": given if len(given) < 200_000 else "x" * 300_000})
        assert answer.status_code == 422, given[:60]
        assert "metadata" in answer.context["form"].errors, given[:60]

    answer = admin.post(new, {**one, "metadata": good})
    assert answer.status_code == 302, answer.context["form"].errors
    with use_firm(ada.firm):
        provider = IdentityProvider.objects.get()
    assert (provider.issuer, provider.sign_on_url) == (idp.ISSUER, idp.SIGN_ON)
    assert f"{door(provider)}answer/" in admin.get(answer["Location"]).content.decode()
    assert entered(Client(), provider, alice.user.email)["Location"] == page(alice)
    # What was read stays until other metadata is given; then the former key opens nothing.
    assert admin.post(answer["Location"], {**one, "name": "Okta", "metadata": ""}).status_code == 302
    assert entered(Client(), provider, alice.user.email)["Location"] == page(alice)
    assert admin.post(answer["Location"], {**one, "metadata": idp.metadata("other")}).status_code == 302
    assert entered(Client(), provider, alice.user.email)["Location"] == FAILED
    assert entered(Client(), provider, alice.user.email, by="other")["Location"] == page(alice)
