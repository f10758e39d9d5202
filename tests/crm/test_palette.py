"""The command palette finds what its user may see, and remembers what he opened last (frontend.md 2)."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients.models import Client
from clients.services import create_client
from clients.services.notes import NoteContent, create_note
from tenants.binding import use_firm
from tenants.models import Membership
from tests.cast import page

pytestmark = pytest.mark.django_db
Browse = Callable[[Membership], Browser]


def add(last_name: str, *, by: Membership) -> Client:
    with use_firm(by.firm_id):
        return create_client({"first_name": "Anna", "last_name": last_name, "advisor": by}, by=by, at=timezone.now())


def found(browse: Browse, member: Membership, text: str) -> str:
    return browse(member).get(page(member, "palette/"), {"q": text}, headers={"HX-Request": "true"}).content.decode()


def test_a_client_is_found_by_a_part_of_the_name_and_leads_to_his_page(browse: Browse, alice: Membership) -> None:
    client, other = add("Bianchi", by=alice), add("Verdi", by=alice)

    html = found(browse, alice, "bian")

    assert f'href="{page(alice, f"clients/{client.pk}/")}"' in html
    assert f"clients/{other.pk}/" not in html


def test_nobody_finds_the_clients_of_another_firm(browse: Browse, alice: Membership, carol: Membership) -> None:
    add("Bianchi", by=alice)

    assert "Bianchi" in found(browse, alice, "bianchi")
    assert "Bianchi" not in found(browse, carol, "bianchi")


def test_nothing_is_offered_without_a_text_until_a_client_was_opened(browse: Browse, alice: Membership) -> None:
    first, second = add("Bianchi", by=alice), add("Verdi", by=alice)
    assert found(browse, alice, "").strip() == ""

    for client in (first, second, first):
        assert browse(alice).get(page(alice, f"clients/{client.pk}/")).status_code == 200

    html = found(browse, alice, "")
    assert 0 < html.index(f"clients/{first.pk}/") < html.index(f"clients/{second.pk}/")


def test_a_recent_client_who_may_not_be_seen_any_more_is_gone(
    browse: Browse, alice: Membership, bob: Membership
) -> None:
    client = add("Bianchi", by=alice)
    browse(alice).get(page(alice, f"clients/{client.pk}/"))
    with use_firm(alice.firm_id):
        Client.objects.filter(pk=client.pk).update(advisor=bob)

    assert "Bianchi" not in found(browse, alice, "")


def test_the_palette_asks_as_much_for_one_as_for_many(browse: Browse, alice: Membership) -> None:
    counts = []
    for name in ("Bianchi", "Bianco", "Biancardi"):
        add(name, by=alice)
        with CaptureQueriesContext(connection) as queries:
            found(browse, alice, "bianc")
        counts.append(len(queries))

    assert counts[0] == counts[2]


def test_what_is_asked_about_the_words_is_asked_once_for_all_kinds(browse: Browse, alice: Membership) -> None:
    add("Bianchi", by=alice)
    for text in ("bianchi", "binachi"):
        with CaptureQueriesContext(connection) as queries:
            assert "Bianchi" in found(browse, alice, text)

        asked = [query["sql"] for query in queries]
        assert sum("AS carrying" in sql for sql in asked) == 1
        assert sum("clients_wordvariant" in sql for sql in asked) == (text == "binachi")


def test_notes_companies_and_groups_are_found_where_they_may_be_seen(
    browse: Browse, alice: Membership, bob: Membership
) -> None:
    client = add("Bianchi", by=alice)
    with use_firm(alice.firm_id):
        create_client({"kind": "company", "company_name": "Alfa S.r.l.", "advisor": alice}, by=alice, at=timezone.now())
        create_note(client, NoteContent(text="Pensa all'università"), by=alice, at=timezone.now())

    assert "Alfa S.r.l." in found(browse, alice, "alfa")
    assert "Pensa all&#x27;università" in found(browse, alice, "universita")
    assert "università" not in found(browse, bob, "universita")
    assert "Alfa" not in found(browse, bob, "alfa")


def test_the_search_is_a_page_too(browse: Browse, alice: Membership) -> None:
    client = add("Bianchi", by=alice)
    browser = browse(alice)

    answer = browser.get(page(alice, "search/"), {"q": "binachi"})

    html = answer.content.decode()
    assert "<html" in html
    assert f'href="{page(alice, f"clients/{client.pk}/")}"' in html
    assert f'href="{page(alice, "search/")}"' in html  # the bar at the top leads here without a script
    assert browser.get(page(alice, "search/"), {"q": "xyzxyz\0"}).context["found"] == []
    assert "<html" not in browser.get(page(alice, "search/"), headers={"HX-Request": "true"}).content.decode()
