"""Exports by page and by REST."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from clients.exports import progress
from clients.exports import services as exports
from clients.models import ExportedClient, ExportJob
from crm.celery import app
from tenants.binding import use_firm
from tenants.models import Membership
from tests.clients.builders import new_client
from tests.clients.imports.cast import import_text

Api = Callable[..., Any]
Browse = Callable[[Membership], Browser]
EXPORTS = "/api/v1/exports/"
PAGES = "/f/aurora/clients/exports/"


@pytest.fixture(autouse=True)
def _work_at_once() -> Iterator[None]:
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture
def people(ada: Membership, alice: Membership) -> None:
    with use_firm(ada.firm):
        import_text("Cognome;RFA\nRossi;10\nVerdi;20\n", by=ada)
        new_client("Bianchi", advisor=alice)


def test_by_rest(api: Api, ada: Membership, people: None, django_capture_on_commit_callbacks: Any) -> None:
    caller = api(ada)
    body = {
        "format": "csv",
        "scope": "list",
        "columns": ["name", "aum"],
        "filter": {"field": "aum", "op": "gte", "value": "10"},
        "ordering": "-aum",
    }

    with django_capture_on_commit_callbacks(execute=True):
        asked = caller.post(EXPORTS, body)

    assert (asked.status_code, asked.json()["total"]) == (202, 2)
    told = caller.get(f"{EXPORTS}{asked.json()['id']}/").json()
    assert (told["state"], told["failure"]) == ("done", "")
    file = caller.get(f"{EXPORTS}{asked.json()['id']}/file/").content.decode("utf-8-sig")
    assert [line.split(";")[0] for line in file.splitlines()[1:]] == ['"Verdi"', '"Rossi"']
    assert [row["id"] for row in caller.get(EXPORTS).json()["results"]] == [asked.json()["id"]]


def test_a_selection_that_can_find_nobody_is_an_empty_file(api: Api, ada: Membership, people: None) -> None:
    asked = api(ada).post(EXPORTS, {"format": "json", "scope": "all", "search": "\x8fn\x06I\xe3"})

    assert (asked.status_code, asked.json()["total"]) == (202, 0)


def test_an_export_is_its_members_own(
    api: Api, ada: Membership, alice: Membership, people: None, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        pk = api(ada).post(EXPORTS, {"format": "json"}).json()["id"]

    assert api(alice).get(f"{EXPORTS}{pk}/file/").status_code == 404
    assert api(alice).post(EXPORTS, {"format": "json"}).json()["total"] == 1


def test_who_may_not_export_cannot(api: Api, browse: Browse, bob: Membership, rita: Membership) -> None:
    assert [api(each).post(EXPORTS, {"format": "csv"}).status_code for each in (bob, rita)] == [403, 403]
    assert browse(rita).get(PAGES).status_code == 403


def test_by_page(browse: Browse, ada: Membership, people: None, django_capture_on_commit_callbacks: Any) -> None:
    browser = browse(ada)
    assert b"exports/?q=rossi" in browser.get("/f/aurora/clients/?q=rossi").content

    with django_capture_on_commit_callbacks(execute=True):
        browser.post(f"{PAGES}new/?q=rossi", {"format": "csv", "scope": "list"})

    page = browser.get(PAGES).content.decode()
    [link] = [part.split('"')[0] for part in page.split('href="')[1:] if "/file/" in part.split('"')[0]]
    answer = browser.get(link)
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert (len(lines), lines[1].split(";")[0]) == (2, '"Rossi"')
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_that_nobody_wants_any_more(api: Api, browse: Browse, ada: Membership, people: None) -> None:
    """Stopped by REST while it waits, and by page while a worker is at it; of a finished one nothing changes."""
    caller, browser = api(ada), browse(ada)
    waiting = caller.post(EXPORTS, {"format": "csv"}).json()["id"]

    stopped = caller.post(f"{EXPORTS}{waiting}/cancel/")

    assert (stopped.status_code, stopped.json()["state"]) == (202, "cancelled")
    again = caller.post(f"{EXPORTS}{waiting}/cancel/")
    assert (again.status_code, again.json()["errors"][0]["code"]) == (400, "wrong_state")
    with use_firm(ada.firm):
        assert not ExportedClient.objects.exists()
        assert not exports.note_attempt(waiting)

    begun = caller.post(EXPORTS, {"format": "csv"}).json()["id"]
    with use_firm(ada.firm):
        assert exports.note_attempt(begun)
        ExportJob.objects.filter(pk=begun).update(cancel_requested=True)  # as the page does beside a worker
        exports.write_export(begun, at=timezone.now())
    assert caller.get(f"{EXPORTS}{begun}/").json()["state"] == "cancelled"
    third = caller.post(EXPORTS, {"format": "csv"}).json()["id"]
    assert f"{PAGES}{third}/cancel/" in browser.get(PAGES).content.decode()
    browser.post(f"{PAGES}{third}/cancel/")
    assert caller.get(f"{EXPORTS}{third}/").json()["state"] == "cancelled"


def test_how_far_an_export_is(api: Api, ada: Membership, people: None) -> None:
    caller = api(ada)
    pk = caller.post(EXPORTS, {"format": "csv"}).json()["id"]
    with use_firm(ada.firm):
        exports.note_attempt(pk)
        progress.handled(ExportJob.objects.get(pk=pk), 2)

    told = caller.get(f"{EXPORTS}{pk}/").json()

    assert (told["state"], told["handled"], told["total"]) == ("running", 2, 3)
