"""A deletion of settings is kept for a month and taken back as it was (tenants/services/removals.py)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client as Browser
from django.utils import timezone

from clients import services as clients
from clients import sweeping
from clients.models import CustomField, Label, ListEntry, UserList
from clients.services.lists import create_list, delete_list
from groups.models import View
from groups.services import delete_view
from outcomes.models import ActivityKind, ActivityKindType
from scheduling.models import AppointmentType
from tenants import queries
from tenants.binding import use_firm
from tenants.models import AuditEvent, Firm, Membership, Removal
from tenants.services import remove, take_back
from tests.cast import page

pytestmark = pytest.mark.django_db
Browse = Callable[[Membership], Browser]


def rows(model: Any, **asked: Any) -> list[dict[str, Any]]:
    return list(model.objects.filter(**asked).order_by("pk").values())


def back(removal: Removal, by: Membership) -> Any:
    return take_back(removal, by=by, at=timezone.now())


def test_a_row_comes_back_column_by_column_and_once(bound: Firm, ada: Membership) -> None:
    field = CustomField(label="Hobby", type="text", help_text="Perché no?", in_mail=False)
    clients.create_custom_field(field, by=ada)
    before = rows(CustomField)

    removal = clients.delete_custom_field(field, by=ada)
    assert rows(CustomField) != before
    back(removal, ada)

    assert rows(CustomField) == before
    assert AuditEvent.objects.order_by("-id")[0].action == "removal.taken_back"
    with pytest.raises(ValidationError) as refused:
        back(removal, ada)
    assert refused.value.code == "undone"


def test_what_hangs_on_a_row_comes_back_with_it(bound: Firm, ada: Membership) -> None:
    own = create_list("Hobby", by=ada, entries=["Vela", "Sci", "Scacchi"])
    kind = ActivityKind.objects.create(name="Rinnovo")
    ActivityKindType.objects.create(kind=kind, type=AppointmentType.objects.all()[0])
    models = (UserList, ListEntry, ActivityKind, ActivityKindType)
    before = [rows(model) for model in models]

    removals = [delete_list(own, by=ada), remove(kind, by=ada)]
    assert [len(removal.rows) for removal in removals] == [4, 2]
    for removal in removals:
        back(removal, ada)

    assert [rows(model) for model in models] == before


def test_it_stays_away_where_another_has_its_place(bound: Firm, ada: Membership) -> None:
    """By the rule of its kind (a name in other letters), and by that of the database."""
    label = clients.create_choice(Label(name="Medico"), by=ada)
    removal = clients.delete_choice(label, by=ada)
    clients.create_choice(Label(name="mèdico"), by=ada)
    view = View.objects.create(name="Mia", owner=ada)
    of_view = delete_view(view, by=ada)
    View.objects.create(pk=view.pk, name="Altra", owner=ada)

    for each in (removal, of_view):
        with pytest.raises(ValidationError):
            back(each, ada)

    assert not Label.objects.filter(pk=label.pk).exists()
    assert not Removal.objects.filter(restored_at__isnull=False).exists()


def test_whoever_configures_sees_all_others_their_own(bound: Firm, ada: Membership, alice: Membership) -> None:
    of_ada = delete_view(View.objects.create(name="Di Ada", owner=ada), by=ada)
    of_alice = delete_view(View.objects.create(name="Di Alice", owner=alice), by=alice)
    label = clients.delete_choice(clients.create_choice(Label(name="Medico"), by=ada), by=ada)
    # Who may configure no more cannot take back what that needs.
    former = clients.delete_choice(clients.create_choice(Label(name="Notaio"), by=ada), by=alice)

    now = timezone.now()
    assert set(queries.removals(ada, at=now)) == {of_ada, of_alice, label, former}
    assert set(queries.removals(alice, at=now)) == {of_alice}


def test_after_a_month_it_is_gone(bound: Firm, ada: Membership) -> None:
    removal = clients.delete_choice(clients.create_choice(Label(name="Medico"), by=ada), by=ada)
    later = timezone.now() + timedelta(days=31)

    assert not queries.removals(ada, at=later).exists()
    sweeping.sweep(at=timezone.now() + timedelta(days=29))
    assert Removal.objects.filter(pk=removal.pk).exists()
    sweeping.sweep(at=later)
    assert not Removal.objects.filter(pk=removal.pk).exists()


def test_on_its_page_and_through_the_api(
    browse: Browse, api: Callable[..., Any], ada: Membership, alice: Membership
) -> None:
    with use_firm(ada.firm):
        first, second = (clients.create_choice(Label(name=name), by=ada) for name in ("Medico", "Notaio"))
        removals = [clients.delete_choice(each, by=ada).pk for each in (first, second)]
    browser, listing = browse(ada), page(ada, "settings/deleted/")
    assert "Medico" in browser.get(listing).content.decode()
    assert browse(alice).post(page(alice, f"settings/deleted/{removals[0]}/restore/")).status_code == 404

    browser.post(page(ada, f"settings/deleted/{removals[0]}/restore/"))
    shown = api(ada).get("/api/v1/removals/").json()["results"]
    answer = api(ada).post(f"/api/v1/removals/{removals[1]}/restore/", {})
    again = api(ada).post(f"/api/v1/removals/{removals[1]}/restore/", {})

    assert [(row["name"], row["restored_at"] is None) for row in shown] == [("Notaio", True), ("Medico", False)]
    assert (answer.status_code, again.status_code) == (200, 400)
    assert answer.json()["restored_at"]
    browser.get(listing)
    assert "Medico" not in browser.get(listing).content.decode(), "nor any longer in a notice"
    with use_firm(ada.firm):
        assert Label.objects.filter(pk__in=[first.pk, second.pk]).count() == 2
