import pytest
from django.db.models import Q

from clients import queries, search, visibility
from clients.models import ClientWord, Profile
from tenants.enums import Role
from tests.clients.builders import new_client, new_company

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bound")]


def names(clients):
    return [client.name for client in clients.order_by("name_key", "id")]


def test_administrators_and_readers_see_every_client(ada, rita, alice):
    new_client("Rossi", advisor=alice)
    new_client("Verdi")

    assert names(queries.visible_clients(ada)) == ["Rossi", "Verdi"]
    assert names(queries.visible_clients(rita)) == ["Rossi", "Verdi"]


def test_an_advisor_sees_the_clients_in_whom_he_has_a_part(ada, alice):
    new_client("Advised", advisor=alice)
    new_client("Contacted", advisor=ada, contact=alice)
    new_client("Specialised", advisor=ada, specialist=alice)
    new_client("Of another", advisor=ada)
    new_client("Of nobody")

    assert names(queries.visible_clients(alice)) == ["Advised", "Contacted", "Specialised"]


def test_an_operator_sees_the_pool_and_the_clients_in_whom_he_has_a_part(alice, bob):
    new_client("Advised", advisor=alice)
    new_client("Contacted", advisor=alice, contact=bob)
    new_client("Of nobody")

    assert names(queries.visible_clients(bob)) == ["Contacted", "Of nobody"]


def test_a_higher_app_can_show_more_to_a_role(alice, bob, monkeypatch):
    monkeypatch.setattr(visibility, "_rules", visibility._rules.copy())
    monkeypatch.setitem(visibility._rules, Role.OPERATOR, list(visibility._rules[Role.OPERATOR]))

    def starting_with_z(membership):
        return Q(last_name__startswith="Z")

    new_client("Zani", advisor=alice)
    assert names(queries.visible_clients(bob)) == []

    visibility.also_show(Role.OPERATOR, starting_with_z)
    visibility.also_show(Role.OPERATOR, starting_with_z)

    assert names(queries.visible_clients(bob)) == ["Zani"]


@pytest.mark.parametrize(
    "text",
    [
        "zoe",
        "ZOË",
        "maria d'ang",
        "D’Angelo Zoe",
        "angelo",
        "dangelo",
        "zoe.dangelo@exa",
        "zoe.da",
        "d",
        "335 123",
        "3351234567",
        "+39 335 12",
        "0039335123",
        "rssmra85t10",
        "RSSMRA85T10A562S",
    ],
)
def test_search_finds_a_client_by_what_is_remembered_of_him(ada, text):
    new_client("Rossi", first_name="Zeno")
    new_client(
        "D'Angelo",
        first_name="Zoë Maria",
        tax_code="RSSMRA85T10A562S",
        emails=[{"address": "Zoe.DAngelo@example.com"}],
        phones=[{"number": "335 1234567"}],
    )

    assert names(queries.search_clients(queries.visible_clients(ada), text)) == ["D'Angelo Zoë Maria"]


@pytest.mark.parametrize("text", ["san paolo", "00743110157", "it 00743110157", "intesa-spa"])
def test_search_finds_a_company(ada, text):
    new_client("Rossi")
    new_company("Banca Intesa San Paolo", vat_number="IT00743110157")

    found = queries.search_clients(queries.visible_clients(ada), text)

    assert names(found) == (["Banca Intesa San Paolo"] if text != "intesa-spa" else [])


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_search_finds_everybody(ada, text):
    new_client("Rossi")

    assert names(queries.search_clients(queries.visible_clients(ada), text)) == ["Rossi"]


@pytest.mark.parametrize("text", ["'", "%", "xyz", "rossi xyz", "_", "999", "a@b"])
def test_search_finds_nobody(ada, text):
    new_client("Rossi", first_name="Mario", phones=[{"number": "335 1234567"}])

    assert names(queries.search_clients(queries.visible_clients(ada), text)) == []


@pytest.mark.parametrize("few", [0, 1, 200])
def test_rows_of_who_is_found_are_the_same_by_key_and_by_subquery(alice, few, monkeypatch):
    monkeypatch.setattr(queries, "FEW", few)
    new_client("Rossi", advisor=alice)
    new_client("Rossini", advisor=alice)
    new_client("Verdi", advisor=alice)
    new_client("Rossetti")

    profiles = Profile.objects.filter(queries.of_found_clients(alice, "ross"))

    assert sorted(profiles.values_list("client__name", flat=True)) == ["Rossi", "Rossini"]


def test_search_stays_within_what_is_visible(alice):
    new_client("Rossi", advisor=alice)
    new_client("Rossini")

    assert names(queries.search_clients(queries.visible_clients(alice), "ros")) == ["Rossi"]


def test_the_words_of_many_clients_are_indexed_in_one_statement(django_assert_num_queries):
    clients = [new_client(f"Rossi-{number}") for number in range(5)]
    ClientWord.objects.all().delete()

    with django_assert_num_queries(1):
        search.index_names([client.pk for client in clients])

    assert ClientWord.objects.filter(word="rossi").count() == 5


def test_duplicates_are_found_by_codes_and_addresses():
    rossi = new_client("Rossi", tax_code="RSSMRA85T10A562S")
    verdi = new_client("Verdi", emails=[{"address": "verdi@example.com"}])
    bianchi = new_company("Bianchi", vat_number="00743110157")

    assert list(queries.possible_duplicates(tax_code="rssmra85t10a562s")) == [rossi]
    assert list(queries.possible_duplicates(emails=["Verdi@Example.com", ""])) == [verdi]
    assert list(queries.possible_duplicates(vat_number="IT 00743110157")) == [bianchi]
    assert list(queries.possible_duplicates(tax_code="RSSMRA85T10A562S", apart_from=rossi)) == []
    assert list(queries.possible_duplicates()) == []
