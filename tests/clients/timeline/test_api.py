"""REST of notes, attachments, management events and the time line that joins them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.models import Client, ManagementEvent, Note
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.clients.builders import new_client, new_company

Api = Callable[..., Any]


@pytest.fixture
def company(firm: Firm, alice: Membership) -> Client:
    with use_firm(firm):
        return new_company(advisor=alice)


@pytest.fixture
def rossi(firm: Firm, alice: Membership, company: Client) -> Client:
    with use_firm(firm):
        return new_client("Rossi", advisor=alice, company=company)


def test_a_note_is_written_changed_deleted_and_taken_back(alice: Membership, rossi: Client, api: Api) -> None:
    caller = api(alice)

    made = caller.post(f"/api/v1/clients/{rossi.pk}/notes/", {"text": "Wants a pension plan", "title": "Pension"})
    assert (made.status_code, made["ETag"]) == (201, '"1"')
    note = made.json()
    changed = caller.patch(f"/api/v1/notes/{note['id']}/", {"text": "Wants two"}, headers={"If-Match": '"1"'})
    stale = caller.patch(f"/api/v1/notes/{note['id']}/", {"text": "Three"}, headers={"If-Match": '"1"'})
    gone = caller.delete(f"/api/v1/notes/{note['id']}/")
    listed = caller.get(f"/api/v1/clients/{rossi.pk}/notes/").json()["results"]
    back = caller.post(f"/api/v1/notes/{note['id']}/restore/")

    assert (note["client"], note["company"], note["created_by"]) == (rossi.pk, rossi.profile.company_id, alice.pk)
    assert (changed.json()["title"], changed.json()["text"], changed.json()["version"]) == ("Pension", "Wants two", 2)
    assert (stale.status_code, gone.status_code, listed) == (412, 204, [])
    assert back.json()["text"] == "Wants two"
    with use_firm(alice.firm_id):
        assert list(Note.objects.get().versions.values_list("number", "text")) == [(1, "Wants a pension plan")]


def test_notes_are_searched_by_their_words(alice: Membership, rossi: Client, api: Api) -> None:
    caller = api(alice)
    for text in ("Wants a pension plan", "Pays for a house"):
        caller.post(f"/api/v1/clients/{rossi.pk}/notes/", {"text": text, "title": "First talk"})

    for address in ("/api/v1/notes/", f"/api/v1/clients/{rossi.pk}/notes/"):
        found = caller.get(address, {"search": "talk PENSION"}).json()["results"]
        assert [note["text"] for note in found] == ["Wants a pension plan"], address


def test_a_note_says_what_is_wrong_with_it(alice: Membership, rossi: Client, api: Api) -> None:
    answer = api(alice).post(f"/api/v1/clients/{rossi.pk}/notes/", {"text": "x", "at": "2100-01-01T00:00:00Z"})
    empty = api(alice).post(f"/api/v1/clients/{rossi.pk}/notes/", {"text": "  "})

    assert answer.json()["errors"][0]["code"] == "in_the_future"
    assert (empty.status_code, empty.json()["errors"][0]["field"]) == (400, "text")


def test_the_time_line_of_a_company_tells_of_its_people(
    alice: Membership, rossi: Client, company: Client, api: Api
) -> None:
    caller = api(alice)
    caller.post(f"/api/v1/clients/{rossi.pk}/notes/", {"text": "first"})
    caller.post("/api/v1/calls/", {"client": rossi.pk, "subject": "Call back", "at": "2100-03-01T09:00:00Z"})
    caller.post(
        "/api/v1/management-events/", {"client": company.pk, "kind": "invoice", "on": "2026-01-31", "number": "7"}
    )

    past = caller.get(f"/api/v1/clients/{company.pk}/timeline/").json()
    future = caller.get(f"/api/v1/clients/{company.pk}/timeline/?when=future").json()
    page = caller.get(f"/api/v1/clients/{company.pk}/timeline/?page_size=1").json()
    following = caller.get(page["next"]).json()

    assert [event["kind"] for event in past["results"]] == ["note", "management"]
    assert (past["results"][0]["client"], past["results"][0]["company_id"]) == ("Rossi", company.pk)
    assert [(event["kind"], event["assignee"]) for event in future["results"]] == [("call", "Alice Conti")]
    assert page["results"] + following["results"] == past["results"]
    assert following["next"] is None
    kinds = caller.get(f"/api/v1/clients/{company.pk}/timeline/?kind=management").json()["results"]
    assert [event["kind"] for event in kinds] == ["management"]


@pytest.mark.parametrize("query", ["kind=nothing", "when=never", "cursor=abc", "page_size=0", "colour=red"])
def test_a_time_line_refuses_what_it_does_not_know(query: str, alice: Membership, rossi: Client, api: Api) -> None:
    answer = api(alice).get(f"/api/v1/clients/{rossi.pk}/timeline/?{query}")

    assert (answer.status_code, len(answer.json()["errors"])) == (400, 1)


def test_management_events_are_entered_once_however_often_they_are_sent(
    alice: Membership, rossi: Client, company: Client, api: Api
) -> None:
    caller = api(alice)
    items: list[dict[str, Any]] = [
        {"client": company.pk, "kind": "commission", "on": "2026-02-01", "external_id": "c-1", "amount": "150.20"},
        {"client": rossi.pk, "kind": "contribution", "on": "2026-02-02", "number": "88", "amount": "5000"},
        {"client": 999_999_999, "kind": "invoice", "on": "2026-02-02", "number": "1"},
        {"client": rossi.pk, "kind": "unknown", "on": "2026-02-02", "number": "2"},
        {"client": rossi.pk, "kind": "receipt", "on": "2026-02-02"},
        {"client": rossi.pk, "kind": "receipt", "on": "2026-02-03", "external_id": "c-1"},
    ]

    first = caller.post("/api/v1/management-events/bulk/", items).json()["results"]
    second = caller.post("/api/v1/management-events/bulk/", [{**items[0], "amount": "151"}]).json()["results"]

    assert [result["status"] for result in first] == [201, 201, 400, 400, 400, 400]
    codes = [result["errors"][0]["code"] for result in first[2:]]
    assert codes == ["does_not_exist", "invalid_choice", "no_key", "duplicate_external_id"]
    assert (second[0]["status"], second[0]["id"]) == (200, first[0]["id"])
    listed = caller.get("/api/v1/management-events/?ordering=on").json()["results"]
    assert [(row["external_id"], row["amount"]) for row in listed] == [
        ("c-1", "151.00"),
        ("contribution:88", "5000.00"),
    ]
    assert listed[1]["company"] == company.pk


def test_the_company_of_that_time_stays_when_an_event_is_sent_again(
    firm: Firm, alice: Membership, rossi: Client, company: Client, api: Api
) -> None:
    address = "/api/v1/management-events/by-external-id/erp/7/"
    body = {"client": rossi.pk, "kind": "invoice", "on": "2026-02-01"}
    caller = api(alice)

    created = caller.put(address, body)
    caller.patch(f"/api/v1/clients/{rossi.pk}/", {"company": None})
    again = caller.put(address, {**body, "description": "corrected"})

    assert (created.status_code, again.status_code) == (201, 200)
    assert (again.json()["company"], again.json()["description"]) == (company.pk, "corrected")
    with use_firm(firm):
        assert ManagementEvent.objects.count() == 1


def test_a_bulk_of_management_events_takes_the_same_statements_for_many(
    alice: Membership, rossi: Client, api: Api
) -> None:
    caller = api(alice)
    counts = []
    for size in (2, 60):
        items = [
            {"client": rossi.pk, "kind": "receipt", "on": "2026-02-01", "number": f"{size}/{n}"} for n in range(size)
        ]
        with CaptureQueriesContext(connection) as captured:
            assert caller.post("/api/v1/management-events/bulk/", items).status_code == 200
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_a_file_is_attached_listed_downloaded_and_deleted(alice: Membership, rossi: Client, api: Api) -> None:
    caller = api(alice)
    note = caller.post(f"/api/v1/clients/{rossi.pk}/notes/", {"text": "see file"}).json()
    file = SimpleUploadedFile("offerta.pdf", b"%PDF-1.7 content", content_type="text/html")

    made = caller.post(
        f"/api/v1/clients/{rossi.pk}/attachments/", {"file": file, "note": note["id"]}, format="multipart"
    )
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    content = caller.get(f"/api/v1/attachments/{pk}/content/")

    assert (made.json()["content_type"], made.json()["size"], made.json()["note"]) == (
        "application/pdf",
        16,
        note["id"],
    )
    assert b"".join(content.streaming_content) == b"%PDF-1.7 content"
    assert content["Content-Disposition"] == 'attachment; filename="offerta.pdf"'
    assert caller.get(f"/api/v1/notes/{note['id']}/").json()["attachments"][0]["name"] == "offerta.pdf"
    events = caller.get(f"/api/v1/clients/{rossi.pk}/timeline/").json()["results"]
    assert events[0]["files"] == [{"id": pk, "name": "offerta.pdf", "size": 16}]
    assert caller.delete(f"/api/v1/attachments/{pk}/").status_code == 204
    assert caller.get(f"/api/v1/attachments/{pk}/content/").status_code == 404


def test_a_file_needs_a_note_of_its_own_client(alice: Membership, rossi: Client, company: Client, api: Api) -> None:
    caller = api(alice)
    note = caller.post(f"/api/v1/clients/{company.pk}/notes/", {"text": "its own"}).json()
    file = SimpleUploadedFile("a.txt", b"text")

    answer = caller.post(
        f"/api/v1/clients/{rossi.pk}/attachments/", {"file": file, "note": note["id"]}, format="multipart"
    )

    assert [error["code"] for error in answer.json()["errors"]] == ["does_not_exist"]
