"""A whole firm out and in again: identical by table and by REST, and nobody else is touched."""

import io
import json
import re
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.management import call_command
from django.db import models
from django.utils import timezone

from clients.attachments import storage
from clients.models import Attachment, Client
from clients.services import undo_merge
from communications.models import OutgoingMail
from crm import api
from crm.nightly import run_now
from groups.filtering import client_condition
from groups.models import Group
from scheduling.models import ClientPlan
from tenants.archive.contents import left_out
from tenants.binding import local_today, use_firm
from tenants.models import ApiToken, Firm, Membership, User
from tests.cast import api_client
from tests.tenants.archive.world import FILE, GIVEN_UP, archived, differences, lived_in, owned, pairs_of, rows_of

# Resources of what stays behind, of jobs, or that follow from the moment.
ELSEWHERE = {"tokens", "webhooks", "webhook-deliveries", "imports", "exports", "changes", "clients/bulk-actions"}
# What each firm has of its own: its names, when a mail that waited and was given up is forgotten, a hash over ids.
OWN = re.compile(r"firm\.(id|slug): |outgoing-mails\.results\[\d+\]\.kept_until: None is |relations/graph\.version: ")


def told(command: str, *arguments: str) -> Any:
    out = io.StringIO()
    call_command(command, *arguments, "--json", stdout=out, stderr=io.StringIO())
    return json.loads(out.getvalue())


def everything_of(firm: Firm) -> dict[str, Any]:
    return {model._meta.label: rows_of(firm, model) for model in owned()}


@pytest.mark.django_db(transaction=True)
def test_a_firm_exported_and_imported_is_the_same_and_touches_no_other(tmp_path: Path) -> None:
    first = lived_in()
    other = lived_in("altra")
    before = everything_of(other)
    file = tmp_path / "vissuta.zip"

    written = told("export_firm", "--firm", "vissuta", str(file))
    made = told("import_firm", str(file), "--slug", "copia")

    with use_firm(made["id"]):
        second = Firm.objects.get()
        assert not ApiToken.objects.exists()
    assert (made["rows"], made["files"], made["new_users"]) == (written["rows"], written["files"], 0)
    _compare_tables(first, second)
    _compare_resources(first, second)
    _compare_what_can_be_done(first, second)
    _no_secret_left(file)
    assert everything_of(other) == before
    _a_night_changes_nothing(second)


def _compare_tables(first: Firm, second: Firm) -> None:
    pairs = pairs_of(first, second)
    same = {pair for of_table in pairs.values() for pair in of_table.items()}
    problems = []
    filled = 0
    for model in archived():
        one, other = rows_of(first, model), rows_of(second, model)
        if model._meta.label == "tenants.AuditEvent":
            one = [row for row in one if row["action"] != "firm.exported"]
            other = [row for row in other if row["action"] != "firm.restored"]
        filled += bool(one)
        if len(one) != len(other):
            problems.append(f"{model._meta.label}: {len(one)} rows are {len(other)}")
            continue
        for row, its in zip(one, other, strict=True):
            problems += _of_row(model, row, its, pairs, same)
    assert problems[:20] == []
    assert filled > 60, "the world is too poor to show anything"


def _of_row(model: Any, row: Any, its: Any, pairs: Any, same: Any) -> list[str]:
    found = []
    for field in model._meta.concrete_fields:
        name = field.attname
        if field.name in ("firm", "pk") or name in ("stored_as", "cursor"):
            continue
        where = f"{model._meta.label} {row.get('id')} {name}"
        label = model._meta.label if name == "id" else field.related_model._meta.label if field.is_relation else ""
        if label in left_out():
            # What made the row stays behind.
            found += [f"{where}: {its[name]}"] * (its[name] is not None)
        elif label in pairs:
            expected = None if row[name] is None else pairs[label].get(row[name])
            found += [f"{where}: {row[name]} is {its[name]}"] * (its[name] != expected)
        elif isinstance(field, models.JSONField) or name.endswith("_id") or isinstance(row[name], list):
            found += list(differences(row[name], its[name], same, where))
        elif row[name] != its[name] and (row[name], its[name]) not in GIVEN_UP:
            found.append(f"{where}: {row[name]!r} is {its[name]!r}")
    return found


def _compare_resources(first: Firm, second: Firm) -> None:
    """Every list of the API, as the administrator of each firm reads it."""
    callers = []
    for firm in (first, second):
        with use_firm(firm):
            callers.append(api_client(Membership.objects.select_related("firm").order_by("id")[0]))
    same = {pair for of_table in pairs_of(first, second).values() for pair in of_table.items()}
    problems, read = [], 0
    for prefix in [*api.RESOURCES, "firm", "retention", "parameters", "points-mail", "relations/graph"]:
        if prefix in ELSEWHERE or (prefix in api.RESOURCES and "list" not in _methods(api.RESOURCES[prefix])):
            continue
        asked = {"page_size": 500} if prefix in api.RESOURCES else {}
        one, other = (caller.get(f"/api/v1/{prefix}/", asked) for caller in callers)
        if one.status_code == 400:
            one, other = (caller.get(f"/api/v1/{prefix}/") for caller in callers)
        if one.status_code != 200:
            assert one.status_code == other.status_code, prefix
            continue
        read += 1
        problems += differences(_told(one.json()), _told(other.json()), same, prefix)
    assert [problem for problem in problems if not OWN.match(problem)][:20] == []
    assert read > 45


def _methods(viewset: Any) -> set[str]:
    return set(dir(viewset))


def _told(document: Any) -> Any:
    """Cursors hold ids; that the firm was exported is told only where it was, and what made it only where it came."""
    if not isinstance(document, dict) or "results" not in document:
        return document
    rows = [row for row in document["results"] if not str(row.get("action", "")).startswith(("firm.", "token."))]
    return {"results": rows}


def _compare_what_can_be_done(first: Firm, second: Firm) -> None:
    """Filters find the same people, the file is there, a merge can be undone."""
    found = []
    for firm in (first, second):
        with use_firm(firm):
            groups = Group.objects.order_by("id")
            today = local_today(firm)
            conditions = {group.name: client_condition(group, today=today) for group in groups}
            clients = {name: Client.objects.filter(which) for name, which in conditions.items()}
            found.append({name: sorted(rows.values_list("name", flat=True)) for name, rows in clients.items()})
    assert found[0] == found[1]
    assert found[0]["Soci"]
    with use_firm(second):
        attachment = Attachment.objects.get(name="contratto.pdf")
        with storage.open_stored(attachment.stored_as) as stored:
            assert stored.read() == FILE
        merged = Client.objects.get(merged_into__isnull=False)
        undo_merge(merged.merged_into.merges.get(), by=None, at=timezone.now())
        assert Client.objects.get(pk=merged.pk).merged_into_id is None
        assert not OutgoingMail.objects.filter(state="pending").exists()
    with use_firm(first):
        assert OutgoingMail.objects.filter(state="pending").exists()
        assert Attachment.objects.get(name="contratto.pdf").stored_as != attachment.stored_as


def _no_secret_left(file: Path) -> None:
    """What the manifest says stays behind, stays behind; hashes of passwords never leave either."""
    with ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        whole = b"".join(archive.read(name) for name in archive.namelist())
    assert {"tenants.ApiToken", "tenants.Webhook", "tenants.Invitation"} <= set(manifest["left_out"])
    secrets = [user.password.encode() for user in User.objects.all() if user.has_usable_password()]
    assert secrets
    assert not [secret for secret in secrets if secret in whole]


def _a_night_changes_nothing(second: Firm) -> None:
    """What is derived came along as the night had made it."""
    with use_firm(second):
        before = {row["client_id"]: row["due_on"] for row in ClientPlan.objects.values("client_id", "due_on")}
    run_now(second.pk, None, at=timezone.now())
    with use_firm(second):
        after = {row["client_id"]: row["due_on"] for row in ClientPlan.objects.values("client_id", "due_on")}
    assert before.keys() <= after.keys()
    changed = {pk for pk, due in before.items() if after[pk] != due}
    assert len(changed) <= 2, "only those whose merge was undone above"
