"""The cast: two firms and the people in them, made by the services that the product uses.

Ada administers the firm, Alice advises, Bob calls, Rita reads; Carol advises in the other firm and must see nothing.
The firm is not bound: take ``bound`` when a test calls services or queries itself.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.account.internal.flows.login import _AUTHENTICATION_METHODS_USER_SESSION_KEY
from allauth.account.internal.userkit import user_id_to_str
from django.test import Client
from rest_framework.test import APIClient

from crm import onboarding
from tenants import services
from tenants.binding import use_firm
from tenants.enums import Role, Scope
from tenants.models import Firm, Membership

PASSWORD = "correct-horse-battery"


@pytest.fixture
def firm(db: None) -> Firm:
    return onboarding.create_firm(name="Studio Aurora", slug="aurora")


@pytest.fixture
def other_firm(db: None) -> Firm:
    return onboarding.create_firm(name="Studio Boreale", slug="boreale")


@pytest.fixture
def bound(firm: Firm) -> Iterator[Firm]:
    """The firm, bound round the whole test."""
    with use_firm(firm):
        yield firm


@pytest.fixture
def ada(firm: Firm) -> Membership:
    return join(firm, "ada@aurora.example", "Ada Ferri", Role.ADMIN)


@pytest.fixture
def alice(firm: Firm) -> Membership:
    return join(firm, "alice@aurora.example", "Alice Conti", Role.ADVISOR)


@pytest.fixture
def bob(firm: Firm) -> Membership:
    return join(firm, "bob@aurora.example", "Bob Riva", Role.OPERATOR)


@pytest.fixture
def rita(firm: Firm) -> Membership:
    return join(firm, "rita@aurora.example", "Rita Sala", Role.READ_ONLY)


@pytest.fixture
def carol(other_firm: Firm) -> Membership:
    return join(other_firm, "carol@boreale.example", "Carol Neri", Role.ADVISOR)


@pytest.fixture
def mara(other_firm: Firm) -> Membership:
    """The other firm's administrator."""
    return join(other_firm, "mara@boreale.example", "Mara Galli", Role.ADMIN)


def join(firm: Firm, email: str, name: str, role: Role) -> Membership:
    """A member of ``firm`` who can log in with PASSWORD."""
    with use_firm(firm):
        member = services.add_member(email, name=name, role=role, password=PASSWORD)
        member.firm = firm
        return member


def login(client: Client, member: Membership) -> Client:
    """``client`` with the member's session."""
    client.force_login(member.user)
    # As the log-in page leaves it: who and when, which exports and tokens ask for.
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = user_id_to_str(member.user)
    session.save()
    return client


@pytest.fixture
def browse() -> Callable[[Membership], Client]:
    """A logged-in client for a member: ``browse(alice).get(...)``."""
    return lambda member: login(Client(), member)


def page(member: Membership, path: str = "") -> str:
    """The address of a page in the member's firm: ``page(alice, "clients/")``."""
    return f"/f/{member.firm.slug}/{path}"


def token_for(member: Membership, *scopes: str) -> str:
    """A new token of the member, able to do everything that the member may."""
    with use_firm(member.firm_id):
        return services.create_token(member, name="test", scopes=scopes or [Scope.ADMIN], by=member).secret


def api_client(member: Membership, *scopes: str) -> Any:
    """A REST client with a token of the member."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token_for(member, *scopes)}")
    return client


@pytest.fixture
def api() -> Callable[..., Any]:
    """A REST client for a member: ``api(alice).get("/api/v1/clients/")``; ``api(alice, "read")`` narrows its scope."""
    return api_client
