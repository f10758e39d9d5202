"""The MiFID risk profile is a list that the firm edits; supplied entries are known by a code as well (domain 6.1)."""

import json
from datetime import timedelta
from importlib import import_module
from typing import Any

from django.db import connection
from django.utils import timezone

from clients import services
from clients.catalogue import fields
from clients.filters.parsing import parse, to_json
from clients.imports import undoing
from clients.merging import Side
from clients.models import Client, ClientEdit, ClientMerge, ImportedRow, ImportJob, ImportRow, ListEntry
from clients.services.lists import replace_entry
from clients.services.merging import merge_clients, undo_merge
from groups.models import Group, MarketingList, SavedSearch, View
from scheduling.models import Check
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.clients.builders import NOON, new_client
from tests.clients.imports.cast import import_text

LATER = NOON + timedelta(hours=1)
BOLD = {"field": "risk_profile", "op": "in", "value": ["dynamic", "aggressive"]}


def risk(code: str) -> ListEntry:
    entry: ListEntry = ListEntry.objects.get(list_name="risk_profile", code=code)
    return entry


def profile_of(name: str) -> str:
    return str(Client.objects.get(last_name=name).profile.risk_profile)


def test_files_name_it_as_the_firm_does_by_code_and_in_either_language(bound: Firm, ada: Membership) -> None:
    services.change_choice(risk("prudent"), {"name": "Conservativo"}, by=ada)
    services.change_choice(risk("moderate"), {"name": "Balanced"}, by=ada)
    services.change_choice(risk("dynamic"), {"active": False}, by=ada)
    services.create_choice(ListEntry(list_name="risk_profile", name="Speculativo"), by=ada)
    text = (
        "Cognome;Profilo di rischio\nA;conservativo\nB;PRUDENTE\nC;aggressive\nD;Speculativo\nE;balanced\nF;Dinamico\n"
    )

    job = import_text(text, by=ada, columns={"Cognome": "last_name", "Profilo di rischio": "risk_profile"})

    assert {row.last_name: profile_of(row.last_name) for row in Client.objects.all()} == {
        "A": "Conservativo",
        "B": "Conservativo",
        "C": "Aggressivo",
        "D": "Speculativo",
        "E": "Balanced",
    }, "what the firm calls an entry counts before what the product called another"
    assert list(job.refused_rows.values_list("value", "code")) == [("Dinamico", "unknown_entry")]


def test_integrations_go_on_by_code(api: Any, ada: Membership) -> None:
    caller = api(ada)

    made = caller.post("/api/v1/clients/", {"last_name": "Rossi", "risk_profile": "aggressive"}).json()
    caller.post("/api/v1/clients/", {"last_name": "Verdi", "risk_profile": made["risk_profile"]})
    caller.post("/api/v1/clients/", {"last_name": "Bianchi", "risk_profile": ""})
    refused = caller.post("/api/v1/clients/", {"last_name": "Neri", "risk_profile": "reckless"})
    [entry] = caller.get("/api/v1/lists/", {"list_name": "risk_profile", "search": "Aggr"}).json()["results"]
    found = caller.get("/api/v1/clients/", {"filter": json.dumps(BOLD), "ordering": "name"}).json()["results"]

    assert (made["risk_profile"], entry["code"]) == (entry["id"], "aggressive")
    assert [error["code"] for error in refused.json()["errors"]] == ["does_not_exist"]
    assert [(row["last_name"], row["risk_profile"]) for row in found] == [
        ("Rossi", entry["id"]),
        ("Verdi", entry["id"]),
    ]
    kept = caller.patch(f"/api/v1/lists/{entry['id']}/", {"name": "Molto aggressivo"})
    assert kept.json()["code"] == "aggressive"


def test_one_in_the_place_of_another_changes_everything_that_asks_for_it(bound: Firm, ada: Membership) -> None:
    old, new = risk("dynamic"), risk("aggressive")
    client = new_client(by=ada, risk_profile=old)
    document = to_json(parse({"all": [BOLD]}, fields()))
    rows: list[Any] = [
        Group.objects.create(name="G", filter=document),
        SavedSearch.objects.create(name="S", filter=document),
        MarketingList.objects.create(name="M", filter=document),
        View.objects.create(name="V", filter=document, owner=ada),
    ]

    replace_entry(old, new=new, by=ada)

    assert Client.objects.get(pk=client.pk).profile.risk_profile == new
    for row in rows:
        row.refresh_from_db()
        assert (row.filter["all"][0]["value"], row.version) == ([new.pk], 2), row


def test_the_migration_loses_no_filter_and_no_way_back(firm: Firm, ada: Membership) -> None:
    """Documents as they were while the profile was a fixed choice, by its code."""
    with use_firm(firm):
        _old_documents(firm, ada)
        with connection.cursor() as cursor:
            import_module("clients.migrations.0027_risk_profiles").convert_documents(cursor)

        bold = [risk("dynamic").pk, risk("aggressive").pk]
        assert Group.objects.get(name="G").filter == {"not": {"all": [{**BOLD, "value": bold}]}}
        assert View.objects.get(name="V").filter["value"] == bold[0]
        check = Check.objects.get(name="C")
        assert (check.condition["value"], check.scope["any"][0]["value"]) == (bold[0], bold)

        services.undo_edit(ClientEdit.objects.get(client__last_name="Rossi"), by=ada, at=LATER)
        assert profile_of("Rossi") == "Moderato"
        undo_merge(ClientMerge.objects.get(), by=ada, at=LATER)
        assert profile_of("Verdi") == "Prudente"
        undoing.undo(ImportJob.objects.get(), at=timezone.now())
        assert profile_of("Neri") == "Equilibrato"


def _old_documents(firm: Firm, ada: Membership) -> None:
    Group.objects.create(name="G", filter={"not": {"all": [BOLD]}})
    View.objects.create(name="V", filter={**BOLD, "op": "eq", "value": "dynamic"}, owner=ada)
    Check.objects.create(
        kind="field", name="C", text="!", condition={**BOLD, "op": "eq", "value": "dynamic"}, scope={"any": [BOLD]}
    )
    edited = new_client("Rossi", by=ada, risk_profile=risk("moderate"))
    services.update_client(edited, {"risk_profile": None}, version=None, by=ada, at=LATER)
    ClientEdit.objects.update(before={"risk_profile": "moderate"}, after={"risk_profile": ""})

    survivor = new_client("Verdi", by=ada, risk_profile=risk("prudent"))
    other = new_client("Verdini", by=ada, risk_profile=risk("dynamic"))
    merge_clients(survivor, other, {"risk_profile": Side.THEIRS}, by=ada, at=LATER)
    merge = ClientMerge.objects.get()
    assert merge.values["profile"].pop("risk_profile_id")
    merge.values["profile"]["risk_profile"] = ["prudent", "dynamic"]
    merge.save()

    new_client("Neri", by=ada, risk_profile=risk("balanced"), external_source="x", external_id="1")
    columns = {"Cognome": "last_name", "Chiave": "external_id", "Fonte": "external_source", "Rischio": "risk_profile"}
    import_text("Cognome;Chiave;Fonte;Rischio\nNeri;1;x;dynamic\n", by=ada, columns=columns)
    assert profile_of("Neri") == "Dinamico"
    for row in ImportedRow.objects.filter(table="clients_profile").exclude(before=None):
        row.before.pop("risk_profile_id")
        row.before["risk_profile"] = "balanced"
        row.save()
    assert not ImportRow.objects.exclude(staged="").exists()
