"""REST: imports of clients."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from clients.api import imports
from clients.imports import jobs, kinds
from clients.models import Client, ImportJob, ImportPiece
from crm.celery import app
from tenants.binding import use_firm
from tenants.models import Membership

Api = Callable[..., Any]
IMPORTS = "/api/v1/imports/"
TEXT = "Cognome;RFA\nRossi;10,50\nVerdi;-1\n"
MAPPING = {"columns": {"Cognome": "last_name", "RFA": "aum"}}
REFUSED = {"line": 3, "column": "RFA", "value": "-1", "code": "negative_amount"}


def errors(answer: Any) -> list[tuple[str, str]]:
    return [(error["field"], error["code"]) for error in answer.json()["errors"]]


def test_a_small_file_is_imported_at_once(api: Api, ada: Membership) -> None:
    caller = api(ada)

    answer = caller.post(IMPORTS, {"content": TEXT, "mapping": MAPPING, "file_name": "clienti.csv"})

    body = answer.json()
    assert answer.status_code == 201, body
    assert (body["state"], body["rows"], body["created"], body["error_count"]) == ("done", 2, 1, 1)
    assert [{name: error[name] for name in REFUSED} for error in body["errors"]] == [REFUSED]
    assert caller.get(f"{IMPORTS}{body['id']}/").json() == body
    assert caller.get(f"{IMPORTS}{body['id']}/errors/").json()["results"] == body["errors"]
    [listed] = caller.get(IMPORTS).json()["results"]
    assert (listed["id"], listed["file_name"], listed["by"]) == (body["id"], "clienti.csv", ada.pk)
    assert [row["name"] for row in caller.get("/api/v1/clients/").json()["results"]] == ["Rossi"]


def test_a_form_with_a_file_does_the_same(api: Api, ada: Membership) -> None:
    file = SimpleUploadedFile("clienti.csv", TEXT.encode("utf-16"), content_type="text/csv")

    answer = api(ada).post(
        IMPORTS, {"file": file, "mapping": json.dumps(MAPPING), "dry_run": "true"}, format="multipart"
    )

    assert answer.status_code == 201, answer.json()
    assert (answer.json()["file_name"], answer.json()["created"], answer.json()["dry_run"]) == ("clienti.csv", 1, True)
    with use_firm(ada.firm):
        assert not Client.objects.exists()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ("file", "required")),
        ({"content": ""}, ("content", "blank")),
        ({"content": "a"}, ("file", "one_column")),
        ({"content": "Cognome;RFA\n"}, ("file", "no_rows")),
        (
            {"content": TEXT, "mapping": {"columns": {"Cognome": "colour"}}},
            ("mapping.columns.Cognome", "unknown_target"),
        ),
        ({"content": TEXT, "mapping": {"columns": {"X": "last_name"}}}, ("file", "missing_column")),
        ({"content": TEXT, "mapping": "{"}, ("mapping", "not_json")),
        ({"content": TEXT, "mapping": 7}, ("mapping", "not_a_mapping")),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_as_a_whole(
    api: Api, ada: Membership, body: dict[str, Any], expected: tuple[str, str]
) -> None:
    answer = api(ada).post(IMPORTS, body)

    assert (answer.status_code, errors(answer)) == (400, [expected])
    with use_firm(ada.firm):
        assert not ImportJob.objects.exists()


def test_a_file_of_the_wrong_kind_says_which(api: Api, ada: Membership) -> None:
    file = SimpleUploadedFile("clienti.xlsx", b"PK\x03\x04\x14\x00")

    assert errors(api(ada).post(IMPORTS, {"file": file}, format="multipart")) == [("file", "wrong_kind")]


@pytest.mark.django_db(transaction=True)
def test_a_large_file_waits_for_a_worker_who_runs_it_once(
    api: Api, ada: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kinds, "AT_ONCE", 10)
    caller = api(ada)

    queued = caller.post(IMPORTS, {"content": TEXT, "mapping": MAPPING})

    assert (queued.status_code, queued.json()["state"]) == (202, "queued")
    pk = queued.json()["id"]
    for _ in range(2):
        with use_firm(ada.firm_id):
            jobs.work_on(pk, at=timezone.now())
    body = caller.get(f"{IMPORTS}{pk}/").json()
    assert (body["state"], body["created"], body["updated"], body["error_count"]) == ("done", 1, 0, 1)
    with use_firm(ada.firm_id):
        assert not ImportPiece.objects.exists()
        assert Client.objects.count() == 1


def test_a_queued_file_that_proves_useless_ends_as_failed(
    api: Api, ada: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kinds, "AT_ONCE", 10)
    pk = api(ada).post(IMPORTS, {"content": "Cognome;RFA\n", "mapping": MAPPING}).json()["id"]

    with use_firm(ada.firm):
        jobs.work_on(pk, at=timezone.now())

    body = api(ada).get(f"{IMPORTS}{pk}/").json()
    assert (body["state"], body["created"]) == ("failed", 0)
    assert "1" in body["failure"]


def test_a_job_whose_message_was_lost_is_rung_for_again(
    api: Api, ada: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kinds, "AT_ONCE", 10)
    pk = api(ada).post(IMPORTS, {"content": TEXT, "mapping": MAPPING}).json()["id"]
    rung: list[int] = []
    monkeypatch.setattr(imports.tasks, "ring", lambda job: rung.append(job.pk))

    api(ada).get(f"{IMPORTS}{pk}/")
    with use_firm(ada.firm):
        ImportJob.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    api(ada).get(f"{IMPORTS}{pk}/")

    assert rung == [pk]


def test_an_advisor_sees_his_own_imports(api: Api, ada: Membership, alice: Membership) -> None:
    api(ada).post(IMPORTS, {"content": TEXT, "mapping": MAPPING})

    assert api(alice).get(IMPORTS).json()["results"] == []
    assert api(alice).post(IMPORTS, {"content": TEXT, "mapping": MAPPING}).status_code == 201
    assert [row["name"] for row in api(alice).get("/api/v1/clients/").json()["results"]] == ["Rossi"]


def test_who_may_not_import_cannot(api: Api, bob: Membership, rita: Membership) -> None:
    assert [api(each).post(IMPORTS, {"content": TEXT}).status_code for each in (bob, rita)] == [403, 403]


def test_step_by_step(api: Api, ada: Membership, django_capture_on_commit_callbacks: Any) -> None:
    caller = api(ada)
    app.conf.task_always_eager = True

    def ask(action: str, body: Any = None) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return caller.post(f"{IMPORTS}{pk}/{action}/", body or {})

    try:
        draft = caller.post(IMPORTS, {"content": TEXT, "step_by_step": True}).json()
        pk = draft["id"]
        assert (draft["state"], draft["layout"]["columns"]) == ("draft", {"Cognome": "last_name", "RFA": "aum"})
        assert ask("check").status_code == 202
        rows = caller.get(f"{IMPORTS}{pk}/rows/?only_refused=true").json()["results"]
        assert [(row["line"], row["refusals"][0]["code"]) for row in rows] == [(3, "negative_amount")]
        assert ask("correct", {"line": 3, "column": "RFA", "value": "1"}).json()["refusals"] is None
        assert ask("correct", {"line": 3, "column": "?", "value": "1"}).status_code == 400
        assert ask("drop", {"line": 2, "dropped": True}).json()["dropped"] is True
        assert ask("run").status_code == 202
        assert caller.get(f"{IMPORTS}{pk}/").json()["created"] == 1
        assert ask("run").status_code == 400
        assert ask("undo").status_code == 202
        told = caller.get(f"{IMPORTS}{pk}/").json()
        assert (told["state"], told["removed"]) == ("undone", 1)
        assert ask("cancel").status_code == 400
    finally:
        app.conf.task_always_eager = False


def test_warnings_are_told_beside_the_errors(api: Any, ada: Membership) -> None:
    text = "Cognome;CF;Nato\nCaccamo;CCCFBA85D03L219P;04/04/1985\nRossi;x;\n"
    mapping = {"columns": {"Cognome": "last_name", "CF": "tax_code", "Nato": "birth_date"}}
    caller = api(ada)

    job = caller.post(IMPORTS, {"content": text, "mapping": mapping}, format="json").json()

    assert (job["created"], job["warning_count"], job["error_count"]) == (1, 1, 1)
    assert [(row["line"], row["column"], row["value"], row["code"]) for row in job["warnings"]] == [
        (2, "Nato", "04/04/1985", "birth_date_differs")
    ]
    assert caller.get(f"{IMPORTS}{job['id']}/warnings/").json()["results"] == job["warnings"]
    assert [row["line"] for row in caller.get(f"{IMPORTS}{job['id']}/errors/").json()["results"]] == [3]
