"""Who was erased stays erased when an older state comes back (security.md 6)."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone

from clients import re_erasing, services
from clients.enums import ErasureGround
from clients.models import Client, Erasure, LockedRecord
from tenants.archive.writing import one_moment, write_archive
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.clients.builders import NOON, new_client
from tests.tenants.archive.world import rows_of

LATER = NOON + timedelta(days=3)


class _Restored(Exception):  # noqa: N818
    pass


@contextmanager
def restored_afterwards(firm: Firm) -> Iterator[None]:
    """What happens in the block is gone after it: the restore of a backup that was made before."""
    with suppress(_Restored), use_firm(firm), transaction.atomic():
        yield
        raise _Restored


def told(command: str, *arguments: str) -> Any:
    out = io.StringIO()
    call_command(command, *arguments, "--json", stdout=out, stderr=io.StringIO())
    return json.loads(out.getvalue())


@pytest.fixture
def people(firm: Firm, ada: Membership) -> dict[str, int]:
    """Two who will be one, one who stays, one who will be erased with something that must be kept."""
    with use_firm(firm):
        rows = [new_client(name, by=ada, document_number="AX 1") for name in ("Segreti", "Doppi", "Resta", "Ultimi")]
        return {row.last_name: row.pk for row in rows}


def erase(name: str, by: Membership) -> None:
    services.erase_client(Client.objects.get(last_name=name), ground=ErasureGround.CONSENT, by=by, at=LATER)


@pytest.mark.django_db(transaction=True)
def test_a_backup_brings_nobody_back(firm: Firm, ada: Membership, people: dict[str, int], tmp_path: Path) -> None:
    file = tmp_path / "erasures.jsonl"
    with restored_afterwards(firm):
        survivor, other = (Client.objects.get(last_name=name) for name in ("Segreti", "Doppi"))
        services.merge_clients(survivor, other, {}, by=ada, at=LATER - timedelta(days=1))
        erase("Segreti", ada)
        file.write_text("".join(f"{line.written()}\n" for line in re_erasing.lines()))
    with use_firm(firm):
        assert Client.objects.filter(last_name__in=people).count() == 4, "the older state"
    assert not any(name in file.read_text() for name in (*people, "AX 1")), "nothing about a person"

    first, again = told("replay_erasures", str(file)), told("replay_erasures", str(file))

    assert first == {"erased": 2, "already": 0, "missing": 0}
    assert again == {"erased": 0, "already": 2, "missing": 0}
    with use_firm(firm):
        assert set(Client.objects.exclude(last_name="").values_list("last_name", flat=True)) == {"Resta", "Ultimi"}
        erasure = Erasure.objects.get(client=people["Segreti"])
        assert (erasure.ground, erasure.at) == ("consent", LATER), "as it was"
        assert LockedRecord.objects.filter(erasure=erasure, kind="clients.profile").exists()
    assert told("export_erasures", str(tmp_path / "now.jsonl"))["erasures"] == 2
    assert sorted((tmp_path / "now.jsonl").read_text().splitlines()) == sorted(file.read_text().splitlines())


@pytest.mark.django_db(transaction=True)
def test_a_number_that_somebody_else_has_by_now_erases_nobody(
    firm: Firm, ada: Membership, people: dict[str, int], tmp_path: Path
) -> None:
    with use_firm(firm):
        entered = Client.objects.get(pk=people["Resta"]).created_at
        line = re_erasing.Line(firm.slug, people["Ultimi"], entered, LATER, ErasureGround.REQUEST)
    file = tmp_path / "erasures.jsonl"
    file.write_text(line.written() + "\n" + line.written().replace(firm.slug, "altrove"))

    assert told("replay_erasures", str(file)) == {"erased": 0, "already": 0, "missing": 2}

    file.write_text(line.written() + "\n{}")
    with pytest.raises(CommandError, match="Line 2 is no line"):
        told("replay_erasures", str(file))


@pytest.mark.django_db(transaction=True)
def test_an_older_archive_of_a_firm_brings_nobody_back(
    firm: Firm, ada: Membership, people: dict[str, int], tmp_path: Path
) -> None:
    archive, file = tmp_path / "firm.zip", tmp_path / "erasures.jsonl"
    with use_firm(firm), archive.open("wb") as written:
        one_moment()
        write_archive(written, at=timezone.now(), progress=lambda rows: None)
    with use_firm(firm):
        erase("Ultimi", ada)
    told("export_erasures", str(file))

    made = told("import_firm", str(archive), "--slug", "copia", "--erasures", str(file))

    assert made["erased"] == 1
    with use_firm(made["id"]):
        assert set(Client.objects.values_list("last_name", flat=True)) == {"Segreti", "Doppi", "Resta", ""}
        assert "Ultimi" not in json.dumps(rows_of(Firm.objects.get(), Client), default=str)
