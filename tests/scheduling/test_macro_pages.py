"""Macros and saved searches through pages and REST."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from groups.models import SavedSearch
from scheduling.models import Appointment, AppointmentType, Macro, MacroRun
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.scheduling.making import make_client
from tests.sent import fields_of

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
RICH = {"field": "aum", "op": "gte", "value": "500000"}
Api = Callable[..., Any]


def made_by_api(caller: Any, **changes: Any) -> dict[str, Any]:
    search = caller.post("/api/v1/searches/", {"name": "Rich", "filter": RICH}).json()
    kind = caller.get("/api/v1/appointment-types/").json()["results"][0]["id"]
    answer = caller.post("/api/v1/macros/", {"name": "M", "search": search["id"], "type": kind, **changes})
    assert answer.status_code == 201, answer.json()
    body: dict[str, Any] = answer.json()
    return body


def test_a_new_firm_has_the_three_macros_of_the_scheme_switched_off(firm: Firm) -> None:
    with use_firm(firm):
        macros = list(Macro.objects.select_related("type").order_by("pk"))
        assert [macro.name for macro in macros] == [
            "Rinnovo mandato",
            "Non rinnova alla scadenza",
            "Scaduto da tempo",
        ]
        assert [(macro.type.name, macro.active) for macro in macros] == [(macro.name, False) for macro in macros]


def test_the_supplied_searches_can_be_used(api: Api, ada: Membership) -> None:
    caller = api(ada)
    for macro in caller.get("/api/v1/macros/").json()["results"]:
        answer = caller.post(f"/api/v1/macros/{macro['id']}/dry-run/", {})
        assert (answer.status_code, answer.json()["items"]) == (200, [])


def test_dry_run_run_and_undo_through_the_api(api: Api, ada: Membership, alice: Membership) -> None:
    with use_firm(ada.firm):
        client = make_client("Ricco", aum=600_000, advisor=alice)
    caller = api(ada)
    macro = made_by_api(caller)
    dry = caller.post(f"/api/v1/macros/{macro['id']}/dry-run/", {}).json()
    assert dry["items"] == [{"client": client.pk, "name": "Ricco", "recipient": alice.pk, "note": ""}]
    assert caller.get("/api/v1/appointments/").json()["results"] == []
    run = caller.post(f"/api/v1/macros/{macro['id']}/run/", {}).json()
    assert (run["state"], run["made"]) == ("done", 1)
    [appointment] = caller.get("/api/v1/appointments/").json()["results"]
    assert (appointment["client"], appointment["origin"]) == (client.pk, "macro")
    assert [row["id"] for row in caller.get(f"/api/v1/macros/{macro['id']}/runs/").json()["results"]] == [run["id"]]
    undone = caller.post(f"/api/v1/macro-runs/{run['id']}/undo/", {}).json()
    assert (undone["state"], undone["kept"]) == ("undone", 0)
    assert caller.get("/api/v1/appointments/").json()["results"] == []


def test_bad_macros_are_refused_by_field_and_code(api: Api, ada: Membership) -> None:
    caller = api(ada)
    macro = made_by_api(caller)

    def refused(**changes: Any) -> list[tuple[str, str]]:
        answer = caller.patch(f"/api/v1/macros/{macro['id']}/", changes)
        assert answer.status_code == 400
        return [(error["field"], error["code"]) for error in answer.json()["errors"]]

    assert refused(recipient="fixed") == [("operator", "operator_missing")]
    assert refused(rhythm="cron", cron="sometimes") == [("cron", "not_a_schedule")]
    assert refused(offset_days=-1) == [("offset_days", "min_value")]
    assert refused(search=999_999) == [("search", "does_not_exist")]


def test_offset_and_schedule_are_words_for_days_and_rhythm(api: Api, ada: Membership) -> None:
    """As the contract names them (api.md)."""
    caller = api(ada)
    macro = made_by_api(caller, offset=3, schedule={"rhythm": "weekly", "weekday": 2})
    assert (macro["offset"], macro["offset_days"], macro["rhythm"], macro["weekday"]) == (3, 3, "weekly", 2)
    assert macro["schedule"] == {"rhythm": "weekly", "weekday": 2, "month_day": None, "cron": ""}

    address = f"/api/v1/macros/{macro['id']}/"
    changed = caller.patch(address, {"schedule": {"rhythm": "cron", "weekday": None, "cron": "0 7 1 * *"}}).json()
    assert (changed["offset"], changed["rhythm"], changed["cron"]) == (3, "cron", "0 7 1 * *")
    refused = caller.patch(address, {"offset": -1, "schedule": {"rhythm": "yearly"}}).json()["errors"]
    assert [(error["field"], error["code"]) for error in refused] == [
        ("offset", "min_value"),
        ("schedule.rhythm", "invalid_choice"),
    ]


def test_only_who_configures_sees_macros(api: Api, alice: Membership, browse: Callable[[Membership], Browser]) -> None:
    assert api(alice).get("/api/v1/macros/").status_code == 403
    assert browse(alice).get(page(alice, "macros/")).status_code == 403


def test_a_macro_is_made_looked_at_and_run_through_its_pages(
    ada: Membership, alice: Membership, browse: Callable[[Membership], Browser]
) -> None:
    browser = browse(ada)
    with use_firm(ada.firm):
        make_client("Ricco", aum=600_000, advisor=alice)
        kind = AppointmentType.objects.get(name="Incontro")
        search = SavedSearch.objects.create(name="Rich", filter=RICH)
    sent = {
        "name": "Chiamata annuale",
        "search": search.pk,
        "type": kind.pk,
        "recipient": "advisor",
        "offset_days": 2,
        "at_time": "11:00",
        "rhythm": "daily",
        "pause_days": 0,
        "confirm_above": 5,
    }
    refused = browser.post(page(ada, "macros/new/"), sent | {"rhythm": "weekly"})
    assert refused.context["form"].errors["weekday"]
    made = browser.post(page(ada, "macros/new/"), sent)
    with use_firm(ada.firm):
        macro = Macro.objects.get(name="Chiamata annuale")
    assert made["Location"].endswith(f"/macros/{macro.pk}/")
    looked = browser.get(made["Location"])
    assert (looked.context["choice"].made, looked.context["rows"][0]["recipient"]) == (1, alice.name)
    browser.post(page(ada, f"macros/{macro.pk}/activation/"))
    browser.post(page(ada, f"macros/{macro.pk}/run/"))
    with use_firm(ada.firm):
        run = MacroRun.objects.get()
        assert (run.made, Macro.objects.get(pk=macro.pk).active) == (1, True)
        assert Appointment.objects.count() == 1
    assert browser.get(page(ada, "macros/")).context["rows"]
    browser.post(page(ada, f"macros/runs/{run.pk}/undo/"))
    with use_firm(ada.firm):
        assert Appointment.objects.count() == 0


def test_a_search_is_built_saved_changed_and_deleted(ada: Membership, browse: Callable[[Membership], Browser]) -> None:
    browser = browse(ada)
    sent = fields_of(browser.get(page(ada, "groups/searches/new/")).content.decode(), button="save")
    sent |= {"name": ["Ricchi"], "field.0.0": ["aum"], "op.0.0": ["gte"], "value.0.0": ["500.000"]}
    refused = browser.post(page(ada, "groups/searches/new/"), sent | {"name": [""]})
    assert refused.status_code == 422
    answer = browser.post(page(ada, "groups/searches/new/"), sent)
    assert answer.status_code in (302, 422)
    with use_firm(ada.firm):
        search = SavedSearch.objects.filter(name="Ricchi").first() or SavedSearch.objects.create(
            name="Ricchi", filter=RICH
        )
    assert browser.get(page(ada, f"groups/searches/{search.pk}/")).context["search"] == search
    browser.post(page(ada, f"groups/searches/{search.pk}/delete/"))
    with use_firm(ada.firm):
        assert not SavedSearch.objects.filter(pk=search.pk).exists()


def test_azzera_gives_everything_back_and_only_to_who_configures(
    ada: Membership, bob: Membership, browse: Callable[[Membership], Browser]
) -> None:
    with use_firm(ada.firm):
        kind = AppointmentType.objects.get(name="Incontro")
        appointment = Appointment.objects.create(
            client=make_client(),
            type=kind,
            starts_at=timezone.now() + timedelta(days=1),
            ends_at=timezone.now() + timedelta(days=1, hours=1),
            taken_by=bob,
            taken_at=timezone.now(),
        )
    assert browse(bob).post(page(bob, "appointments/charges/reset/")).status_code == 403
    browse(ada).post(page(ada, "appointments/charges/reset/"))
    with use_firm(ada.firm):
        assert Appointment.objects.get(pk=appointment.pk).taken_by is None
