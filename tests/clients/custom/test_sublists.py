"""Years with quantities, filings, services, policies: given whole, read by filters, imported (O-47, SIS-11, SIS-12)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from clients import services
from clients.catalogue import fields
from clients.imports.refusals import FileRefused
from clients.models import (
    ChangedClient,
    Client,
    ClientEdit,
    ClientYear,
    Filing,
    ListEntry,
    Policy,
    Quantity,
    RefusedRow,
    YearQuantity,
)
from clients.refusals import StaleError
from clients.services.sublists import change_quantity, create_quantity, delete_quantity, set_sublist
from clients.sublists import rows
from clients.sublists.kinds import FILINGS, POLICIES, SERVICES, SUBLISTS, YEARS, Sublist
from tenants.binding import use_firm
from tenants.models import AuditEvent, Firm, Membership
from tests.cast import page
from tests.clients.builders import NOON, new_client
from tests.clients.custom.test_fields import found
from tests.clients.custom.test_import import imported

Api = Callable[..., Any]


def entry(name: str, place: int = 0) -> ListEntry:
    return list(ListEntry.objects.filter(list_name=name).order_by("position"))[place]


def give(client: Client, sublist: Sublist, *given: dict[str, Any]) -> Client:
    return set_sublist(client, sublist, given, version=None, by=None, at=NOON)


def year(number: int, **quantities: str | int) -> dict[str, Any]:
    return {"year": number, "quantities": {key: Decimal(value) for key, value in quantities.items()}}


def test_a_firm_starts_with_lists_and_quantities(bound: Firm) -> None:
    assert [(row.key, row.is_money) for row in Quantity.objects.all()] == [
        ("invoices_issued", False), ("total_assets", True), ("revenue", True),
    ]  # fmt: skip
    assert {name: ListEntry.objects.filter(list_name=name).count() for name in ("accounting_regime", "service")} == {
        "accounting_regime": 3, "service": 4,
    }  # fmt: skip


def test_filters_ask_for_the_latest_year_and_value(bound: Firm, ada: Membership) -> None:
    growing, silent, other = (new_client(name, by=ada) for name in ("A", "B", "C"))
    flat_rate = entry("accounting_regime", 2)
    give(growing, YEARS, year(2023, revenue=10, invoices_issued=5), year(2024, revenue="99.50") | {"regime": flat_rate})
    give(silent, YEARS, year(2024) | {"closes_on": date(2024, 6, 30)}, year(2022, revenue=500))
    give(other, YEARS)

    assert found({"field": "year.latest", "op": "eq", "value": 2024}) == {growing.pk, silent.pk}
    assert found({"field": "year.revenue", "op": "eq", "value": "99.50"}) == {growing.pk}
    assert found({"field": "year.revenue", "op": "eq", "value": "10"}) == set(), "an older year"
    assert found({"field": "year.revenue", "op": "gte", "value": "99.50"}) == {growing.pk, silent.pk}
    assert found({"field": "year.invoices_issued", "op": "lt", "value": 6}) == {growing.pk}, "the latest that is known"
    assert found({"field": "year.regime", "op": "eq", "value": flat_rate.pk}) == {growing.pk}
    assert found({"field": "year.closes_on", "op": "eq", "value": "2024-06-30"}) == {silent.pk}
    give(growing, YEARS, year(2023, revenue=10))
    assert found({"field": "year.revenue", "op": "eq", "value": "10"}) == {growing.pk}, "the latest is gone"
    assert found({"field": "year.latest", "op": "empty"}) == {other.pk}


def test_filters_ask_for_filings_services_and_policies(bound: Firm, ada: Membership) -> None:
    one, two = (new_client(name, by=ada) for name in ("A", "B"))
    vat, balance = entry("filing_type", 2), entry("filing_type", 1)
    give(
        one,
        FILINGS,
        {"type": vat, "year": 2025, "period": "T1", "state": "done", "due_on": date(2025, 5, 31)},
        {"type": balance, "year": 2025, "due_on": date(2026, 4, 30)},
    )
    give(one, SERVICES, {"service": entry("service")}, {"service": entry("service", 1), "ended_on": date(2025, 1, 1)})
    give(
        two,
        POLICIES,
        {"company": "Alfa Vita", "number": "P/1", "premium": Decimal("120.00"), "expires_on": date(2026, 3, 20)},
        {"company": "Beta", "branch": entry("policy_branch"), "number": ""},
    )

    assert found({"field": "filing.type", "op": "eq", "value": vat.pk}) == {one.pk}
    assert found({"field": "filing.open_type", "op": "eq", "value": vat.pk}) == set()
    assert found({"field": "filing.open_type", "op": "eq", "value": balance.pk}) == {one.pk}
    assert found({"field": "filing.due_on", "op": "due_within_days", "value": 0}) == set(), "done"
    assert found({"field": "service.active", "op": "in", "value": [entry("service").pk]}) == {one.pk}
    assert found({"field": "service.active", "op": "eq", "value": entry("service", 1).pk}) == set()
    assert found({"field": "policy.expires_on", "op": "within_next_days", "value": 10}) == {two.pk}
    assert found({"field": "policy.company", "op": "starts_with", "value": "ALFA"}) == {two.pk}
    assert found({"field": "policy.branch", "op": "empty"}) == {one.pk}


def test_a_change_is_told_and_marks_the_client_once(bound: Firm, ada: Membership) -> None:
    client = new_client(by=ada)
    policy = {"company": "Alfa", "premium": Decimal("10.00")}
    give(client, POLICIES, policy)
    ChangedClient.objects.all().delete()

    give(client, POLICIES, {**policy, "company": " Alfa  "})
    assert (Client.objects.get().version, ChangedClient.objects.count()) == (2, 0), "the same"
    give(client, POLICIES)

    assert (Client.objects.get().version, ChangedClient.objects.count()) == (3, 1)
    event = AuditEvent.objects.latest("id")
    assert event.before["policies"][0]["company"] == "Alfa"
    assert event.after == {"policies": []}
    with pytest.raises(StaleError):
        set_sublist(client, POLICIES, [policy], version=2, by=ada, at=NOON)


@pytest.mark.parametrize(
    ("sublist", "given", "problems"),
    [
        (YEARS, [{"year": 1800}], {"years[0].year": "min_value"}),
        (YEARS, [{"year": 2024}, {"year": 2024}], {"years[1].year": "unique"}),
        (YEARS, [{"year": 2024, "quantities": {"nowhere": 1}}], {"years[0].quantities.nowhere": "unknown_field"}),
        (FILINGS, [{"year": 2024}], {"filings[0].type": "required"}),
        (POLICIES, [{"company": ""}], {"policies[0].company": "blank"}),
        (POLICIES, [{"company": "A"}, {"company": "à"}], {"policies[1].company": "unique"}),
        (POLICIES, [{"company": "A", "premium": Decimal(-1)}], {"policies[0].premium": "min_value"}),
        (POLICIES, [{"company": "A"}] * 201, {"policies": "too_many"}),
    ],
)
def test_what_is_wrong_is_told_with_its_row(
    bound: Firm, ada: Membership, sublist: Sublist, given: list[dict[str, Any]], problems: dict[str, str]
) -> None:
    with pytest.raises(ValidationError) as refused:
        give(new_client(by=ada), sublist, *given)

    assert {name: errors[0].code for name, errors in refused.value.error_dict.items()} == problems


def test_entries_must_be_of_the_list_and_in_use_unless_held(bound: Firm, ada: Membership) -> None:
    client, service = new_client(by=ada), entry("service")
    give(client, SERVICES, {"service": service})
    services.change_choice(service, {"active": False}, by=ada)

    give(client, SERVICES, {"service": service, "since": date(2025, 1, 1)})
    for wrong, code in ((service, "inactive"), (entry("rating"), "wrong_list")):
        with pytest.raises(ValidationError) as refused:
            give(new_client(by=ada), SERVICES, {"service": wrong})
        assert [error.code for error in refused.value.error_dict["services[0].service"]] == [code]


def test_a_list_is_taken_back_as_it_was(browse: Callable[[Membership], Any], firm: Firm, ada: Membership) -> None:
    """Rows taken away and changed on the page, years with their quantities too; from the toast and the history."""
    with use_firm(firm):
        client = new_client(by=ada, advisor=ada)
        give(client, YEARS, year(2023, revenue="10.50"), year(2024) | {"regime": entry("accounting_regime")})
        give(client, FILINGS, {"type": entry("filing_type"), "year": 2025, "due_on": date(2026, 4, 30)})
        give(client, SERVICES, {"service": entry("service"), "since": date(2020, 1, 1)})
        give(client, POLICIES, {"company": "Alfa", "branch": entry("policy_branch"), "premium": Decimal("99.90")})
        before = {name: rows.read(sublist, client) for name, sublist in SUBLISTS.items()}
    browser = browse(ada)

    for name in SUBLISTS:
        form = {f"{name}-TOTAL_FORMS": "0", f"{name}-INITIAL_FORMS": "0"}
        with use_firm(firm):
            version = Client.objects.get(pk=client.pk).version
        answer = browser.post(page(ada, f"clients/{client.pk}/{name}/"), form | {"version": str(version)}, follow=True)
        with use_firm(firm):
            assert rows.read(SUBLISTS[name], client) == [], name
            edit = ClientEdit.objects.order_by("-id")[0]
        undo = page(ada, f"clients/{client.pk}/changes/{edit.pk}/undo/")
        assert undo in answer.content.decode(), "in the toast"
        history = browser.get(page(ada, f"clients/{client.pk}/changes/")).content.decode()
        assert undo in history
        browser.post(undo)

    with use_firm(firm):
        assert {name: rows.read(sublist, client) for name, sublist in SUBLISTS.items()} == before
        assert found({"field": "year.latest", "op": "eq", "value": 2024}) == {client.pk}
    assert "Alfa" in history


def test_a_list_that_has_changed_since_or_misses_an_entry_stays(bound: Firm, ada: Membership) -> None:
    client, own = new_client(by=ada), services.create_choice(ListEntry(list_name="service", name="Yoga"), by=ada)
    give(client, SERVICES, {"service": own})
    give(client, SERVICES)
    taken_away = ClientEdit.objects.order_by("-id")[0]
    give(client, POLICIES, {"company": "Alfa"})
    added = ClientEdit.objects.order_by("-id")[0]
    give(client, POLICIES, {"company": "Beta"})
    services.delete_choice(own, by=ada)

    for edit, name in ((taken_away, "services"), (added, "policies")):
        assert services.undo_edit(edit, by=ada, at=NOON).kept == (name,)

    assert (rows.read(SERVICES, client), [row["company"] for row in rows.read(POLICIES, client)]) == ([], ["Beta"])


def test_quantities_are_the_firms_own(bound: Firm, ada: Membership) -> None:
    staff = create_quantity(Quantity(label="N° dipendenti"), by=ada)
    assert (staff.key, "year.n_dipendenti" in fields()) == ("n_dipendenti", True)
    client = new_client(by=ada)
    give(client, YEARS, year(2024, n_dipendenti=12))
    with pytest.raises(ValidationError):
        delete_quantity(staff, by=ada)
    for wrong in ({"key": "other"}, {"is_money": True}):
        with pytest.raises(ValidationError):
            change_quantity(staff, wrong, by=ada)
    with pytest.raises(ValidationError):
        create_quantity(Quantity(label="Regime", key="regime"), by=ada)

    change_quantity(staff, {"active": False}, by=ada)
    assert "year.n_dipendenti" not in fields()
    give(client, YEARS, year(2024, revenue=1))
    change_quantity(staff, {"active": True}, by=ada)
    assert rows.read(YEARS, client)[0]["quantities"] == {"revenue": 1, "n_dipendenti": 12}, "kept meanwhile"


def test_over_the_api(api: Api, ada: Membership, mara: Membership, rita: Membership) -> None:
    caller = api(ada)
    client = caller.post("/api/v1/clients/", {"last_name": "Rossi"}).json()
    base = f"/api/v1/clients/{client['id']}/"
    with use_firm(ada.firm_id):
        regime, branch = entry("accounting_regime").pk, entry("policy_branch").pk
    years = [
        {"year": 2025, "regime": regime, "closes_on": "2025-12-31", "quantities": {"revenue": "10.5"}},
        {"year": 2024, "regime": None, "closes_on": None, "quantities": {}},
    ]
    policies = [
        {"company": "Alfa", "branch": branch, "number": "1", "premium": "10.00", "expires_on": "2026-01-31"},
    ]

    for name, given in (("years", years), ("policies", policies)):
        answer = caller.put(f"{base}{name}/", {"results": given})
        assert answer.status_code == 200, answer.json()
        assert answer.json()["results"] == given
        assert caller.get(f"{base}{name}/").json() == answer.json()
    stale = caller.put(f"{base}policies/", {"results": []}, headers={"If-Match": '"1"'})
    wrong = caller.put(f"{base}policies/", {"results": [{"company": "A"}, {"company": "A"}]})
    assert (stale.status_code, wrong.status_code) == (412, 400)
    assert [(error["field"], error["code"]) for error in wrong.json()["errors"]] == [("policies[1].company", "unique")]
    assert caller.put(f"{base}years/", {"results": [{"year": 2025, "quantities": {"revenue": "x"}}]}).status_code == 400
    assert api(rita).get(f"{base}policies/").status_code == 200
    assert api(rita).put(f"{base}policies/", {"results": []}).status_code == 403
    assert api(mara).get(f"{base}policies/").status_code == 404


def test_rows_are_changed_added_and_taken_away_on_a_page(browse: Callable[..., Any], ada: Membership) -> None:
    with use_firm(ada.firm_id):
        client = new_client(by=ada)
        give(client, YEARS, year(2023, revenue=5), year(2024))
    address = page(ada, f"clients/{client.pk}/years/")
    shown = browse(ada).get(address).content.decode()
    assert re.findall(r'name="years-\d-year" value="(\d+)"', shown) == ["2024", "2023"]
    body = {
        "version": "2", "years-TOTAL_FORMS": "3", "years-INITIAL_FORMS": "2",
        "years-0-year": "2024", "years-0-quantity-revenue": "1.234,50", "years-2-year": "2025",
    }  # fmt: skip

    answer = browse(ada).post(address, body)

    assert answer.headers["Location"] == page(ada, f"clients/{client.pk}/profile/")
    with use_firm(ada.firm_id):
        kept = rows.read(YEARS, client)
        assert [(row["year"], row["quantities"]) for row in kept] == [
            (2025, {}),
            (2024, {"revenue": Decimal("1234.5")}),
        ]
    profile = browse(ada).get(page(ada, f"clients/{client.pk}/profile/")).content.decode()
    assert "1.234,50" in profile
    twice = browse(ada).post(address, {**body, "version": "3", "years-2-year": "2024"})
    assert (twice.status_code, "due volte" in twice.content.decode()) == (422, True)
    assert browse(ada).post(address, body).status_code == 422, "somebody else's change in between"
    assert browse(ada).get(page(ada, f"clients/{client.pk}/nothing/")).status_code == 404


def test_every_list_has_its_page(browse: Callable[..., Any], ada: Membership) -> None:
    with use_firm(ada.firm_id):
        client = new_client(by=ada)
        kinds = {"filings": {"type": entry("filing_type").pk, "year": "2025", "state": "in_progress"},
                 "services": {"service": entry("service").pk, "since": "2025-01-01"},
                 "policies": {"company": "Alfa", "premium": "10,00"}}  # fmt: skip
    for version, (name, row) in enumerate(kinds.items(), start=1):
        body = {f"{name}-TOTAL_FORMS": "1", f"{name}-INITIAL_FORMS": "0", "version": str(version)}
        body |= {f"{name}-0-{field}": str(value) for field, value in row.items()}
        assert browse(ada).post(page(ada, f"clients/{client.pk}/{name}/"), body).status_code == 302, name
    with use_firm(ada.firm_id):
        assert (Filing.objects.get().state, Policy.objects.get().premium) == ("in_progress", Decimal("10.00"))


def test_an_import_fills_years_filings_services_and_policies(bound: Firm) -> None:
    text = (
        "external_id;Cognome;year.year;year.revenue;year.invoices_issued;year.regime;services\n"
        "1;Rossi;2023;1.000,50;12;ordinario;\n"
        "1;Rossi;2024;2.000;;Forfettario;Fatturazione on line, Gestionali on line\n"
        "2;Bianchi;;;;;\n"
    )
    job = imported(text)
    assert (job.created, job.error_count) == (2, 0)
    [rossi] = Client.objects.filter(last_name="Rossi")
    assert [(row["year"], row["quantities"]) for row in rows.read(YEARS, rossi)] == [
        (2024, {"revenue": Decimal(2000)}),
        (2023, {"revenue": Decimal("1000.5"), "invoices_issued": Decimal(12)}),
    ]
    assert list(ClientYear.objects.filter(is_latest=True).values_list("year", flat=True)) == [2024]
    assert found({"field": "year.revenue", "op": "eq", "value": "2000"}) == {rossi.pk}
    assert len(rows.read(SERVICES, rossi)) == 2

    again = imported(text.replace("2.000", "3.000"))
    assert (again.created, again.updated) == (0, 1)
    assert YearQuantity.objects.filter(quantity__key="revenue").count() == 2
    assert found({"field": "year.revenue", "op": "eq", "value": "3000"}) == {rossi.pk}

    imported(
        "external_id;policy.company;policy.number;policy.premium;filing.type;filing.year;filing.period;filing.state\n"
        "1;Alfa;P1;10,00;Bilancio;2024;;done\n1;Alfa;P2;20,00;Bilancio;2023;;\n1;Beta;;5,00;;;;\n"
    )
    imported("external_id;policy.company;policy.number;policy.premium\n1;ALFA;p1;11,00\n")
    assert [(row["company"], row["number"], row["premium"]) for row in rows.read(POLICIES, rossi)] == [
        ("ALFA", "p1", Decimal("11.00")), ("Alfa", "P2", Decimal("20.00")), ("Beta", "", Decimal("5.00")),
    ]  # fmt: skip
    assert [(row["year"], row["state"]) for row in rows.read(FILINGS, rossi)] == [(2024, "done"), (2023, "to_do")]


def test_a_quantity_without_its_year_is_refused(bound: Firm) -> None:
    with pytest.raises(FileRefused) as refused:
        imported("Cognome;Fatturato\nRossi;10\n", {"columns": {"Cognome": "last_name", "Fatturato": "year.revenue"}})
    assert refused.value.why == "target_needed"
    assert (imported("Cognome;year.revenue\nBruni;10\n").created, YearQuantity.objects.count()) == (1, 0)
    job = imported("Cognome;year.year;year.revenue\nRossi;20;1\nVerdi;2024;x\n")
    assert job.error_count == 2
    assert set(RefusedRow.objects.values_list("code", flat=True)) == {"invalid_year", "invalid_number"}
