"""The help pages: in both languages, linked from the page they explain, found by the search."""

import pytest
from django.template.loader import render_to_string

from crm.destinations import SECTIONS
from crm.help.pages import BY_SLUG, PAGES, page_for
from tenants.binding import use_firm
from tenants.models import Membership
from tests.cast import page

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("slug", sorted(BY_SLUG))
def test_every_page_is_written_in_both_languages(browse, alice, slug):
    italian, english = (render_to_string(f"help/{language}/{slug}.html") for language in ("it", "en"))

    assert italian.count("<p>") == english.count("<p>") > 0
    assert italian != english
    shown = browse(alice).get(page(alice, f"help/?page={slug}"))
    assert italian.splitlines()[0] in shown.content.decode()


def test_who_reads_english_reads_english(browse, alice):
    with use_firm(alice.firm_id):
        Membership.objects.filter(pk=alice.pk).update(language="en")
    browser = browse(alice)

    assert "The list shows the clients" in browser.get(page(alice, "help/?page=clients")).content.decode()


def test_an_unknown_page_shows_them_all(browse, alice):
    shown = browse(alice).get(page(alice, "help/?page=../../secret")).content.decode()

    assert all(f"?page={each.slug}" in shown for each in PAGES)


@pytest.mark.parametrize(
    ("view", "slug"),
    [
        ("clients:client_list", "clients"),
        ("clients:bulk_list", "bulk"),
        ("groups:group_list", "groups"),
        ("groups:view_list", "viste"),
        ("communications:template_list", "templates"),
        ("communications:service_list", "services"),
        ("scheduling:calendar", "calendar"),
        ("scheduling:planning", "cadence"),
    ],
)
def test_each_page_leads_to_its_own_help(view, slug):
    found = page_for(view)
    assert found is not None
    assert found.slug == slug


def test_whatever_the_menu_leads_to_is_explained_on_one_page_of_its_own_name():
    places = [link.view for section in SECTIONS for link in section.links]

    assert [view for view in places if page_for(view) is None] == []
    assert len(BY_SLUG) == len(PAGES)


def test_the_question_mark_leads_there(browse, alice):
    assert f'href="{page(alice, "help/")}?page=clients"' in browse(alice).get(page(alice, "clients/")).content.decode()


def test_help_is_found_by_the_palette(browse, alice):
    found = browse(alice).get(page(alice, "palette/"), {"q": "annullamento doppioni"}).content.decode()
    assert "?page=" not in found
    found = browse(alice).get(page(alice, "palette/"), {"q": "doppioni"}).content.decode()
    assert "?page=merge" in found
