"""A company from within: the + that makes a contact, its people with their roles, its group, its past; households."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from clients import catalogue, company_tree, services
from clients.enums import ListName
from clients.filters.parsing import parse
from clients.models import ChangedClient, Client, Household, ListEntry, Profile
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.clients.builders import NOON, new_client, new_company
from tests.clients.imports.cast import clients, counts, import_text, refusals
from tests.clients.imports.test_wizard import imported, undone

pytestmark = pytest.mark.django_db


@pytest.fixture
def alfa(firm: Firm, alice: Membership) -> Client:
    with use_firm(firm):
        return new_company("Alfa S.r.l.", advisor=alice)


def test_a_contact_made_inside_a_company_is_the_same_record_as_any(
    browse: Any, api: Any, firm: Firm, alice: Membership, alfa: Client
) -> None:
    browser = browse(alice)
    inside = browser.get(page(alice, f"clients/{alfa.pk}/company/"))
    new = inside.context["new_contact"]
    form = browser.get(new).context["forms"]
    typed = {"kind": "person", "last_name": "Rossi", "advisor": alice.pk, "company": str(form.main["company"].value())}
    typed |= {f"{name}-{part}_FORMS": 0 for name in ("emails", "phones", "addresses") for part in ("TOTAL", "INITIAL")}

    assert browser.post(new, typed).status_code == 302
    other = api(alice).post("/api/v1/clients/", {"last_name": "Bianchi", "company": alfa.pk, "advisor": alice.pk})

    with use_firm(firm):
        made = list(Client.objects.filter(kind="person").order_by("name").values("name", "profile__company", "advisor"))
    assert other.status_code == 201
    assert made == [{"name": name, "profile__company": alfa.pk, "advisor": alice.pk} for name in ("Bianchi", "Rossi")]
    shown = browser.get(page(alice, f"clients/{alfa.pk}/company/")).context["contacts"]
    assert [one.name for one in shown] == ["Bianchi", "Rossi"]


def test_a_person_has_no_such_page_and_a_company_that_is_not_seen_is_not_taken(
    browse: Any, firm: Firm, alice: Membership, ada: Membership
) -> None:
    with use_firm(firm):
        person, foreign = new_client(advisor=alice), new_company("Beta", advisor=ada)
    browser = browse(alice)

    assert browser.get(page(alice, f"clients/{person.pk}/company/")).status_code == 404
    for given in (foreign.pk, "x", "9" * 30):
        form = browser.get(page(alice, f"clients/new/?company={given}")).context["forms"]
        assert form.main["company"].value() is None


def test_people_stand_by_their_roles_and_who_left_stays_readable(bound: Firm, ada: Membership) -> None:
    role = ListEntry.objects.filter(list_name=ListName.CONTACT_ROLE).order_by("position").last()
    alfa = new_company()
    new_client("Bianchi", company=alfa, contact_role=role)
    rossi = new_client("Rossi", company=alfa)
    later = NOON + timedelta(days=3)
    services.update_client(rossi, {"company": None}, version=None, by=ada, at=later)

    assert [one.name for one in company_tree.contacts_of(alfa, ada)] == ["Bianchi"]
    assert [(link.client, link.until_on) for link in company_tree.former_links(alfa, ada)] == [(rossi, later.date())]
    assert [link.company for link in company_tree.links_of(rossi)] == [alfa]


def test_the_group_is_drawn_from_its_top_whoever_asks(bound: Firm, ada: Membership, alice: Membership) -> None:
    holding = new_company("Holding", advisor=ada)
    beta = new_company("Beta", advisor=alice, parent_company=holding)
    gamma = new_company("Gamma", advisor=alice, parent_company=beta)

    drawn = [(b.company and b.company.name, b.depth, b.is_here) for b in company_tree.group_of(beta, ada)]
    assert drawn == [("Holding", 0, False), ("Beta", 1, True), ("Gamma", 2, False)]
    # Whom a colleague advises is there, without a name.
    assert [(b.company and b.company.name) for b in company_tree.group_of(gamma, alice)] == [None, "Beta", "Gamma"]
    assert company_tree.group_of(new_company("Sola"), ada) == []


def found(value: str) -> set[str]:
    wanted = parse({"field": "household.aum", "op": "gte", "value": value}, catalogue.fields())
    return set(Client.objects.filter(catalogue.where(wanted, today=NOON.date())).values_list("name", flat=True))


def test_the_rfa_of_a_household_is_that_of_all_its_members(bound: Firm, ada: Membership) -> None:
    family = services.save_household(Household(), name="Rossi", by=ada)
    mario, anna = new_client("Mario", aum="100.50"), new_client("Anna", aum="200")
    new_client("Solo", aum="900")
    for one in (mario, anna):
        services.join_household(one, family, role=None, by=ada, at=NOON)
    assert (found("300.50"), found("300.51")) == ({"Mario", "Anna"}, set())
    ChangedClient.objects.all().delete()

    services.update_client(anna, {"aum": Decimal(1000)}, version=None, by=ada, at=NOON)
    # Mario is computed anew: his household's sum moved with her.
    assert set(ChangedClient.objects.values_list("client_id", flat=True)) == {mario.pk, anna.pk}
    assert found("1100.50") == {"Mario", "Anna"}
    ChangedClient.objects.all().delete()

    services.update_client(anna, {"household": None}, version=None, by=ada, at=NOON)
    assert set(ChangedClient.objects.values_list("client_id", flat=True)) == {mario.pk, anna.pk}
    assert (found("100"), found("101")) == ({"Mario"}, set())


def test_a_file_puts_clients_into_households_and_the_undo_takes_them_out(bound: Firm, ada: Membership) -> None:
    role = ListEntry.objects.filter(list_name=ListName.HOUSEHOLD_ROLE, active=True).first()
    assert role is not None
    there = services.save_household(Household(), name="Famiglia Verdi", by=ada)
    columns = {"Cognome": "last_name", "Nucleo": "household", "Ruolo": "household_role"}
    text = (
        f"Cognome;Nucleo;Ruolo\nRossi;Famiglia Rossi;{role.name}\nRossi junior;famiglia rossi;\nVerdi;FAMIGLIA VERDI;\n"
    )

    job = imported(text, columns=columns)

    assert counts(job) == (3, 0, 0, 0)
    names = {client.name: client.profile.household for client in clients()}
    assert {name: household.name for name, household in names.items()} == {
        "Rossi": "Famiglia Rossi", "Rossi junior": "Famiglia Rossi", "Verdi": "Famiglia Verdi",
    }  # fmt: skip
    assert Profile.objects.get(client__name="Rossi").household_role == role
    undone(job)
    assert list(Household.objects.all()) == [there]


def test_a_name_of_two_households_says_nothing(bound: Firm, ada: Membership) -> None:
    for _again in range(2):
        services.save_household(Household(), name="Rossi", by=ada)

    job = import_text("Cognome;Nucleo\nRossi;Rossi\n", {"Cognome": "last_name", "Nucleo": "household"})

    assert [row["code"] for row in refusals(job)] == ["ambiguous_entry"]
