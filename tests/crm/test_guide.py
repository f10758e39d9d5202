"""docs/integrating.md, carried out: each of its commands and programs against a running server, in its order."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from django.conf import settings
from pytest_django.live_server_helper import LiveServer
from standardwebhooks.webhooks import Webhook

from scheduling import queries
from tenants.binding import use_firm
from tenants.models import Membership
from tests.cast import token_for

GUIDE = settings.BASE_DIR / "docs" / "integrating.md"
STEP = re.compile(r"^\*\*(\d+)\. ", re.MULTILINE)
CODE = re.compile(r"```(?P<language>sh|python)\n(?P<block>.*?)```|`(?P<inline>curl [^`]+)`", re.DOTALL)


def steps() -> dict[int, list[tuple[str, str]]]:
    """The code of each step: language and text."""
    _before, *parts = STEP.split(GUIDE.read_text())
    found = {}
    for number, text in zip(parts[::2], parts[1::2], strict=True):
        found[int(number)] = [
            (match["language"] or "sh", match["block"] or match["inline"]) for match in CODE.finditer(text)
        ]
    return found


class Reader:
    """Somebody who does what the guide says."""

    def __init__(self, url: str, token: str) -> None:
        self.api, self.token = f"{url}/api/v1", token
        self.names: dict[str, Any] = {"API": self.api, "TOKEN": token}

    def curl(self, command: str) -> Any:
        """The answer as JSON; one that is no success fails."""
        script = "uuidgen() { echo 6f1c; }\n" + command.replace("curl ", "curl --silent --show-error --fail-with-body ")
        names = {"API": self.api, "AUTH": f"Authorization: Bearer {self.token}", "PATH": "/usr/bin:/bin"}
        done = subprocess.run(
            ["/bin/bash", "-c", script], env=names, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return json.loads(done.stdout)

    def python(self, text: str, **names: Any) -> dict[str, Any]:
        self.names |= names
        exec(compile(text, str(GUIDE), "exec"), self.names)  # noqa: S102 - our own guide
        return self.names

    def session(self) -> requests.Session:
        session: requests.Session = self.names["session"]
        return session


@pytest.mark.django_db(transaction=True)
def test_every_step_of_the_guide_does_what_it_says(live_server: LiveServer, ada: Membership) -> None:
    if shutil.which("curl") is None:
        pytest.skip("the guide's commands need curl")
    code, reader = steps(), Reader(live_server.url, token_for(ada))
    assert sorted(code) == list(range(1, 11))

    assert reader.curl(code[1][0][1])["name"] == ada.name
    reader.python(code[2][0][1])
    assert list(reader.names["rows"](f"{reader.api}/clients/", fields="id")) == []
    assert reader.curl(code[3][0][1])["results"] == []
    made = reader.curl(code[4][0][1])
    assert reader.curl(code[4][0][1]) == made, "the same key: the same answer"
    assert list(reader.names["rows"](f"{reader.api}/clients/", fields="id")) == [{"id": made["id"]}]
    assert reader.curl(code[5][0][1])["first_name"] == "Ada"
    reader.python(code[6][0][1], client=made["id"])
    assert reader.names["answer"].status_code == 200
    assert reader.names["late"].status_code == 412
    assert [each["status"] for each in reader.curl(code[7][0][1])["results"]] == [201, 201]
    with use_firm(ada.firm_id):
        kind = queries.default_meeting_type().pk
    meeting = code[8][0][1].replace('"client": 12', f'"client": {made["id"]}').replace('"type": 3', f'"type": {kind}')
    assert reader.curl(meeting)["starts_at"].startswith("2027-01-12")
    copied(reader, code[9][0][1], made["id"])
    called(reader, code[10])


def copied(reader: Reader, program: str, client: int) -> None:
    """Between the reading of the lists and that of the changes something happens."""
    reads, follows = program.split("while True:")
    reader.python(reads)
    assert len(reader.names["copy"]) == 3
    reader.session().patch(f"{reader.api}/clients/{client}/", json={"profession": "Medico"}, timeout=30)
    reader.python("while True:" + follows)
    assert reader.names["copy"][client]["profession"] == "Medico"


def called(reader: Reader, code: list[tuple[str, str]]) -> None:
    """The secret that the first command gave opens what is signed with it, and nothing else."""
    made = reader.curl(code[0][1])
    [program] = [text for language, text in code if language == "python"]
    body, now = '{"type": "ping"}', datetime.now(UTC)
    signed = {
        "webhook-id": "one",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(made["secret"]).sign("one", now, body),
    }
    request = SimpleNamespace(body=body, headers=signed)
    assert reader.python(program, SECRET=made["secret"], request=request)["event"] == {"type": "ping"}
    with pytest.raises(Exception, match="signature"):
        reader.python(program, request=SimpleNamespace(body=body + " ", headers=signed))
