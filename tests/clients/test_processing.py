"""The register of processing activities: prefilled from what the product holds, edited, exported (GDPR, art. 30)."""

import io
from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.apps import apps
from python_calamine import CalamineWorkbook

from clients import processing, services
from clients.enums import RetentionClass
from clients.holdings import holdings
from clients.models import Processing
from tenants.binding import use_firm
from tenants.models import AuditEvent, Firm, Membership
from tests.cast import page


def test_whatever_is_held_of_a_person_stands_in_it(bound: Firm, ada: Membership) -> None:
    """Derived: a table that somebody registers tomorrow appears by itself."""
    services.set_retention({RetentionClass.MIFID: 7}, by=ada)
    rows = {row.key: row for row in Processing.objects.all()}
    told = {name.lower() for row in rows.values() for name in processing.categories_of(row)}

    labels = {str(held.label).lower() for held in holdings().values() if held.label}
    assert len(labels) > 20
    assert labels - told == set()
    assert any("7" in period for period in processing.periods_of(rows["advice"])), "the firm's own number of years"
    assert set(rows) == {each.key for each in processing.SUPPLIED}


def test_a_firm_that_was_there_before_receives_it_in_its_language(firm: Firm) -> None:
    with use_firm(firm):
        Processing.objects.all().delete()
        for _time in range(2):
            import_module("clients.migrations.0030_supplied_processing").supply(apps, None)

        names = list(Processing.objects.order_by("position").values_list("name", flat=True))
        assert names == [each.name.it for each in processing.SUPPLIED]


def test_it_is_edited_and_handed_over(browse: Callable[..., Any], api: Any, firm: Firm, ada: Membership) -> None:
    browser, here = browse(ada), page(ada, "clients/processing/")
    with use_firm(firm):
        marketing = Processing.objects.get(key="marketing")
    said = {"controller": "Studio Aurora, via Po 1", "processors": "Posta S.p.A.: invio, Italia", "officer": "d@x.it"}
    assert browser.post(here, said).status_code == 302
    edited = {"name": "Promozione", "recipients": "Tipografia Rossi", "data": "Fotografie\n\nHobby"}
    assert browser.post(f"{here}{marketing.pk}/", edited).status_code == 302
    taken = browser.post(f"{here}new/", {"name": "Promozione"})
    caller = api(ada)
    own = caller.post("/api/v1/processing-activities/", {"name": "Selezione del personale", "periods": "6 mesi"}).json()
    head = caller.patch("/api/v1/processing-register/", {"measures": "Cifratura"}).json()

    book = browser.get(f"{here}export/?format=xlsx")

    assert taken.status_code == 422
    assert (own["key"], own["erased_after"], own["categories"]) == ("", ["6 mesi"], [])
    assert head["processors"] == said["processors"]
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book.content)).get_sheet_by_index(0).to_python()
    found = {row[0]: row for row in rows[1:]}
    assert len(found) == len(processing.SUPPLIED) + 1
    assert found["Promozione"][5] == "Tipografia Rossi"
    assert found["Promozione"][4].endswith("Fotografie; Hobby")
    assert found["Promozione"][8:13] == [said["controller"], "", "d@x.it", said["processors"], "Cifratura"]
    with use_firm(firm):
        event = AuditEvent.objects.get(action="processing.changed")
        assert (event.before["name"], event.after["name"]) == ("Comunicazioni commerciali", "Promozione")
