"""Files on notes: anything goes in, nothing runs, nothing leaves its firm, and space is counted (STY-34, STY-42)."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client as Browser
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from clients import services, sweeping
from clients.attachments import storage
from clients.attachments.contents import content_type
from clients.attachments.names import LONGEST, clean_name
from clients.holdings import clear, holdings
from clients.models import Attachment, Client, Note
from clients.services import NoteContent
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.clients.builders import NOON, new_client

Browse = Callable[[Membership], Browser]
FORBIDDEN_TO_SHOW = ("text/html", "image/svg+xml", "application/xml", "text/xml", "application/javascript")
# What people, and those who mean ill, hand in: name, content, the type that a browser is told.
DISGUISES: dict[str, tuple[str, bytes, str]] = {
    "page": ("page.html", b"<!doctype html><script>alert(1)</script>", "application/octet-stream"),
    "page as picture": ("cat.png", b"<html><script>alert(1)</script></html>", "application/octet-stream"),
    "drawing": (
        "logo.svg",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        "application/octet-stream",
    ),
    "drawing with a declaration": ("logo.svg", b'<?xml version="1.0"?><svg onload="a()"/>', "application/octet-stream"),
    "script": ("run.sh", b"#!/bin/sh\nrm -rf /\n", "application/octet-stream"),
    "php in a picture": ("shell.php.png", b"\x89PNG\r\n\x1a\n<?php system($_GET[0]); ?>", "image/png"),
    "picture and script at once": ("both.gif", b"GIF89a/*....*/=alert(1)//", "image/gif"),
    "program": ("setup.exe", b"MZ\x90\x00\x03\x00\x00\x00", "application/octet-stream"),
    "program as document": ("contract.pdf", b"MZ\x90\x00\x03\x00\x00\x00", "application/octet-stream"),
    "document": ("contract.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "application/pdf"),
    "document under a script's name": ("contract.html", b"%PDF-1.7\n1 0 obj", "application/pdf"),
    "text": ("note.txt", "città, perché, €".encode(), "text/plain"),
    "text in an old encoding": ("note.txt", "città".encode("latin-1"), "application/octet-stream"),
    "nothing known": ("x.bin", bytes(range(256)), "application/octet-stream"),
}


@pytest.fixture
def note(firm: Firm, alice: Membership) -> Note:
    with use_firm(firm):
        client = new_client("Rossi", advisor=alice)
        return services.create_note(client, NoteContent(text="see file"), by=alice, at=NOON)


def attach(note: Note, content: bytes = b"content", name: str = "file.txt") -> Attachment:
    return services.attach(note, io.BytesIO(content), name=name, by=None)


def stored(attachment: Attachment) -> bool:
    return storage.is_stored(attachment.stored_as)


@pytest.mark.parametrize("disguise", DISGUISES)
def test_whatever_it_is_it_leaves_as_a_download(disguise: str, note: Note, alice: Membership, browse: Browse) -> None:
    name, content, told = DISGUISES[disguise]
    browser = browse(alice)

    answer = browser.post(
        page(alice, f"clients/notes/{note.pk}/attach/"), {"attached": SimpleUploadedFile(name, content, "text/html")}
    )
    assert answer.status_code == 302
    with use_firm(alice.firm_id):
        attachment = Attachment.objects.get()
    download = browser.get(page(alice, f"clients/attachments/{attachment.pk}/"))

    assert b"".join(download.streaming_content) == content
    assert download["Content-Type"] == told
    assert download["Content-Type"] not in FORBIDDEN_TO_SHOW
    assert download["Content-Disposition"] == f'attachment; filename="{name}"'
    assert download["X-Content-Type-Options"] == "nosniff"
    assert download["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert download["Content-Length"] == str(len(content))


@pytest.mark.parametrize("ending", ["docx", "xlsx", "odt", "zip", "jar"])
def test_a_document_that_is_an_archive_is_told_apart_by_its_name(ending: str) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("inside.xml", "<x/>")

    told = content_type(content.getvalue(), name=f"file.{ending}")

    assert told.startswith("application/vnd." if ending in ("docx", "xlsx", "odt") else "application/zip")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\contratto.pdf", "contratto.pdf"),
        ("/absolute.txt", "absolute.txt"),
        ("nul\0byte.txt", "nulbyte.txt"),
        ("\u202egpj.exe", "gpj.exe"),
        ("line\r\nSet-Cookie: a=b.txt", "lineSet-Cookie: a=b.txt"),
        ("..", "file"),
        ("   ", "file"),
        ("<script>alert(1)</script>.txt", "script>.txt"),
        ("perché è così.pdf", "perché è così.pdf"),
    ],
)
def test_a_name_is_never_a_path_nor_a_disguise(given: str, kept: str) -> None:
    assert clean_name(given, default="file") == kept


@given(st.text(max_size=400))
def test_no_name_breaks_out(name: str) -> None:
    clean = clean_name(name, default="file")

    assert 0 < len(clean) <= LONGEST
    assert not set(clean) & set("/\\\0\r\n\t\u202e")
    assert clean_name(clean, default="file") == clean


def test_a_long_name_keeps_its_ending() -> None:
    assert clean_name("a" * 300 + ".pdf", default="file") == "a" * (LONGEST - 4) + ".pdf"


def test_a_file_is_kept_outside_under_a_random_name_in_its_firms_folder(bound: Firm, note: Note, settings: Any) -> None:
    attachment = attach(note, name="secret name.txt")

    path = Path(settings.STORAGES["attachments"]["OPTIONS"]["location"]) / attachment.stored_as
    assert path.read_bytes() == b"content"
    assert "secret" not in str(path)
    assert attachment.stored_as.startswith(f"firms/{bound.pk}/")
    assert path.stat().st_mode & 0o077 == 0


def test_another_firms_file_is_not_stored_here(bound: Firm, note: Note, other_firm: Firm) -> None:
    attachment = attach(note)

    with use_firm(other_firm):
        assert not stored(attachment)
        storage.forget(attachment.stored_as)
    assert stored(attachment)


def test_who_does_not_see_the_client_finds_no_file(note: Note, firm: Firm, bob: Membership, browse: Browse) -> None:
    with use_firm(firm):
        attachment = attach(note)

    assert browse(bob).get(page(bob, f"clients/attachments/{attachment.pk}/")).status_code == 404
    assert browse(bob).get(page(bob, f"clients/notes/{note.pk}/")).status_code == 404


def test_an_empty_file_and_one_that_is_too_large_are_refused_by_name(
    note: Note, alice: Membership, browse: Browse, settings: Any
) -> None:
    settings.ATTACHMENT_MOST_BYTES = 1024 * 1024
    files = [
        SimpleUploadedFile("empty.txt", b""),
        SimpleUploadedFile("good.txt", b"good"),
        SimpleUploadedFile("large.bin", b"x" * (1024 * 1024 + 1)),
    ]

    answer = browse(alice).post(page(alice, f"clients/notes/{note.pk}/attach/"), {"attached": files})

    assert answer.status_code == 422
    told = answer.content.decode()
    assert "empty.txt: Questo file è vuoto." in told
    assert "large.bin: Questo file supera i 1 MB." in told
    assert "Neanche gli altri file sono stati allegati." in told
    with use_firm(alice.firm_id):
        assert not Attachment.objects.exists()
        assert not list(storage.stored_before(timezone.now() + timedelta(days=1)))


def test_the_firms_space_is_counted_and_freed(bound: Firm, note: Note, settings: Any) -> None:
    settings.ATTACHMENT_QUOTA_BYTES = 100
    first = attach(note, b"x" * 60)

    with pytest.raises(ValidationError) as full:
        attach(note, b"x" * 60)
    services.delete_attachment(first, by=None, at=NOON)
    second = attach(note, b"x" * 60)
    with pytest.raises(ValidationError):
        services.restore_attachment(first, by=None)

    assert full.value.error_dict["file"][0].code == "quota_full"
    assert services.used_bytes() == second.size == 60


def test_a_refusal_leaves_no_file_behind(bound: Firm, note: Note, settings: Any) -> None:
    attach(note)
    before = list(storage.stored_before(NOON.replace(year=2200)))
    settings.ATTACHMENT_QUOTA_BYTES = 1

    with pytest.raises(ValidationError):
        attach(note)

    assert list(storage.stored_before(NOON.replace(year=2200))) == before


@pytest.mark.django_db(transaction=True)
def test_what_was_deleted_a_month_ago_goes_and_orphans_with_it(firm: Firm, note: Note) -> None:
    with use_firm(firm):
        kept, gone, orphan = attach(note), attach(note), attach(note)
        services.delete_attachment(gone, by=None, at=NOON - timedelta(days=31))
        Attachment.objects.filter(pk=orphan.pk).delete()
    with use_firm(firm):
        swept = sweeping.sweep(at=kept.created_at + timedelta(hours=1))
        assert (swept.attachments, swept.orphans) == (1, 0), "an upload may still be under way"
    with use_firm(firm):
        later = sweeping.sweep(at=kept.created_at + timedelta(days=2))

        assert [stored(each) for each in (kept, gone, orphan)] == [True, False, False]
        assert later.orphans >= 1
        assert list(Attachment.objects.all()) == [kept]


@pytest.mark.django_db(transaction=True)
def test_a_file_goes_with_its_person_and_only_when_that_is_certain(firm: Firm, note: Note) -> None:
    with use_firm(firm):
        attachment = attach(note)
    with use_firm(firm):
        clear(holdings()["clients.attachment.client"], [note.client_id])
        transaction.set_rollback(True)
    with use_firm(firm):
        assert stored(attachment)
        clear(holdings()["clients.attachment.client"], [note.client_id])
    with use_firm(firm):
        assert not stored(attachment)
        assert Client.objects.filter(pk=note.client_id).exists()


def test_a_file_that_the_storage_has_lost_is_not_found(note: Note, alice: Membership, browse: Browse) -> None:
    with use_firm(alice.firm_id):
        attachment = attach(note)
        storage.forget(attachment.stored_as)

    assert browse(alice).get(page(alice, f"clients/attachments/{attachment.pk}/")).status_code == 404


def test_deleting_and_taking_back_on_the_page(note: Note, alice: Membership, browse: Browse) -> None:
    with use_firm(alice.firm_id):
        attachment = attach(note, name="<img src=x onerror=alert(1)>.txt")
    browser = browse(alice)
    shown = browser.get(page(alice, f"clients/notes/{note.pk}/")).content.decode()

    browser.post(page(alice, f"clients/attachments/{attachment.pk}/delete/"))
    without = browser.get(page(alice, f"clients/attachments/{attachment.pk}/")).status_code
    browser.post(page(alice, f"clients/attachments/{attachment.pk}/restore/"))
    back = browser.get(page(alice, f"clients/attachments/{attachment.pk}/")).status_code

    assert "<img src=x" not in shown
    assert "&lt;img src=x onerror=alert(1)&gt;.txt" in shown
    assert (without, back) == (404, 200)
