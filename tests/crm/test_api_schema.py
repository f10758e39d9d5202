"""The schema of the API: committed as generated, complete, and served with a page to read."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from django.utils import translation

from crm.api import RESOURCES
from crm.schema_examples import BODIES
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.architecture.examples import clients, scheduling
from tests.cast import api_client

COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"


@pytest.fixture(scope="module")
def schema() -> Any:
    return yaml.safe_load(COMMITTED.read_text())


def test_the_committed_schema_is_the_generated_one(tmp_path: Path) -> None:
    """``manage.py spectacular --lang en --file docs/openapi.yaml`` writes it."""
    fresh = tmp_path / "openapi.yaml"
    with translation.override(None):
        call_command("spectacular", lang="en", validate=True, fail_on_warn=True, file=str(fresh))

    assert fresh.read_text() == COMMITTED.read_text()


def test_the_schema_speaks_openapi_3_1_and_names_every_resource(schema: Any) -> None:
    assert schema["openapi"].startswith("3.1")
    for name in RESOURCES:
        assert any(path.startswith(f"/api/v1/{name}/") for path in schema["paths"]), name


def test_every_operation_says_how_it_fails(schema: Any) -> None:
    operations = [operation for path in schema["paths"].values() for operation in path.values()]

    assert len(operations) > 40
    for operation in operations:
        assert {"400", "401", "403", "404", "429"} <= set(operation["responses"])
        for status, answer in operation["responses"].items():
            assert status < "300" or "application/problem+json" in answer["content"]


def test_schema_and_page_are_served_to_everybody(firm: Firm) -> None:
    browser = Client()

    served = browser.get("/api/v1/schema/")
    page = browser.get("/api/v1/docs/")

    assert (served.status_code, served.json()["info"]["title"]) == (200, "Cadenza API")
    assert page.status_code == 200
    assert b"<style" not in page.content
    assert b"swagger-ui-bundle" in page.content
    assert "default-src 'none'" in page["Content-Security-Policy"]


def test_every_example_is_sent_and_taken(schema: Any, ada: Membership) -> None:
    """As it stands in the schema, but for the ids of rows."""
    shown = {
        operation["operationId"]: (method, path, operation["requestBody"]["content"]["application/json"]["example"])
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if operation["operationId"] in BODIES
    }
    assert {name: example for name, (_, _, example) in shown.items()} == BODIES
    with use_firm(ada.firm_id):
        own = {"client": clients.client(ada)["pk"], "type": scheduling.appointment_type(ada)["pk"]}
        rows = {"clients": own["client"], "notes": clients.note(ada)["pk"]}
    caller = api_client(ada)
    for name, (method, path, example) in shown.items():
        body = {**example, **{key: own[key] for key in own if key in example}} if isinstance(example, dict) else example
        url = path.format(id=rows.get(path.split("/")[3]), source="erp", external_id="4711")
        answer = getattr(caller, method)(url, body, format="json")

        assert answer.status_code in (200, 201), (name, answer.content)
        statuses = [each["status"] for each in answer.json().get("results", [])]
        assert max(statuses, default=201) < 400, answer.content
