"""``create_firm``, ``create_user``, ``create_token``."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from tenants import queries
from tenants.binding import use_firm
from tenants.models import Firm, Membership, User


def told(command: str, *arguments: str) -> Any:
    out = StringIO()
    call_command(command, *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_three_commands_open_a_firm_to_the_api(db: None) -> None:
    firm = told("create_firm", "--name", "Studio Vela", "--slug", "vela", "--scheme", "advisor", "--time-zone", "UTC")
    user = told("create_user", "--firm", "vela", "--email", "Gia@vela.example", "--role", "admin")
    token = told("create_token", "--firm", "vela", "--user", "gia@vela.example", "--scopes", "read,write,admin")

    assert firm == {"id": firm["id"], "slug": "vela"}
    assert user["email"] == "gia@vela.example"
    assert User.objects.get(email="gia@vela.example").check_password(user["password"])
    with use_firm(firm["id"]):
        presented = queries.presented_token(f"Bearer {token['token']}")
        assert presented is not None
        found = queries.usable_token(presented, at=timezone.now())
    assert found is not None
    assert (found.pk, found.member_id) == (token["id"], user["id"])


def test_create_user_keeps_the_password_of_somebody_known(firm: Firm, carol: Membership) -> None:
    user = told("create_user", "--firm", firm.slug, "--email", carol.user.email, "--role", "advisor", "--password", "x")

    assert user["password"] is None
    assert User.objects.get(pk=carol.user_id).password == carol.user.password


@pytest.mark.parametrize(
    ("command", "arguments", "words"),
    [
        ("create_firm", ["--name", "A", "--slug", "aurora"], "slug: The short name aurora is taken."),
        ("create_firm", ["--name", "A", "--slug", "not a slug"], "slug:"),
        ("create_firm", ["--name", "A", "--slug", "a", "--time-zone", "Mars/Base"], "time_zone: Mars/Base"),
        ("create_user", ["--firm", "nowhere", "--email", "a@b.example", "--role", "admin"], "There is no firm"),
        ("create_user", ["--firm", "aurora", "--email", "nobody", "--role", "admin"], "email:"),
        ("create_user", ["--firm", "aurora", "--email", "a@b.example", "--role", "king"], "--role"),
        ("create_user", ["--firm", "aurora", "--email", "a@b.example", "--role", "admin", "--password", "1"], "short"),
        ("create_user", ["--firm", "aurora", "--email", "ada@aurora.example", "--role", "admin"], "member"),
        ("create_token", ["--firm", "aurora", "--user", "x@y.example", "--scopes", "read"], "no active member"),
        ("create_token", ["--firm", "aurora", "--user", "ada@aurora.example", "--scopes", "all"], "scopes:"),
    ],
)
def test_a_mistake_is_told_in_one_line(ada: Membership, command: str, arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError) as refusal:
        call_command(command, *arguments)

    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)
