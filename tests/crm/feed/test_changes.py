"""The feed of changes: what is told, to whom, in which order (api.md)."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients import services
from clients.models import Client, Label
from clients.services import NoteContent
from clients.services.batches import set_column
from tenants.binding import use_firm
from tenants.feed import reading
from tenants.models import Change, Firm, Membership
from tenants.tasks import forget_changes
from tests.clients.builders import NOON, new_client

Api = Callable[..., Any]
CHANGES = "/api/v1/changes/"


def start(firm: Firm) -> str:
    with use_firm(firm):
        return str(reading.head())


def told(caller: Any, since: str, **parameters: str) -> list[tuple[str, int, str]]:
    answer = caller.get(CHANGES, {"since": since, "page_size": "500", **parameters})
    assert answer.status_code == 200, answer.content
    return [(each["resource"], each["id"], each["change"]) for each in answer.json()["results"]]


def test_what_is_made_changed_and_removed_is_told_in_this_order(api: Api, ada: Membership) -> None:
    caller, since = api(ada), start(ada.firm)
    label = caller.post("/api/v1/labels/", {"name": "VIP"}).json()["id"]
    client = caller.post("/api/v1/clients/", {"last_name": "Rossi"}).json()["id"]
    caller.patch(f"/api/v1/clients/{client}/", {"phones": [{"number": "+39 02 1234567"}]})
    note = caller.post(f"/api/v1/clients/{client}/notes/", {"title": "Call", "text": "Later"}).json()["id"]
    caller.delete(f"/api/v1/notes/{note}/")
    caller.delete(f"/api/v1/labels/{label}/")

    assert told(caller, since) == [
        ("clients", client, "created"),
        ("clients", client, "updated"),
        ("notes", note, "deleted"),
        ("labels", label, "deleted"),
    ]
    assert told(caller, since, resource="labels,notes") == [("notes", note, "deleted"), ("labels", label, "deleted")]


def test_a_cursor_goes_on_where_it_ended(api: Api, ada: Membership) -> None:
    caller, since = api(ada), start(ada.firm)
    made = [caller.post("/api/v1/labels/", {"name": f"L{place}"}).json()["id"] for place in range(5)]

    first = caller.get(CHANGES, {"since": since, "page_size": 2}).json()
    second = caller.get(first["next"]).json()
    third = caller.get(second["next"]).json()

    assert [each["id"] for page in (first, second, third) for each in page["results"]] == made
    assert (third["next"], third["previous"]) == (None, None)
    assert caller.get(CHANGES, {"since": third["cursor"]}).json()["results"] == []
    assert caller.get(CHANGES, {"since": first["results"][0]["cursor"]}).json()["results"][0]["id"] == made[1]
    assert caller.get(CHANGES, {"since": "now"}).json() == {**third, "results": []}


@pytest.mark.parametrize(
    ("parameters", "field", "code"),
    [
        ({"since": "soon"}, "since", "invalid_cursor"),
        ({"since": "999999999"}, "since", "invalid_cursor"),
        ({"since": "9" * 40}, "since", "invalid_cursor"),
        ({"resource": "clients,cats"}, "resource", "unknown_resource"),
        ({"cursor": "1"}, "cursor", "unknown_parameter"),
        ({"page_size": "501"}, "page_size", "out_of_range"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_refused(
    api: Api, ada: Membership, parameters: dict[str, str], field: str, code: str
) -> None:
    answer = api(ada).get(CHANGES, parameters)

    assert answer.status_code == 400
    assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [(field, code)]


def test_what_was_rolled_back_never_was(api: Api, ada: Membership) -> None:
    caller, since = api(ada), start(ada.firm)

    caller.post("/api/v1/clients/", {"last_name": "Rossi", "emails": [{"address": "no"}]})
    answer = caller.post("/api/v1/clients/bulk/", [{"last_name": "Verdi"}, {"last_name": ""}, {"last_name": "Neri"}])
    good = [each["id"] for each in answer.json()["results"] if each["status"] == 201]
    with use_firm(ada.firm):
        with transaction.atomic():
            Label.objects.create(name="Gone with its savepoint")
            transaction.set_rollback(True)
        passing = Label.objects.create(name="Made and gone again")
        passing.delete()

    assert len(good) == 2
    assert told(caller, since) == [("clients", pk, "created") for pk in good]


def test_each_member_is_told_what_he_may_see(
    api: Api, ada: Membership, alice: Membership, rita: Membership, mara: Membership
) -> None:
    since, elsewhere = start(ada.firm), start(mara.firm)
    with use_firm(ada.firm):
        hers, other = new_client("Rossi", by=ada, advisor=alice), new_client("Verdi", by=ada, advisor=ada)
        notes = [services.create_note(each, NoteContent(text="x"), by=ada, at=NOON) for each in (hers, other)]
    with use_firm(ada.firm):
        for note in notes:
            services.delete_note(note, by=ada, at=NOON)
    her_rows = [("clients", hers.pk, "created"), ("notes", notes[0].pk, "deleted")]

    assert set(told(api(alice), since)) == set(her_rows)
    for member in (ada, rita):
        assert set(told(api(member), since)) == {
            *her_rows,
            ("clients", other.pk, "created"),
            ("notes", notes[1].pk, "deleted"),
        }
    assert told(api(mara), elsewhere) == []


def test_what_leaves_somebodys_sight_is_gone_for_him(api: Api, ada: Membership, alice: Membership) -> None:
    with use_firm(ada.firm):
        client = new_client("Rossi", by=ada, advisor=alice)
    since = start(ada.firm)
    with use_firm(ada.firm):
        set_column(Client.objects.filter(pk=client.pk), "advisor", ada, at=NOON)

    assert told(api(alice), since) == [("clients", client.pk, "deleted")]
    assert told(api(ada), since) == [("clients", client.pk, "updated")]


def test_merged_and_erased_clients_are_gone_and_may_come_back(api: Api, ada: Membership) -> None:
    with use_firm(ada.firm):
        kept, twin = new_client("Rossi", by=ada), new_client("Rosi", by=ada)
    since = start(ada.firm)
    with use_firm(ada.firm):
        merge = services.merge_clients(kept, twin, {}, by=ada, at=NOON)
    merged = told(api(ada), since, resource="clients")
    since = start(ada.firm)
    with use_firm(ada.firm):
        services.undo_merge(merge, by=ada, at=NOON)

    assert ("clients", twin.pk, "deleted") in merged
    assert ("clients", kept.pk, "updated") in merged
    assert {("clients", twin.pk, "updated")} <= set(told(api(ada), since, resource="clients"))


def test_many_rows_are_told_in_one_statement(ada: Membership, api: Api) -> None:
    since = start(ada.firm)
    with use_firm(ada.firm):
        Label.objects.bulk_create([Label(name=f"L{place}") for place in range(2_500)])
    with CaptureQueriesContext(connection) as queries, use_firm(ada.firm):
        Label.objects.update(active=False)

    assert len([query for query in queries if "tenants_change" in query["sql"]]) == 1
    with use_firm(ada.firm):
        rows = Change.objects.filter(resource="labels", change="updated", first__gt=int(since))
        assert [len(row.ids) for row in rows.order_by("last")] == [1_000, 1_000, 500]
        numbers = [each.number for each in reading.entries(int(since), int(since) + 5_000)]
    assert numbers == list(range(int(since) + 1, int(since) + 5_001))
    with CaptureQueriesContext(connection) as few:
        api(ada).get(CHANGES, {"since": since, "page_size": 5})
    with CaptureQueriesContext(connection) as many:
        api(ada).get(CHANGES, {"since": since, "page_size": 500})
    assert len(many) == len(few)


def test_who_comes_too_late_is_told_so(ada: Membership, api: Api) -> None:
    caller, since = api(ada), start(ada.firm)
    caller.post("/api/v1/labels/", {"name": "VIP"})
    with use_firm(ada.firm):
        Change.objects.update(at=timezone.now() - timedelta(days=1_000))
    caller.post("/api/v1/labels/", {"name": "Old"})
    forget_changes(firm_id=ada.firm_id)

    answer = caller.get(CHANGES, {"since": since})
    assert answer.status_code == 410
    assert [each["code"] for each in answer.json()["errors"]] == ["cursor_forgotten"]
    assert [each["change"] for each in caller.get(CHANGES).json()["results"]] == ["created"]


@pytest.mark.django_db(transaction=True)
def test_the_order_is_that_of_the_commits(firm: Firm, ada: Membership, api: Api) -> None:
    """A transaction that began first and ends last is told last: nobody has read past it by then."""
    since = start(firm)
    begun, go_on = Event(), Event()

    def slow() -> None:
        try:
            with use_firm(firm):
                Label.objects.create(name="slow")
                begun.set()
                assert go_on.wait(20)
        finally:
            connection.close()

    thread = Thread(target=slow)
    thread.start()
    assert begun.wait(20)
    caller = api(ada)
    quick = caller.post("/api/v1/labels/", {"name": "quick"}).json()["id"]
    first = caller.get(CHANGES, {"since": since, "resource": "labels"}).json()
    go_on.set()
    thread.join(20)
    second = caller.get(CHANGES, {"since": first["cursor"], "resource": "labels"}).json()

    with use_firm(firm):
        late = Label.objects.get(name="slow").pk
    assert [each["id"] for each in first["results"]] == [quick]
    assert [each["id"] for each in second["results"]] == [late]
    assert late < quick
