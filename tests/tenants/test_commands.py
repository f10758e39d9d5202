"""``create_firm``, ``create_user``, ``create_token``."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps as app_configs
from django.core.management import call_command, get_commands, load_command_class
from django.core.management.base import CommandError
from django.utils import timezone

from tenants import queries
from tenants.binding import use_firm
from tenants.management.reporting import OneLineCommand
from tenants.models import Firm, Membership, User

ROOT = Path(__file__).resolve().parents[2]


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


# Django's own, under another role: what it prints is Django's.
SILENT = {"migrate"}


def test_every_command_can_tell_its_result_as_json_and_its_mistakes_in_one_line() -> None:
    apps = {config.name for config in app_configs.get_app_configs() if (ROOT / config.name).is_dir()}
    own = {name: load_command_class(app, name) for name, app in get_commands().items() if app in apps}
    taking = {
        name for name, command in own.items() if "--json" in command.create_parser("manage.py", name).format_help()
    }

    assert {name for name, command in own.items() if not isinstance(command, OneLineCommand)} == set()
    assert set(own) - taking == SILENT
    assert len(own) > 15


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """As from a shell, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "crm.settings", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.django_db(transaction=True)
def test_from_a_shell_there_is_one_document_or_one_line() -> None:
    made = run("create_firm", "--name", "Studio Vela", "--slug", "vela", "--json")
    told_help = run("create_user", "--help")
    refused = run("create_user", "--firm", "nowhere", "--email", "a@b.example", "--role", "admin", "--json")
    incomplete = run("create_token", "--firm", "vela")
    of_import = run("import_clients", "--firm", "vela", "--nonsense", "x")
    of_night = run("run_night", "--date", "tomorrow")
    taken = run("create_firm", "--name", "Studio Vela", "--slug", "vela")
    misset = run("create_firm", "--name", "A", "--slug", "a", EMAIL_PORT="many")
    unmigrated = run("migrate", MIGRATION_DATABASE_URL="postgres://nobody@127.0.0.1:1/none")
    nowhere = run("create_firm", "--name", "A", "--slug", "a", DATABASE_URL="postgres://a@host:port/x")
    away = run("create_firm", "--name", "A", "--slug", "a", DATABASE_URL="postgres://nobody@127.0.0.1:1/none")

    assert (json.loads(made.stdout)["slug"], made.stderr, made.returncode) == ("vela", "", 0)
    assert ("--password" in told_help.stdout, told_help.returncode) == (True, 0)
    wrong = [(of_import, "--nonsense"), (of_night, "date"), (away, "refused"), (unmigrated, "refused")]
    # In English from wherever the words come: the firm, whose first language is Italian, is not who reads them.
    wrong += [(taken, "slug: The short name vela is taken."), (misset, "EMAIL_PORT"), (nowhere, "address of")]
    for failed, words in [(refused, "nowhere"), (incomplete, "--user"), *wrong]:
        assert failed.returncode != 0
        assert failed.stdout == ""
        assert words in failed.stderr
        assert len(failed.stderr.strip().splitlines()) == 1, failed.stderr
