"""Texts and files that break programs, all of them, through the doors that people and programs really use.

Each is kept as it is or refused with a reason; how many were driven is asserted. Contact files and spreadsheets are in
imports/test_foreign_files.py, each with its expectation.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from clients.models import Attachment, Client, Note
from clients.queries import search_clients, visible_clients
from tenants.binding import use_firm
from tenants.models import Membership
from tests.cast import page
from tests.clients.builders import new_client
from tests.clients.test_pages import RECORD
from tests.shared_data import shared_data

pytestmark = pytest.mark.django_db
Api = Callable[..., Any]
Browse = Callable[[Membership], Any]
LONGEST_NAME, AT_ONCE = 100, 10
NAUGHTY, NAMES, CORNERS = 244, 489, 12


def naughty() -> list[str]:
    found = json.loads(shared_data("naughty_strings", "blns_selection.json").read_text())
    return [each["string"] for each in found]


def person_names() -> list[dict[str, str]]:
    with shared_data("person_names", "cldr_sample_names.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tidy(text: str) -> str:
    return " ".join(text.split())


def test_every_naughty_string_is_a_name_or_is_refused_by_the_form(browse: Browse, ada: Membership) -> None:
    browser, kept, refused = browse(ada), 0, 0
    for text in naughty():
        with use_firm(ada.firm):
            last = Client.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        answer = browser.post(page(ada, "clients/new/"), RECORD | {"last_name": text, "accept_duplicates": "on"})
        with use_firm(ada.firm):
            made = list(Client.objects.filter(pk__gt=last).values_list("last_name", flat=True))
        if answer.status_code == 302:
            assert made == [tidy(text)]
            kept += 1
        else:
            assert (answer.status_code, made) == (422, [])
            assert "last_name" in answer.context["form"].errors
            assert not tidy(text) or "\0" in text or len(text) > LONGEST_NAME
            refused += 1
    assert (kept + refused, kept > 0.9 * NAUGHTY) == (NAUGHTY, True)


def test_every_naughty_string_is_written_in_notes_and_names_a_file(browse: Browse, ada: Membership) -> None:
    """Ten at a time: the text of a note, its title, and the names of ten files on it."""
    with use_firm(ada.firm):
        client = new_client("Rossi", advisor=ada)
    browser, texts = browse(ada), naughty()
    for start in range(0, len(texts), AT_ONCE):
        several = texts[start : start + AT_ONCE]
        text = "\n".join(["-", *(each.replace("\0", "") for each in several), "-"])
        files = [SimpleUploadedFile(f"{name}.html", b"content", "text/html") for name in several]
        answer = browser.post(
            page(ada, f"clients/{client.pk}/notes/new/"),
            {"title": several[0].replace("\0", "")[:200], "text": text},
        )
        assert answer.status_code == 302
        with use_firm(ada.firm):
            note = Note.objects.latest("pk")
        attach = page(ada, f"clients/notes/{note.pk}/attach/")
        assert browser.post(attach, {"attached": files}).status_code == 302
        with use_firm(ada.firm):
            assert note.text.replace("\r\n", "\n") == text.replace("\r\n", "\n")
            attached = list(Attachment.objects.filter(note=note))
        assert 0 < len(attached) <= len(several)
        shown = browser.get(page(ada, f"clients/notes/{note.pk}/"))
        assert shown.status_code == 200
        assert b"<script>alert" not in shown.content
        for each in attached:
            assert not {"/", "\\", "\0", "\u202e"} & set(each.name)
            given = browser.get(page(ada, f"clients/attachments/{each.pk}/"))
            assert given.headers["Content-Disposition"].startswith("attachment")
            assert given.headers["Content-Type"] not in {"text/html", "image/svg+xml"}
            assert b"".join(given) == b"content"
    with use_firm(ada.firm):
        # What a form cannot name (a line break, a quotation mark) never reaches the product.
        assert Attachment.objects.count() > 0.95 * len(texts) == 0.95 * NAUGHTY
    assert b"<script>alert" not in browser.get(page(ada, f"clients/{client.pk}/timeline/")).content


def test_every_naughty_string_can_be_looked_for(browse: Browse, api: Api, ada: Membership) -> None:
    browser, caller, asked = browse(ada), api(ada), 0
    for text in naughty():
        answer = browser.get(page(ada, "palette/"), {"q": text})
        assert answer.status_code == 200
        assert text.encode() not in answer.content or "<" not in text
        assert caller.get("/api/v1/clients/", {"search": text}).status_code in {200, 400}
        asked += 1
    assert asked == NAUGHTY


def test_every_name_of_the_world_comes_in_by_rest_and_is_found_again(api: Api, ada: Membership) -> None:
    people = person_names()
    items = []
    for number, each in enumerate(people):
        last = " ".join(
            filter(None, (each["surname-prefix"], each["surname"] or each["surname-core"], each["surname2"]))
        )
        items.append({
            "kind": "person", "last_name": last or each["given"], "first_name": each["given"] if last else "",
            "external_id": str(number),
        })  # fmt: skip

    results = api(ada).post("/api/v1/clients/bulk/", items).json()["results"]

    refused = {number: result["errors"] for number, result in enumerate(results) if result["status"] != 201}
    assert len(results) == NAMES
    # One sample is a title without any name.
    assert {number: [error["code"] for error in errors] for number, errors in refused.items()} == {141: ["required"]}
    items = [item for number, item in enumerate(items) if number not in refused]
    with use_firm(ada.firm):
        kept = dict(Client.objects.values_list("external_id", "last_name"))
        assert [kept[item["external_id"]] for item in items] == [tidy(item["last_name"]) for item in items]
        for item in items:
            found = search_clients(visible_clients(ada), f"{item['last_name']} {item['first_name']}".strip())
            assert found.filter(external_id=item["external_id"]).exists(), item


def test_every_corner_case_of_csv_comes_in_by_rest(api: Api, ada: Membership) -> None:
    """The first column as the name, the last as notes: the cells stand in the record as their authors wrote them."""
    folder, driven = shared_data("csv_corner_cases"), 0
    for path in sorted((folder / "csvs").glob("*.csv")):
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
        header, below = rows[0], [row for row in rows[1:] if row]
        mapping = {"columns": {header[0]: "last_name", header[-1]: "notes"}, "on_duplicate": "create"}
        with use_firm(ada.firm):
            last = Client.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

        answer = api(ada).post("/api/v1/imports/", {"content": path.read_text(encoding="utf-8"), "mapping": mapping})

        assert (answer.status_code, answer.json()["error_count"]) == (201, 0), path.name
        with use_firm(ada.firm):
            made = Client.objects.filter(pk__gt=last).order_by("pk").values_list("last_name", "profile__notes")
            assert [(name, tidy(notes)) for name, notes in made] == [(tidy(row[0]), tidy(row[-1])) for row in below]
        driven += 1
    assert driven == CORNERS
