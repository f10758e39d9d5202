"""The schema of the API: committed as generated, complete, and served with a page to read."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from django.utils import translation

from crm.api import RESOURCES
from tenants.models import Firm

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
