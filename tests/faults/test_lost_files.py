"""A storage of attachments that is full, may not be written on, is gone, or has lost a file (F22)."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from clients import services
from clients.models import Attachment, Note
from clients.services import NoteContent
from tenants.binding import use_firm
from tenants.models import AuditEvent, Firm, Membership
from tests.cast import api_client, page
from tests.clients.builders import NOON, new_client
from tests.faults.disks import small_disk

pytestmark = pytest.mark.django_db(transaction=True)

FAULTS = ["full", "read-only", "gone"]
KEPT, REFUSED = b"contratto" * 1000, b"x" * 600_000


@pytest.fixture
def place(settings: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "attachments"
    folder.mkdir()
    kept = settings.STORAGES["attachments"]
    options = {**kept["OPTIONS"], "location": str(folder)}
    settings.STORAGES = {**settings.STORAGES, "attachments": {**kept, "OPTIONS": options}}
    return folder


@pytest.fixture(params=FAULTS)
def broken(request: pytest.FixtureRequest, place: Path, kept: Attachment) -> Iterator[str]:
    """What was attached before is there, but where the whole folder is gone."""
    if request.param == "gone":
        place.rename(place.with_name("elsewhere"))
        place.write_text("a file where the folder was")
        yield request.param
        return
    with small_disk(place, 1) as disk:
        # Half of the next file still fits.
        if request.param == "full":
            disk.fill(leave=len(REFUSED) // 2)
        else:
            disk.forbid_writing()
        yield request.param


@pytest.fixture
def note(firm: Firm, alice: Membership) -> Note:
    with use_firm(firm):
        return services.create_note(new_client(advisor=alice), NoteContent(text="Contratto"), by=alice, at=NOON)


@pytest.fixture
def kept(place: Path, note: Note, firm: Firm, alice: Membership) -> Attachment:
    with use_firm(firm):
        return services.attach(note, io.BytesIO(KEPT), name="contratto.txt", by=alice)


def test_an_upload_is_refused_with_a_word_and_leaves_nothing(
    broken: str, place: Path, note: Note, kept: Attachment, alice: Membership, browse: Callable[..., Any]
) -> None:
    before = facts(alice)
    address = page(alice, f"clients/notes/{note.pk}/attach/")
    files = [SimpleUploadedFile("uno.txt", b"uno"), SimpleUploadedFile("due.txt", REFUSED)]

    by_page = browse(alice).post(address, {"attached": files})
    caller = api_client(alice)
    caller.raise_request_exception = False
    by_rest = caller.post(
        f"/api/v1/clients/{note.client_id}/attachments/",
        {"file": SimpleUploadedFile("tre.txt", REFUSED)},
        format="multipart",
    )

    assert (by_page.status_code, by_rest.status_code) == (422, 503)
    assert b"Nothing was changed" in by_page.content or "Non è cambiato nulla" in by_page.content.decode()
    assert (by_rest["Content-Type"], by_rest["Retry-After"]) == ("application/problem+json", "30")
    assert by_rest.json()["detail"] != ""
    assert facts(alice) == before, "no row and no line of the trail"
    if broken != "gone":
        assert stored(place) == [kept.stored_as], "nor half a file"


def test_what_was_there_is_read_on_and_uploads_go_on_afterwards(
    place: Path, note: Note, kept: Attachment, alice: Membership, browse: Callable[..., Any]
) -> None:
    content = page(alice, f"clients/attachments/{kept.pk}/")
    with small_disk(place, 1) as disk:
        disk.fill()
        assert b"".join(browse(alice).get(content).streaming_content) == KEPT
        disk.free()
        with use_firm(alice.firm_id):
            services.attach(note, io.BytesIO(b"due"), name="due.txt", by=alice)
        assert len(facts(alice)["rows"]) == 2


def test_a_file_that_is_missing_is_a_404_everywhere(
    place: Path, kept: Attachment, alice: Membership, browse: Callable[..., Any]
) -> None:
    (place / kept.stored_as).unlink()

    by_page = browse(alice).get(page(alice, f"clients/attachments/{kept.pk}/"))
    by_rest = api_client(alice).get(f"/api/v1/attachments/{kept.pk}/content/")

    assert (by_page.status_code, by_rest.status_code) == (404, 404)
    assert by_rest.json()["detail"] != ""


def facts(member: Membership) -> dict[str, list[Any]]:
    with use_firm(member.firm_id):
        added = AuditEvent.objects.filter(action="attachment.added")
        return {"rows": sorted(Attachment.objects.values_list("pk", flat=True)), "trail": list(added)}


def stored(place: Path) -> list[str]:
    return [str(file.relative_to(place)) for file in place.rglob("*") if file.is_file() and file.name != "filler"]
