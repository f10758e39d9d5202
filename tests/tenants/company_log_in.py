"""The steps of a log-in by a firm's identity provider (OpenID Connect), and what is answered on the way."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.test import Client

from tenants import services
from tenants.binding import use_firm
from tenants.models import AuditEvent, IdentityProvider, Membership
from tests.tenants.openid_server import (
    CLIENT,
    SECRET,
    OpenIDProvider,
)

COMPANY = "/account/company/"
AGAIN = "/account/reauthenticate/"
FAILED, REFUSED = f"{COMPANY}?problem=failed", f"{COMPANY}?problem=refused"


def registered(admin: Membership, idp: OpenIDProvider, **values: Any) -> IdentityProvider:
    domain = admin.user.email.partition("@")[2]
    given = {"name": "Keycloak", "issuer": idp.issuer, "application_id": CLIENT, "secret": SECRET, "domains": [domain]}
    with use_firm(admin.firm):
        return services.save_provider(IdentityProvider(), {**given, **values}, by=admin)


def door(provider: IdentityProvider) -> str:
    return f"/single-sign-on/{provider.door}/"


def asked(client: Client, provider: IdentityProvider, onward: str = "") -> dict[str, str]:
    """What the browser is sent to the provider with."""
    answer = client.post(door(provider), {"next": onward})
    assert answer.status_code == 200, answer.headers
    query = urlsplit(answer.headers["Refresh"].partition("url=")[2]).query
    return {name: values[0] for name, values in parse_qs(query).items()}


def come_back(client: Client, provider: IdentityProvider, told: dict[str, str]) -> Any:
    return client.get(f"{door(provider)}return/", told)


def entered(client: Client, provider: IdentityProvider, idp: OpenIDProvider, email: str, **claims: Any) -> Any:
    person = {"sub": f"sub of {email}", "email": email, "email_verified": True, **claims}
    return come_back(client, provider, idp.consent(asked(client, provider), **person))


def trail(member: Membership, action: str) -> list[dict[str, Any]]:
    with use_firm(member.firm):
        return list(AuditEvent.objects.filter(action=action).order_by("pk").values_list("after", flat=True))
