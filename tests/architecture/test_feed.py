"""The feed of changes follows every resource of the API, or says why not; no statement writes past it."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import QuerySet

from crm.api import RESOURCES
from crm.changes_api import RESOURCES as TOLD
from crm.followed import FOLLOWED, NOT_FOLLOWED
from tenants.binding import use_firm
from tenants.feed.followed import followed
from tenants.models import Membership
from tests.architecture.code import ROOT, sources

# Statements in SQL that write a followed table and are no change of what the API shows of it.
SILENT_STATEMENTS = {
    ("groups/membership.py", "groups_groupmember"): "who is in a group by its rule follows from the clients",
    ("groups/membership.py", "groups_group"): "the mark that the rule has to be asked anew",
    ("clients/imports/statements.py", "clients_client"): "told by clients/imports/telling.py, as all of an import",
    (
        "communications/opportunity_files/writing.py",
        "communications_clientopportunity",
    ): "told by clients/files/rows.py",
    ("clients/ledgers.py", "clients_consent"): "written with the client's record, which is told",
    ("clients/ledgers.py", "clients_companylink"): "the same",
}
WRITES = r"(?:INSERT INTO|UPDATE|DELETE FROM)\s+{table}\b"


def test_every_resource_is_followed_or_says_why_not() -> None:
    print(f"resources: {len(RESOURCES)}, told of: {len(TOLD)}, not: {len(NOT_FOLLOWED)}")  # noqa: T201

    assert set(TOLD) | set(NOT_FOLLOWED) == set(RESOURCES)
    assert not set(TOLD) & set(NOT_FOLLOWED)
    assert len(TOLD) > 25
    assert {model._meta.label for model in followed()} == set(FOLLOWED)


@pytest.mark.django_db
@pytest.mark.parametrize("resource", TOLD)
def test_the_followed_model_is_the_one_that_the_resource_shows(resource: str, ada: Membership) -> None:
    view = RESOURCES[resource]()
    view.request = type("Request", (), {"_request": type("Inner", (), {"membership": ada, "firm": ada.firm})()})()
    view.action, view.kwargs = "list", {}
    with use_firm(ada.firm):
        rows: QuerySet = view.get_queryset()
    model = next(
        apps.get_model(label)
        for label, how in FOLLOWED.items()
        if not how.part_of and resource in (how.resources.values() or [how.resource])
    )

    assert rows.model is model


def test_no_statement_writes_a_followed_table_past_the_feed() -> None:
    found = set()
    for path, text in sources().items():
        for model in followed():
            table = model._meta.db_table
            if re.search(WRITES.format(table=table), text) and "tenants.feed" not in text:
                found.add((path, table))
    # What the bench and the demo write is nobody's change.
    found = {(path, table) for path, table in found if not path.startswith(("crm/bench/", "crm/demo/"))}

    assert found - {("scheduling/statements.py", "scheduling_reminder")} == set(SILENT_STATEMENTS)
    assert "note_rows(Reminder" in (Path(ROOT) / "scheduling/reminding.py").read_text()


@pytest.mark.django_db
def test_the_columns_that_the_feed_reads_exist() -> None:
    for model, how in followed().items():
        columns = {field.attname for field in model._meta.concrete_fields}
        assert set(how.columns) <= columns, model
        assert how.silent <= columns, model
        assert not how.part_of or how.part_of in columns
    assert connection.features.can_return_rows_from_bulk_insert
