"""Guards that try: each does what an attacker or a careless colleague would, and returns what went through."""

from contextlib import AbstractContextManager
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from tenants import queries, services
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import login, page


def reading_problems(firm: Firm, other: Firm) -> list[str]:
    """Plain SQL, in which somebody forgot the firm, sees the bound firm's rows only."""
    with use_firm(firm), connection.cursor() as cursor:
        cursor.execute("SELECT firm_id FROM tenants_membership WHERE firm_id <> %s", [firm.pk])
        seen = cursor.fetchall()
    return [f"rows of firm {other.pk} are seen"] * bool(seen)


def writing_problems(firm: Firm, other: Firm, user_id: int) -> list[str]:
    """Plain SQL cannot write a row into another firm."""
    return _went_through(
        firm,
        """INSERT INTO tenants_auditevent (firm_id, at, action, target_kind, before, after)
           VALUES (%s, now(), 'probe', '', '{}', '{}')""",
        [other.pk],
        "a row was written into another firm",
    )


def reference_problems(firm: Firm, stranger: Membership) -> list[str]:
    """Plain SQL cannot name another firm's row in one's own."""
    return _went_through(
        firm,
        """INSERT INTO tenants_auditevent (firm_id, at, action, target_kind, before, after, by_id)
           VALUES (%s, now(), 'probe', '', '{}', '{}', %s)""",
        [firm.pk, stranger.pk],
        "a row names another firm's member",
    )


def _went_through(firm: Firm, sql: str, values: list[Any], words: str) -> list[str]:
    try:
        with use_firm(firm), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
            transaction.set_rollback(True)
    except DatabaseError:
        return []
    return [words]


def leaking_problems(bind: AbstractContextManager[None]) -> list[str]:
    """After the block the connection, which the next request gets, is bound to nobody."""
    with bind:
        pass
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.firm_id', true)")
        left = cursor.fetchone()[0]
    return [f"firm {left} is still bound"] * bool(left)


def request_problems(member: Membership, other: Firm) -> list[str]:
    """A page of one's own firm answers, another firm's does not; a refusal leaves no trace. Needs probe_urls."""
    client = login(Client(raise_request_exception=False), member)
    problems = []
    if client.get(page(member, "probe/late/")).content.decode() != str([member.pk]):
        problems.append("the page does not see its own firm, or more than it")
    if client.get(f"/f/{other.slug}/probe/late/").status_code != 404:
        problems.append("another firm's page answers")
    for status in (400, 403, 409, 422, 500):
        client.post(page(member, f"probe/write/{status}/"))
        with use_firm(member.firm_id):
            if Membership.objects.get(pk=member.pk).signature:
                problems.append(f"an answer of {status} left a trace")
                Membership.objects.update(signature="")
    return problems


def departure_problems(member: Membership, admin: Membership) -> list[str]:
    """Who was deactivated is out, with his old session, with a new one and with his token."""
    before = login(Client(), member)
    with use_firm(member.firm_id):
        token = services.create_token(member, name="probe", scopes=["admin"], by=member).secret
        services.deactivate_member(member, by=admin, at=timezone.now())
    problems = []
    if before.get(page(member, "settings/me/")).status_code not in (302, 404):
        problems.append("the old session still knows the firm")
    if login(Client(), member).get(page(member, "settings/me/")).status_code != 404:
        problems.append("a new session knows the firm")
    if Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {token}"}).status_code != 401:
        problems.append("the token still opens the API")
    return problems + token_problems(token, member.firm_id)


def token_problems(token: str, firm_id: int) -> list[str]:
    """The token does not open this firm."""
    random = token.split("_", 2)[2]
    presented = queries.presented_token(f"Bearer cdz_{firm_id}_{random}")
    assert presented is not None
    with use_firm(firm_id):
        usable = queries.usable_token(presented, at=timezone.now())
    return [f"the token opens firm {firm_id}"] * (usable is not None)
