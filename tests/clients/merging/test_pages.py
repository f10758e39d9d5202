"""The pages of merging, of the rights of the person, and of households: each action once, and what is refused."""

import io
import json
import zipfile
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from clients import services, sweeping
from clients.enums import ListName
from clients.models import Client, ClientEdit, ClientMerge, Consent, Erasure, Household, ListEntry, Note, Profile
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.clients.builders import NOON, new_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def twins(firm: Firm, alice: Membership) -> tuple[Client, Client]:
    with use_firm(firm):
        born: dict[str, Any] = {"birth_date": date(1970, 5, 6), "advisor": alice}
        return new_client("Rossi", first_name="Mario", **born), new_client("Rosi", first_name="Mario", **born)


def test_a_pair_is_named_compared_merged_and_taken_back(
    browse: Any, alice: Membership, firm: Firm, twins: tuple[Client, Client]
) -> None:
    first, second = twins
    browser = browse(alice)
    [pair] = browser.get(page(alice, "clients/duplicates/")).context["pairs"]
    assert {pair.first.pk, pair.second.pk} == {first.pk, second.pk}
    merge = page(alice, f"clients/{first.pk}/merge/?with={second.pk}")
    assert browser.get(merge).status_code == 200

    answer = browser.post(merge, {"last_name": "theirs"})

    assert answer.status_code == 302
    with use_firm(firm):
        [done] = ClientMerge.objects.all()
        assert Client.objects.get(pk=first.pk).name == "Rosi Mario"
    moved = browser.get(page(alice, f"clients/{second.pk}/profile/"))
    assert (moved.status_code, moved.url) == (302, page(alice, f"clients/{first.pk}/profile/"))
    browser.post(page(alice, f"clients/{first.pk}/merge/{done.pk}/undo/"))
    assert browser.get(page(alice, f"clients/{second.pk}/profile/")).status_code == 200


def test_a_pair_by_rest(api: Any, alice: Membership, firm: Firm, twins: tuple[Client, Client]) -> None:
    first, second = twins
    caller, pairs = api(alice), "/api/v1/duplicates/"
    both = {"first": first.pk, "second": second.pk}
    found = {"first": {"id": first.pk, "name": "Rossi Mario"}, "second": {"id": second.pk, "name": "Rosi Mario"}}

    assert caller.get(pairs).json()["results"] == [{**found, "reasons": ["birth_date"]}]
    assert len(caller.get(f"{pairs}?client={second.pk}").json()["results"]) == 1
    wrong = caller.get(f"{pairs}?client=x")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "client")
    assert caller.post(f"{pairs}dismiss/", both).status_code == 204
    assert caller.get(pairs).json()["results"] == []
    assert caller.post(f"{pairs}restore/", both).status_code == 204
    assert len(caller.get(pairs).json()["results"]) == 1


def test_what_a_merge_would_do_by_rest(api: Any, alice: Membership, firm: Firm, twins: tuple[Client, Client]) -> None:
    first, second = twins
    with use_firm(firm):
        services.update_client(second, {"profession": "Medico"}, version=None, by=alice, at=NOON)
        note = services.create_note(second, services.NoteContent(text="Ciao"), by=alice, at=NOON)
        before = Client.objects.get(pk=first.pk).version
    preview = f"/api/v1/clients/{first.pk}/merge-preview/"

    told = api(alice).post(preview, {"other": second.pk}).json()

    facts = {choice["name"]: (choice["mine"], choice["theirs"], choice["proposed"]) for choice in told["choices"]}
    assert facts["last_name"] == ("Rossi", "Rosi", "mine")
    assert facts["profession"] == ("–", "Medico", "theirs")
    assert {(going["rows"], going["kept"]) for going in told["going"]} == {(1, 0)}
    with use_firm(firm):
        assert Client.objects.get(pk=first.pk).version == before
        assert Note.objects.get(pk=note.pk).client_id == second.pk
    itself = api(alice).post(preview, {"other": first.pk})
    assert (itself.status_code, itself.json()["errors"][0]["code"]) == (400, "same_client")


def test_a_pair_that_is_two_is_not_named_again(browse: Any, alice: Membership, twins: tuple[Client, Client]) -> None:
    first, second = twins
    browser = browse(alice)

    browser.post(page(alice, f"clients/{first.pk}/duplicate/dismiss/?with={second.pk}"))
    assert browser.get(page(alice, "clients/duplicates/")).context["pairs"] == []
    browser.post(page(alice, f"clients/{first.pk}/duplicate/restore/?with={second.pk}"))
    assert len(browser.get(page(alice, "clients/duplicates/")).context["pairs"]) == 1


def test_a_consent_is_recorded_with_its_proof(browse: Any, alice: Membership, firm: Firm, twins: Any) -> None:
    client = twins[0]
    said = {"purpose": "marketing", "granted": "yes", "on": "2026-03-01", "source": "paper", "proof": "Modulo 12"}

    assert browse(alice).post(page(alice, f"clients/{client.pk}/consent/"), said).status_code == 302

    with use_firm(firm):
        line = Consent.objects.get(client=client)
        assert (line.granted, line.proof, line.by_id) == (True, "Modulo 12", alice.pk)
        assert Profile.objects.get(client=client).marketing_consent is True


def test_a_consent_that_changes_in_the_record_is_in_the_ledger(bound: Firm, alice: Membership) -> None:
    client = new_client("Rossi", marketing_consent=True)
    services.update_client(client, {"marketing_consent": False}, version=None, by=alice, at=NOON)

    assert [line.granted for line in Consent.objects.filter(client=client).order_by("id")] == [True, False]


def test_the_dossier_is_a_file(browse: Any, ada: Membership, twins: Any, firm: Firm) -> None:
    """As JSON, as a PDF, and as tables with the files that are held about the person."""
    with use_firm(firm):
        note = services.create_note(twins[0], services.NoteContent(text="Contratto"), by=ada, at=NOON)
        held = [services.attach(note, io.BytesIO(body), name="città.txt", by=ada) for body in (b"one", b"two")]
    found = {}
    for kind in ("json", "zip", "pdf"):
        answer = browse(ada).get(page(ada, f"clients/{twins[0].pk}/dossier.{kind}"))
        assert answer.headers["Content-Disposition"].startswith("attachment")
        found[kind] = b"".join(answer.streaming_content)

    assert "Mario" in str(json.loads(found["json"])["record"])
    assert found["pdf"].startswith(b"%PDF")
    archive = zipfile.ZipFile(io.BytesIO(found["zip"]))
    assert "record.csv" in archive.namelist()
    assert [archive.read(f"files/{file.pk}-città.txt") for file in held] == [b"one", b"two"]


def test_only_who_answers_for_persons_sees_dossier_and_erasure(browse: Any, alice: Membership, twins: Any) -> None:
    for path in (f"{twins[0].pk}/dossier.json", f"{twins[0].pk}/erase/", "erasures/", "consultations/"):
        assert browse(alice).get(page(alice, f"clients/{path}")).status_code == 403


def test_an_erasure_wants_the_name_typed(browse: Any, ada: Membership, firm: Firm, twins: Any) -> None:
    client, browser = twins[0], browse(ada)
    address = page(ada, f"clients/{client.pk}/erase/")

    assert browser.post(address, {"ground": "request", "name": "Rossi"}).status_code == 422
    assert browser.post(address, {"ground": "request", "name": "Rossi Mario"}).status_code == 302

    with use_firm(firm):
        assert Erasure.objects.get().client_id == client.pk
    assert browser.get(page(ada, f"clients/{client.pk}/profile/")).status_code == 404
    assert browser.get(page(ada, "clients/erasures/")).status_code == 200


def test_a_look_is_written_down_once(browse: Any, ada: Membership, alice: Membership, twins: Any) -> None:
    browser = browse(alice)
    for _again in range(2):
        browser.get(page(alice, f"clients/{twins[0].pk}/profile/"))

    found = browse(ada).get(page(ada, f"clients/consultations/?client={twins[0].pk}")).context["page"].items

    assert [(look.by_id, look.seen) for look in found] == [(alice.pk, [twins[0].pk])]
    within = {"by": alice.pk, "since": f"{found[0].at:%Y-%m-%d}"}
    for days, seen in (({}, 1), ({"until": "2000-01-01"}, 0), ({"since": "2200-01-01"}, 0)):
        shown = browse(ada).get(page(ada, "clients/consultations/"), within | days).context["page"].items
        assert len(shown) == seen, "what one member saw in a breach, day by day"


def test_a_household_sums_up_its_members(browse: Any, alice: Membership, firm: Firm) -> None:
    with use_firm(firm):
        one = new_client("Rossi", first_name="Mario", aum="100.50", advisor=alice)
        household = services.save_household(Household(), name="Famiglia Rossi", by=alice)
    browser = browse(alice)

    browser.post(page(alice, f"clients/households/{household.pk}/join/"), {"client": "Rossi Mario", "role": ""})
    shown = browser.get(page(alice, f"clients/households/{household.pk}/")).context

    assert (shown["household"].members, str(shown["household"].aum)) == (1, "100.50")
    assert [member.pk for member in shown["members"]] == [one.pk]
    browser.post(page(alice, f"clients/households/{household.pk}/leave/{one.pk}/"))
    assert browser.get(page(alice, f"clients/households/{household.pk}/")).context["household"].members == 0


def test_a_deleted_household_comes_back_with_those_who_are_still_free(
    browse: Any, api: Any, alice: Membership, ada: Membership, firm: Firm, twins: tuple[Client, Client]
) -> None:
    first, second = twins
    with use_firm(firm):
        role = ListEntry.objects.filter(list_name=ListName.HOUSEHOLD_ROLE).first()
        third = new_client("Verdi", advisor=alice)
        family, other = (services.save_household(Household(), name=name, by=ada) for name in ("Rossi", "Bianchi"))
        for one in (first, second, third):
            services.join_household(one, family, role=role, by=ada, at=timezone.now())
        before = list(Profile.objects.order_by("pk").values())
    browser, address = browse(ada), page(ada, f"clients/households/{family.pk}/")

    gone = browser.post(f"{address}delete/", follow=True)

    assert page(ada, f"clients/households/{family.pk}/restore/") in gone.content.decode()
    assert browser.get(address).status_code == 404
    with use_firm(firm):
        assert set(Profile.objects.values_list("household", "household_role")) == {(None, None)}
        # Each member's record tells it, and gives the place back only when there is one again.
        edit = ClientEdit.objects.get(client=first, at=Household.objects.get(pk=family.pk).deleted_at)
        assert services.undo_edit(edit, by=ada, at=timezone.now()).restored == ("household_role",)
        services.join_household(second, other, role=None, by=ada, at=timezone.now())
        services.update_client(first, {"household_role": None}, version=None, by=ada, at=timezone.now())
    browser.post(f"{address}restore/")
    with use_firm(firm):
        after = list(Profile.objects.order_by("pk").values())
        assert [row for row in after if row["client_id"] != second.pk] == [
            row for row in before if row["client_id"] != second.pk
        ]
        assert Profile.objects.get(client=second).household == other
    caller, rest = api(ada), f"/api/v1/households/{family.pk}/"
    assert caller.delete(rest).status_code == 204
    assert (caller.get(rest).status_code, caller.post(f"{rest}restore/").json()["members"]) == (404, 2)
    with use_firm(firm):
        services.delete_household(family, by=ada, at=timezone.now() - timedelta(days=31))
        sweeping.sweep(at=timezone.now())
        assert list(Household.objects.all()) == [other]


def test_rest_merges_and_takes_back(api: Any, ada: Membership, twins: tuple[Client, Client]) -> None:
    first, second = twins
    caller = api(ada)

    made = caller.post(f"/api/v1/clients/{first.pk}/merge/", {"other": second.pk}, format="json")
    assert made.status_code == 201, made.content
    assert caller.get(f"/api/v1/clients/{second.pk}/").status_code == 302
    undone = caller.post(f"/api/v1/clients/{first.pk}/undo-merge/", {"merge": made.json()["id"]}, format="json")

    assert undone.status_code == 200, undone.content
    assert caller.get(f"/api/v1/clients/{second.pk}/").status_code == 200


def test_rest_knows_consents_dossier_households_and_erasure(api: Any, ada: Membership, twins: Any) -> None:
    caller, client = api(ada), f"/api/v1/clients/{twins[0].pk}"
    said = {"purpose": "privacy", "granted": True, "on": "2026-03-01", "source": "paper"}

    assert caller.post(f"{client}/consents/", said, format="json").status_code == 201
    assert len(caller.get(f"{client}/consents/").json()["results"]) == 1
    assert caller.get(f"{client}/dossier/").json()["id"] == twins[0].pk
    household = caller.post("/api/v1/households/", {"name": "Rossi"}, format="json")
    assert household.status_code == 201
    put = caller.patch(f"{client}/", {"household": household.json()["id"]}, format="json")
    assert put.json()["household"] == household.json()["id"]
    erase = {"ground": "request", "confirmed_name": "Rossi Mario"}
    assert caller.post(f"{client}/erase/", erase, format="json").status_code == 201
    assert caller.get(f"{client}/").status_code == 404


def test_companies_do_not_stand_above_themselves(api: Any, ada: Membership) -> None:
    caller = api(ada)
    ids = [
        caller.post("/api/v1/clients/", {"kind": "company", "company_name": name}, format="json").json()["id"]
        for name in ("Alfa", "Beta")
    ]
    assert caller.patch(f"/api/v1/clients/{ids[0]}/", {"parent_company": ids[1]}, format="json").status_code == 200

    answer = caller.patch(f"/api/v1/clients/{ids[1]}/", {"parent_company": ids[0]}, format="json")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "circle")
