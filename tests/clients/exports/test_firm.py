"""The whole firm by page: one click, in the background, for the administrator alone."""

import io
from collections.abc import Callable, Iterator
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client as Browser

from clients.exports import services as exports
from clients.models import ExportJob
from crm.celery import app
from tenants.binding import use_firm
from tenants.models import AuditEvent, Membership
from tests.clients.builders import new_client

Browse = Callable[[Membership], Browser]
PAGE = "/f/aurora/clients/exports/firm/"


@pytest.fixture(autouse=True)
def _work_at_once() -> Iterator[None]:
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def test_by_page(
    api: Callable[..., Any], browse: Browse, ada: Membership, django_capture_on_commit_callbacks: Any
) -> None:
    with use_firm(ada.firm):
        new_client("Rossi", by=ada)
    browser = browse(ada)

    with django_capture_on_commit_callbacks(execute=True):
        assert browser.post(f"{PAGE}new/").status_code == 302

    page = browser.get(PAGE).content.decode()
    [link] = [part.split('"')[0] for part in page.split('href="')[1:] if "/file/" in part.split('"')[0]]
    answer = browser.get(link)
    assert (answer.headers["Content-Type"], answer.headers["Content-Encoding"]) == ("application/zip", "identity")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    with ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert b"Rossi" in archive.read("tables/clients.client.jsonl")
    with use_firm(ada.firm):
        [told] = AuditEvent.objects.filter(action="firm.exported")
        job = ExportJob.objects.get()
    assert (told.by_id, told.after["count"] > 20, job.state) == (ada.pk, True, "done")
    assert api(ada).get("/api/v1/exports/").json()["results"] == [], "no file of clients"


def test_for_the_administrator_alone(browse: Browse, ada: Membership, alice: Membership, mara: Membership) -> None:
    with use_firm(ada.firm):
        job = exports.ask_for_firm(by=ada)
    assert browse(alice).get(PAGE).status_code == 403
    assert browse(alice).post(f"{PAGE}new/").status_code == 403
    assert browse(alice).get(f"/f/aurora/clients/exports/{job.pk}/file/").status_code == 404
    assert browse(mara).get(f"/f/boreale/clients/exports/firm/{job.pk}/file/").status_code == 404

    assert browse(ada).post(f"{PAGE}new/").status_code == 302, "one at a time, which the page says"
    with use_firm(ada.firm):
        assert ExportJob.objects.count() == 1
    browse(ada).post(f"{PAGE}{job.pk}/cancel/")
    with use_firm(ada.firm):
        assert ExportJob.objects.get().state == "cancelled"
        assert not exports.note_attempt(job.pk)
