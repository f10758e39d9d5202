"""Settings of the record beside its fields: yearly values, and for how long the law obliges the firm to keep things."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from clients import retention, services
from clients.enums import ErasureGround, RetentionClass
from clients.models import LockedRecord, Quantity, RetentionPeriod, YearQuantity
from clients.services.sublists import create_quantity
from tenants.binding import use_firm
from tenants.models import AuditEvent, Membership
from tests.cast import page
from tests.clients.builders import NOON, new_client

pytestmark = pytest.mark.django_db
Browse = Callable[..., Any]
VALUES = "clients/yearly-values/"
PERIODS = {"mifid": "7", "aml": "10", "insurance": "5", "tax": "10", "consent": "3"}


def test_a_yearly_value_is_defined_renamed_and_deactivated(browse: Browse, ada: Membership) -> None:
    browser = browse(ada)
    browser.post(page(ada, f"{VALUES}new/"), {"label": "Polizze in essere", "is_money": "on"})
    with use_firm(ada.firm):
        made = Quantity.objects.get(key="polizze_in_essere")
    assert made.is_money
    shown = browser.get(page(ada, VALUES)).content.decode()
    assert "year.polizze_in_essere" in shown

    browser.post(page(ada, f"{VALUES}{made.pk}/edit/"), {"label": "Polizze attive"})
    browser.post(page(ada, f"{VALUES}{made.pk}/deactivate/"))

    with use_firm(ada.firm):
        made.refresh_from_db()
    assert (made.label, made.is_money, made.active) == ("Polizze attive", True, False)
    browser.post(page(ada, f"{VALUES}{made.pk}/activate/"))
    browser.post(page(ada, f"{VALUES}{made.pk}/delete/"))
    with use_firm(ada.firm):
        assert not Quantity.objects.filter(pk=made.pk).exists()


def test_a_yearly_value_that_is_taken_or_used(browse: Browse, ada: Membership) -> None:
    with use_firm(ada.firm):
        made = create_quantity(Quantity(label="Polizze in essere"), by=ada)
        YearQuantity.objects.create(client=new_client(advisor=ada), quantity=made, year=2025, value=3)

    refused = browse(ada).post(page(ada, f"{VALUES}new/"), {"label": "polizze in essere"})
    browse(ada).post(page(ada, f"{VALUES}{made.pk}/delete/"))

    assert refused.status_code == 422
    assert refused.context["form"].errors
    with use_firm(ada.firm):
        assert Quantity.objects.filter(pk=made.pk).exists()


def test_periods_are_set_by_page_and_used_by_the_next_erasure(browse: Browse, ada: Membership) -> None:
    browser = browse(ada)
    assert browser.get(page(ada, "clients/retention/")).context["locked"] == []

    browser.post(page(ada, "clients/retention/"), PERIODS)

    with use_firm(ada.firm):
        assert retention.years_of_firm()[RetentionClass.MIFID] == 7
        assert dict(RetentionPeriod.objects.values_list("retention", "years")) == {"mifid": 7, "consent": 3}
        event = AuditEvent.objects.get(action="retention.changed")
        assert event.after == {"mifid": 7, "consent": 3}
        client = new_client("Rossi", advisor=ada)
        services.create_note(client, services.NoteContent(text="Consulenza"), by=ada, at=NOON)
        services.erase_client(client, ground=ErasureGround.REQUEST, by=ada, at=timezone.now())
        note = LockedRecord.objects.get(kind="clients.note.client")
        assert note.until.year == NOON.year + 7
    shown = browser.get(page(ada, "clients/retention/"))
    [mifid] = shown.context["locked"]
    assert mifid.retention == RetentionClass.MIFID
    assert mifid.records == 2
    assert "Consulenza" not in shown.content.decode()


def test_no_period_is_shorter_than_the_law(browse: Browse, api: Any, ada: Membership, alice: Membership) -> None:
    refused = browse(ada).post(page(ada, "clients/retention/"), PERIODS | {"aml": "9"})
    by_rest = api(ada).patch("/api/v1/retention/", {"aml": 9, "tax": 11})

    assert (refused.status_code, "aml" in refused.context["form"].errors) == (422, True)
    assert (by_rest.status_code, by_rest.json()["errors"][0]["field"]) == (400, "aml")
    with use_firm(ada.firm):
        assert not RetentionPeriod.objects.exists()
    assert browse(alice).get(page(alice, "clients/retention/")).status_code == 403


def test_retention_by_rest(api: Any, ada: Membership) -> None:
    changed = api(ada).patch("/api/v1/retention/", {"tax": 12})

    assert changed.status_code == 200
    told = {each["retention"]: each for each in api(ada).get("/api/v1/retention/").json()["classes"]}
    assert (told["tax"]["years"], told["tax"]["least"], told["mifid"]["years"]) == (12, 10, 5)
    assert told["mifid"]["covers"]
    assert told["mifid"]["locked"] == []
