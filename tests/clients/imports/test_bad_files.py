"""Each bad file has beside it, as data, what must be refused, and the clients that must be there all the same."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from clients.imports.kinds import CLIENTS
from clients.imports.refusals import MESSAGES, FileRefused
from clients.models import Client, ImportJob, RefusedRow
from tenants.models import Firm
from tests.clients.imports.cast import clients, refusals

BAD = sorted(Path(__file__).with_name("bad").glob("*.json"))


def kept(client: Client, names: set[str]) -> dict[str, Any]:
    email, phone, address = client.emails.first(), client.phones.first(), client.addresses.first()
    found = {
        "aum": None if client.aum is None else str(client.aum),
        "birth_date": client.profile.birth_date and client.profile.birth_date.isoformat(),
        "email": email and email.address,
        "phone": phone and phone.number,
        "risk_profile": client.profile.risk_profile and client.profile.risk_profile.code,
        "province": address and address.province,
    }
    for name in names - set(found):
        found[name] = getattr(client, name) if hasattr(client, name) else getattr(client.profile, name)
    return {name: found[name] for name in names}


@pytest.mark.parametrize("expected", BAD, ids=lambda path: path.stem)
def test_a_bad_file_says_where_and_why_and_loses_nothing(bound: Firm, expected: Path) -> None:
    case = json.loads(expected.read_text())
    content = io.BytesIO(expected.with_name(case["file"]).read_bytes())

    def run() -> ImportJob:
        return CLIENTS.import_file(
            content, name=case["file"], mapping=case["mapping"], dry_run=False, by=None, at=timezone.now()
        )

    if "refused" in case:
        with pytest.raises(FileRefused) as refused:
            run()
        assert refused.value.why == case["refused"]
        assert "%(" not in " ".join(refused.value.messages)
        assert not ImportJob.objects.exists()
    else:
        job = run()
        assert refusals(job) == case["errors"]
        assert (job.created, job.rows) == (
            len(case["clients"]),
            len(case["clients"]) + len({e["line"] for e in case["errors"]}),
        )
    assert [kept(client, set(wanted)) for client, wanted in zip(clients(), case["clients"], strict=True)] == case[
        "clients"
    ]


def test_there_are_bad_files() -> None:
    assert len(BAD) > 25


def test_every_refused_cell_says_why_in_words(bound: Firm) -> None:
    case = json.loads((BAD[0].parent / "codes.json").read_text())
    content = io.BytesIO((BAD[0].parent / case["file"]).read_bytes())

    CLIENTS.import_file(content, name="x", mapping=case["mapping"], dry_run=False, by=None, at=timezone.now())

    said = dict(RefusedRow.objects.values_list("code", "message"))
    assert set(said) <= set(MESSAGES)
    assert all(len(message) > 10 and "%(" not in message for message in said.values())
