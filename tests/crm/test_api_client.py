"""A client that openapi-python-client generates from the schema, as an integrator would, and what it can do with it."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from pytest_django.live_server_helper import LiveServer

from tenants.models import Membership
from tests.cast import token_for

NAME = "generated_cadenza"


@pytest.fixture
def generated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The whole schema, without a warning."""
    configuration = tmp_path / "configuration.yaml"
    configuration.write_text("post_hooks: []\n")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"]
    command += ["--path", str(settings.BASE_DIR / "docs/openapi.yaml"), "--output-path", str(tmp_path / NAME)]
    done = subprocess.run(
        [*command, "--config", str(configuration)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Warning" not in done.stdout + done.stderr
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path / NAME
    for name in [each for each in sys.modules if each.partition(".")[0] == NAME]:
        del sys.modules[name]


def operation(name: str) -> Any:
    return importlib.import_module(f"{NAME}.api.{name}")


def model(name: str) -> Any:
    return getattr(importlib.import_module(f"{NAME}.models"), name)


@pytest.mark.django_db(transaction=True)
def test_a_generated_client_walks_from_me_to_the_changes(
    generated: Path, live_server: LiveServer, ada: Membership
) -> None:
    kind = importlib.import_module(f"{NAME}.client").AuthenticatedClient
    with kind(base_url=live_server.url, token=token_for(ada), raise_on_unexpected_status=True) as api:
        assert operation("me.me_retrieve").sync(client=api).name == ada.name
        cursor = operation("changes.changes_list").sync(client=api, since="now").cursor
        [kind_of_meeting, *_] = operation("appointment_types.appointment_types_list").sync(client=api).results

        new = model("ClientRequest")(last_name="Rossi", first_name="Ada", external_source="erp", external_id="4711")
        client = operation("clients.clients_create").sync(client=api, body=new, idempotency_key="one")
        again = operation("clients.clients_create").sync(client=api, body=new, idempotency_key="one")
        assert again.id == client.id

        meeting = operation("appointments.appointments_create").sync(
            client=api,
            body=model("AppointmentRequest")(
                client=client.id, type_=kind_of_meeting.id, starts_at=datetime(2027, 1, 12, 9, tzinfo=UTC)
            ),
        )
        changed = operation("clients.clients_partial_update").sync(
            client.id, client=api, body=model("PatchedClientRequest")(profession="Medico")
        )
        assert (changed.profession, changed.last_name) == ("Medico", "Rossi")

        page = operation("changes.changes_list").sync(client=api, since=cursor, resource="clients,appointments")
        told = [(str(each.resource), each.id, str(each.change)) for each in page.results]
        assert told == [
            ("clients", client.id, "created"),
            ("appointments", meeting.id, "created"),
            ("clients", client.id, "updated"),
        ]

        refused = operation("clients.clients_create").sync_detailed(
            client=api, body=model("ClientRequest")(last_name="")
        )
        assert refused.status_code == 400
        assert refused.parsed.errors
