"""Words of the other firm in what leaves the product or stays in it: files of every kind, rows, logs, keys."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from typing import Any

import pytest
import redis
import typst
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from clients.enums import ExportFormat, ExportScope
from clients.exports import services as exports
from clients.queries import visible_clients
from tenants.binding import use_firm
from tenants.models import Membership
from tests.architecture.catalog import firm_tables
from tests.architecture.routes import pages
from tests.architecture.test_canary import mark_every_text
from tests.architecture.test_matrix import made_rows
from tests.architecture.test_routes import address, example
from tests.attacks.world import CODES, OWN, THEIRS
from tests.cast import api_client, login


def unpacked(content: bytes) -> str:
    """Archives and workbooks are searched inside."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(unpacked(archive.read(name)) for name in archive.namelist())
    return content.decode(errors="replace")


@pytest.mark.django_db
def test_nothing_that_leaves_or_stays_holds_a_word_of_another_firm(
    ada: Membership,
    mara: Membership,
    redis_server: redis.Redis,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for admin, word in ((mara, THEIRS), (ada, OWN)):
        made_rows(admin)
        with use_firm(admin.firm_id):
            assert mark_every_text(word, but=CODES) > 20
    printed: list[str] = []
    compile_pdf = typst.compile

    def told(*given: Any, sys_inputs: dict[str, str], **more: Any) -> Any:
        printed.append(json.dumps(sys_inputs))
        return compile_pdf(*given, sys_inputs=sys_inputs, **more)

    monkeypatch.setattr(typst, "compile", told)
    caplog.set_level(logging.DEBUG)
    redis_server.flushdb()

    files = [*written_exports(ada), *downloaded(ada)]
    call_command("run_night", "--firm", ada.firm.slug)
    assert api_client(ada).get("/api/v1/clients/").status_code == 200
    kept, own = rows_with(ada, THEIRS), rows_with(ada, OWN)
    keys = redis_server.keys("*")
    print(  # noqa: T201
        f"files: {len(files)}, printed: {len(printed)}, tables: {len(firm_tables())}, lines of the log: "
        f"{len(caplog.records)}, cache keys: {len(keys)}"
    )

    for name, text in [*files, *(("printed", each) for each in printed)]:
        assert THEIRS not in text, name
    assert [name for name, text in files if OWN in text], "one's own words are in the files"
    assert any(OWN in each for each in printed)
    assert kept == []
    assert len(own) > 20, "and in one's own rows"
    assert THEIRS not in caplog.text
    assert [key for key in keys if THEIRS.encode() in key + (redis_server.dump(key) or b"")] == []
    assert len(files) > 15
    assert len(keys) > 0
    assert len(caplog.records) > len(files)


def written_exports(member: Membership) -> list[tuple[str, str]]:
    """Every format, with every column."""
    found = []
    with use_firm(member.firm_id):
        for kind in ExportFormat:
            job = exports.ask_for_export(visible_clients(member), format=kind, scope=ExportScope.ALL, by=member)
            exports.note_attempt(job.pk)
            exports.write_export(job.pk, at=timezone.now())
            job.refresh_from_db()
            file, _writer = exports.opened(job)
            with file:
                found.append((f"export {kind}", unpacked(file.read())))
    return found


def downloaded(member: Membership) -> list[tuple[str, str]]:
    """What any address of the firm gives that is no page."""
    client, found = login(Client(), member), []
    for route in pages():
        answer = client.get(address(route, member.firm.slug, example(route, member)))
        content = answer.getvalue()
        if answer.status_code == 200 and "text/html" not in answer.get("Content-Type", ""):
            found.append((route.name, unpacked(content) + str(answer.headers)))
    return found


def rows_with(member: Membership, word: str) -> list[str]:
    """The firm's tables in whose rows the word stands, whatever the column."""
    asked = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table} t WHERE t::text LIKE '%{word}%')"
        for table in firm_tables()
    )
    with use_firm(member.firm_id), connection.cursor() as cursor:
        cursor.execute(asked)
        return [table for (table,) in cursor.fetchall()]
