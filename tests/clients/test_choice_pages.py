"""The pages of statuses, labels and lists: each action once, and what is refused."""

import pytest

from tests.cast import page

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["statuses", "labels", "category", "contact-role", "rating", "link-type"])
def test_an_entry_is_added_renamed_switched_off_and_deleted(browse, ada, firm, kind):
    browser, base = browse(ada), page(ada, f"clients/settings/{kind}/")

    browser.post(f"{base}new/", {"name": "Nuova", "symbol": "star", "colour": "teal"})
    choice = next(row for row in browser.get(base).context["choices"] if row.name == "Nuova")
    browser.post(f"{base}{choice.pk}/", {"name": "Nuovissima", "symbol": "star", "colour": "teal", "active": "on"})
    browser.post(f"{base}{choice.pk}/deactivate/")
    read = next(row for row in browser.get(base).context["choices"] if row.pk == choice.pk)
    browser.post(f"{base}{choice.pk}/activate/")
    browser.post(f"{base}{choice.pk}/move/", {"direction": "up"})
    browser.post(f"{base}{choice.pk}/delete/")

    assert (read.name, read.active) == ("Nuovissima", False)
    assert choice.pk not in [row.pk for row in browser.get(base).context["choices"]]


def test_a_taken_name_is_refused_and_kept_in_the_form(browse, ada):
    answer = browse(ada).post(page(ada, "clients/settings/rating/new/"), {"name": "strategico"})

    assert answer.status_code == 422
    assert answer.context["form"].errors["name"]
