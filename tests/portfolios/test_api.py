"""REST: typologies, portfolios, subjects, sales, places and measures of a client."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from clients.models import Client
from clients.services import create_client
from portfolios.models import Portfolio, Sale, Typology
from tenants.binding import local_today, use_firm
from tenants.models import Firm, Membership

Api = Callable[..., APIClient]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def admin(api: Api, ada: Membership) -> APIClient:
    return api(ada, "read", "write", "admin")


@pytest.fixture
def rossi(firm: Firm, alice: Membership) -> Client:
    with use_firm(firm):
        return create_client({"last_name": "Rossi", "advisor": alice}, by=alice, at=AT)


def errors(answer: Any) -> dict[str, str]:
    return {error["field"]: error["code"] for error in answer.json()["errors"]}


def test_ten_typologies_are_listed_changed_and_never_added(admin: APIClient) -> None:
    listed = admin.get("/api/v1/portfolio-types/").json()["results"]
    assert [row["position"] for row in listed] == list(range(1, 11))
    assert admin.post("/api/v1/portfolio-types/", {"name": "Undici"}, format="json").status_code == 405
    third = f"/api/v1/portfolio-types/{listed[2]['id']}/"
    changed = admin.patch(third, {"active": True, "monetary_thresholds": ["1", "2", "3", "4.50"]}, format="json").json()
    assert (changed["active"], changed["monetary_thresholds"]) == (True, ["1.00", "2.00", "3.00", "4.50"])
    assert errors(admin.patch(third, {"recency_thresholds": [1, 2, 2, 3]}, format="json")) == {
        "recency_thresholds": "not_increasing"
    }
    assert set(errors(admin.patch(third, {"scale": 3}, format="json"))) >= {"recency_thresholds", "monetary_thresholds"}
    first = admin.patch(f"/api/v1/portfolio-types/{listed[0]['id']}/", {"active": False}, format="json")
    assert first.status_code == 400


def test_portfolios_and_subjects(admin: APIClient, firm: Firm) -> None:
    with use_firm(firm):
        first = Typology.objects.get(position=1).pk
    made = admin.post("/api/v1/portfolios/", {"typology": first, "name": "VIP", "colour": "violet"}, format="json")
    assert (made.status_code, made.json()["active"], made.json()["is_default"]) == (201, True, False)
    address = f"/api/v1/portfolios/{made.json()['id']}/"
    assert errors(admin.post("/api/v1/portfolios/", {"typology": first, "name": "VIP"}, format="json")) == {
        "name": "unique"
    }
    assert admin.patch(address, {"is_default": True}, format="json").json()["is_default"]
    assert admin.delete(address).status_code == 400
    person = {"kind": "agent", "code": "A1", "name": "Agente Uno"}
    subject = admin.post("/api/v1/subjects/", person, format="json").json()
    assert admin.patch(f"/api/v1/subjects/{subject['id']}/", {"active": False}, format="json").json()["active"] is False
    assert admin.delete(f"/api/v1/subjects/{subject['id']}/").status_code == 405


def test_sales_are_entered_corrected_reversed_and_measured(admin: APIClient, rossi: Client, firm: Firm) -> None:
    today = local_today(firm).isoformat()
    sale = {"client": rossi.pk, "date": today, "amount": "1500.00"}
    made = admin.post("/api/v1/sales/", sale, format="json")
    assert (made.status_code, made.json()["typology"], made.json()["kind"]) == (201, 1, "subscription")
    address = f"/api/v1/sales/{made.json()['id']}/"

    first, second = admin.get(f"/api/v1/clients/{rossi.pk}/").json()["scores"]
    assert (first["typology"], first["recency"], first["frequency"], first["monetary"]) == (1, 0, 1, "1500.00")
    assert (first["recency_level"], first["monetary_level"], first["recency_source"]) == (5, 2, "automatic")
    assert (first["potentiality"], first["potentiality_source"], second["recency"]) == (None, None, None)

    assert admin.patch(address, {"amount": "50000"}, format="json").json()["amount"] == "50000.00"
    assert admin.get(f"/api/v1/clients/{rossi.pk}/scores/").json()[0]["monetary_level"] == 5
    assert errors(admin.patch(address, {"amount": "-1", "kind": "policy"}, format="json")) == {"amount": "negative"}
    assert errors(admin.post(f"{address}reverse/", {}, format="json")) == {"reason": "required"}
    assert admin.post(f"{address}reverse/", {"reason": "Twice"}, format="json").json()["reversal_reason"] == "Twice"
    assert admin.get(f"/api/v1/clients/{rossi.pk}/scores/").json()[0]["frequency"] == 0
    assert admin.post(f"{address}restore/").json()["reversed_at"] is None
    assert errors(admin.post("/api/v1/sales/", {**sale, "date": "2199-01-01"}, format="json")) == {"date": "future"}
    assert admin.delete(address).status_code == 405


def test_a_sale_is_upserted_by_its_key_and_many_at_once(admin: APIClient, rossi: Client, firm: Firm) -> None:
    sale = {"client": rossi.pk, "date": "2026-01-05", "amount": "10.00"}
    address = "/api/v1/sales/by-external-id/till/7/"
    assert admin.put(address, sale, format="json").status_code == 201
    again = admin.put(address, {**sale, "amount": "12.00"}, format="json")
    assert (again.status_code, again.json()["amount"]) == (200, "12.00")
    key = {"external_source": "till", "external_id": "7"}
    many = [sale, {**sale, **key}, {**sale, "typology": 11}, {**sale, "typology": 5}]
    results = admin.post("/api/v1/sales/bulk/", many, format="json").json()["results"]
    assert [result["status"] for result in results] == [201, 400, 400, 400]
    assert [result["errors"][0]["code"] for result in results[1:]] == ["external_id_taken", "max_value", "inactive"]
    with use_firm(firm):
        assert Sale.objects.count() == 2
    described = admin.patch(f"/api/v1/sales/{again.json()['id']}/", {"description": "Fondo pensione"}, format="json")
    found = admin.get("/api/v1/sales/", {"search": "PENSIONE"}).json()["results"]
    assert [sale["id"] for sale in found] == [described.json()["id"]]


def test_places_and_values_of_a_client(admin: APIClient, rossi: Client, firm: Firm) -> None:
    with use_firm(firm):
        vip = Portfolio.objects.create(typology=Typology.objects.get(position=1), name="VIP")
        other = Portfolio.objects.create(typology=Typology.objects.get(position=2), name="Polizze")
    places = f"/api/v1/clients/{rossi.pk}/portfolios/"
    assert admin.put(places, {"typology": 1, "portfolio": vip.pk}, format="json").json()["portfolio"] == vip.pk
    assert admin.get(f"/api/v1/clients/{rossi.pk}/").json()["main_portfolio"] == vip.pk
    assert errors(admin.put(places, {"typology": 1, "portfolio": other.pk}, format="json")) == {
        "portfolio": "wrong_typology"
    }
    assert errors(admin.put(places, {"typology": 1, "portfolio": None}, format="json")) == {"portfolio": "required"}
    values = {"typology": 2, "recency": 400, "potentiality": "60000"}
    second = admin.put(f"/api/v1/clients/{rossi.pk}/scores/", values, format="json").json()[1]
    assert (second["recency"], second["recency_level"], second["recency_source"]) == (400, 1, "manual")
    assert (second["potentiality"], second["potentiality_level"], second["frequency"]) == ("60000.00", 3, None)
    back = {"typology": 2, "recency": None, "potentiality": None}
    assert admin.put(f"/api/v1/clients/{rossi.pk}/scores/", back, format="json").json()[1]["recency"] is None


def test_the_main_portfolio_is_a_part_of_the_record(admin: APIClient, firm: Firm) -> None:
    with use_firm(firm):
        default = Portfolio.objects.get(is_default=True)
        idle = Portfolio.objects.create(typology=default.typology, name="Chiuso", active=False)
        other = Portfolio.objects.create(typology=Typology.objects.get(position=2), name="Polizze")
        vip = Portfolio.objects.create(typology=default.typology, name="VIP")
    made = admin.post("/api/v1/clients/", {"last_name": "Verdi"}, format="json").json()
    assert made["main_portfolio"] == default.pk
    address = f"/api/v1/clients/{made['id']}/"
    assert admin.patch(address, {"main_portfolio": vip.pk}, format="json").json()["main_portfolio"] == vip.pk
    for wrong in (idle.pk, other.pk, None):
        assert set(errors(admin.patch(address, {"main_portfolio": wrong}, format="json"))) == {"main_portfolio"}
    history = admin.get(f"{address}portfolios/").json()["results"]
    assert [(row["portfolio"], row["until"] is None) for row in history] == [(default.pk, False), (vip.pk, True)]


def test_a_file_of_sales_is_imported_and_its_refused_rows_are_told(admin: APIClient, rossi: Client, firm: Firm) -> None:
    with use_firm(firm):
        Client.objects.filter(pk=rossi.pk).update(external_id="C1")
    content = "client,date,amount\nC1,2026-02-01,100\nC1,2026-02-30,100\n"
    answer = admin.post("/api/v1/sales/import/", {"content": content, "dry_run": True}, format="json")
    assert (answer.status_code, answer.json()["created"]) == (201, 1)
    with use_firm(firm):
        assert not Sale.objects.exists()
    told = admin.post("/api/v1/sales/import/", {"content": content}, format="json").json()
    assert (told["state"], told["created"], told["error_count"]) == ("done", 1, 1)
    [error] = told["errors"]
    assert (error["line"], error["column"], error["value"], error["code"]) == (3, "date", "2026-02-30", "invalid_date")
    file = SimpleUploadedFile("vendite.csv", content.encode())
    again = admin.post("/api/v1/sales/import/", {"file": file}, format="multipart")
    assert again.status_code == 201
    listed = admin.get(f"/api/v1/sales/?import_job={told['id']}").json()["results"]
    assert [row["amount"] for row in listed] == ["100.00"]
    refused = admin.post("/api/v1/sales/import/", {"content": "a,b\n1,2\n"}, format="json")
    assert (refused.status_code, errors(refused)) == (400, {"file": "missing_column"})
    assert admin.post("/api/v1/sales/import/", {}, format="json").status_code == 400


def test_who_only_reads_imports_no_sales(api: Api, rita: Membership) -> None:
    answer = api(rita, "read", "write").post("/api/v1/sales/import/", {"content": "x"}, format="json")
    assert answer.status_code == 403


def test_what_is_behind_the_measures_and_how_they_stand_is_told(admin: APIClient, rossi: Client, firm: Firm) -> None:
    day = local_today(firm).isoformat()
    sale = admin.post("/api/v1/sales/", {"client": rossi.pk, "date": day, "amount": "9000"}, format="json").json()
    told = admin.get(f"/api/v1/clients/{rossi.pk}/score-explanations/").json()[0]
    assert (told["typology"], told["sales"], told["earlier_sales"]) == (1, [sale["id"]], [])
    assert [(one["measure"], one["level"], one["by_hand"]) for one in told["measures"]] == [
        ("recency", 5, False),
        ("frequency", 2, False),
        ("monetary", 3, False),
        ("potentiality", None, False),
    ]
    [line] = admin.get(f"/api/v1/clients/{rossi.pk}/score-history/").json()
    assert (line["typology"], line["on"], line["recency_level"]) == (1, day, 5)
    first = admin.get("/api/v1/portfolio-types/").json()["results"][0]["id"]
    cells = admin.get(f"/api/v1/portfolio-types/{first}/heat-map/").json()
    assert [cell for cell in cells if cell["clients"]] == [
        {"recency_level": 5, "frequency_level": 2, "clients": 1, "monetary": "9000.00"}
    ]
    drifted = admin.get(f"/api/v1/portfolio-types/{first}/drift/?measure=frequency").json()
    assert drifted == [{"day": day, "counts": [0, 1, 0, 0, 0]}]
    generic = admin.get("/api/v1/portfolios/").json()["results"][0]["id"]
    assert sum(cell["clients"] for cell in admin.get(f"/api/v1/portfolios/{generic}/heat-map/").json()) == 1
    noted = {"typology": 1, "frequency": 3, "note": "Detto da lui"}
    admin.put(f"/api/v1/clients/{rossi.pk}/scores/", noted, format="json")
    told = admin.get(f"/api/v1/clients/{rossi.pk}/score-explanations/").json()[0]
    assert "Detto da lui" in told["measures"][1]["explanation"]
