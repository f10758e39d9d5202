"""The chain over the audit trail, and each way of breaking it."""

import io
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any
from zipfile import ZipFile

import psycopg2
import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.test import Client as Browser
from django.utils import timezone
from python_calamine import CalamineWorkbook

from clients import services as client_services
from clients.enums import ErasureGround
from crm.celery import app
from tenants import audit, chain
from tenants.binding import use_firm
from tenants.models import AuditEvent, AuditLink, Firm, Membership, TrailState
from tenants.services.trail import seal_trail, verify_trail
from tests.cast import page
from tests.clients.builders import new_client

Browse = Callable[[Membership], Browser]


def seal(firm: Firm) -> chain.Report:
    with use_firm(firm):
        return seal_trail(at=timezone.now())


def verified(firm: Firm) -> list[str]:
    with use_firm(firm):
        return [f"{found.kind} {found.event}" for found in verify_trail(at=timezone.now()).findings]


@contextmanager
def _owner() -> Iterator[Any]:
    """Whoever can write the tables themselves: the migrator, past every policy and grant."""
    with closing(psycopg2.connect(os.environ["MIGRATION_DATABASE_URL"])) as admin, admin, admin.cursor() as cursor:
        yield cursor


SABOTAGES = {
    "changed": ('UPDATE tenants_auditevent SET after = \'{"role": "admin"}\' WHERE id = {id}', "changed {id}"),
    "another person": ("UPDATE tenants_auditevent SET by_id = NULL WHERE id = {id}", "changed {id}"),
    "another time": ("UPDATE tenants_auditevent SET at = at - interval '1 s' WHERE id = {id}", "changed {id}"),
    "emptied without an erasure": (
        "UPDATE tenants_auditevent SET after = '{\"name\": null}' WHERE id = {id}",
        "changed {id}",
    ),
    "deleted": ("DELETE FROM tenants_auditevent WHERE id = {id}", "deleted {id}"),
    "slipped in": (
        "INSERT INTO tenants_auditevent (id, firm_id, at, action, target_kind, before, after) "
        "SELECT 900000000, firm_id, at - interval '1 day', 'x.y', '', '{{}}', '{{}}' FROM tenants_auditevent "
        "WHERE id = {id}",
        "inserted 900000000",
    ),
    "a link changed": ("UPDATE tenants_auditlink SET values_hash = hash WHERE event_id = {id}", "changed {id}"),
    "a link deleted": ("DELETE FROM tenants_auditlink WHERE event_id = {id}", "broken"),
}


@pytest.mark.django_db(transaction=True)
def test_every_sabotage_is_found_and_told(ada: Membership, capsys: Any) -> None:
    """One after the other on one trail: each adds its own finding, and nothing was found before."""
    app.conf.task_always_eager = True
    try:
        with use_firm(ada.firm):
            for number in range(12):
                audit.record("client.changed", None, by=ada, after={"name": f"Rossi {number}"})
            ids = list(AuditEvent.objects.filter(action="client.changed").order_by("id").values_list("id", flat=True))
        seal(ada.firm)
        assert verified(ada.firm) == []
        call_command("verify_audit", "--firm", "aurora")
        assert "nothing found" in capsys.readouterr().out

        for (statement, finding), pk in zip(SABOTAGES.values(), ids, strict=False):
            with _owner() as cursor:
                cursor.execute(statement.replace("{id}", str(pk)).replace("{{}}", "{}"))
            assert [one for one in verified(ada.firm) if one.startswith(finding.format(id=pk))], finding
        with pytest.raises(CommandError, match="tampered with: aurora"):
            call_command("verify_audit", stdout=io.StringIO())
    finally:
        app.conf.task_always_eager = False
    assert [message.to for message in mail.outbox] == [[ada.user.email]] * len(mail.outbox)
    assert len(mail.outbox) == len(SABOTAGES), "each news once"
    with use_firm(ada.firm):
        assert AuditEvent.objects.filter(action="audit.damaged").count() == len(SABOTAGES)


@pytest.mark.django_db(transaction=True)
def test_an_end_that_is_cut_off_is_missed(ada: Membership) -> None:
    """Lines and links gone together leave a sound chain, but a shorter one."""
    seal(ada.firm)
    assert verified(ada.firm) == []
    with _owner() as cursor:
        cursor.execute("DELETE FROM tenants_auditlink WHERE number = (SELECT max(number) FROM tenants_auditlink)")
        cursor.execute("DELETE FROM tenants_auditevent WHERE id = (SELECT max(id) FROM tenants_auditevent)")

    assert [found.split()[0] for found in verified(ada.firm)] == ["broken"]
    assert [found.split()[0] for found in verified(ada.firm)] == ["broken"], "not once only"


def test_lines_are_chained_once_however_late_they_come(bound: Firm, ada: Membership) -> None:
    first = seal(bound)
    audit.record("client.changed", None, by=ada, after={"name": "a"})
    # One that an earlier transaction noted, and committed only now.
    late = AuditEvent.objects.create(at=timezone.now() - timedelta(minutes=20), action="x.late", target_kind="")
    seal(bound)
    second = seal(bound)

    assert first.lines == 0
    assert second.lines == AuditEvent.objects.count() == AuditLink.objects.count()
    assert AuditLink.objects.filter(event_id=late.pk).exists()
    assert second.findings == []
    assert TrailState.objects.get().head == verify_trail(at=timezone.now()).head


def test_an_erasure_is_no_tampering(bound: Firm, ada: Membership) -> None:
    client = new_client("Rossi", by=ada)
    audit.record("client.changed", client, by=ada, before={"name": "Rossi"}, after={"name": "Rossi Bianchi"})
    seal(bound)
    client_services.erase_client(client, ground=ErasureGround.REQUEST, by=ada, at=timezone.now())

    report = verify_trail(at=timezone.now())

    assert report.findings == []
    assert report.redacted >= 1


def test_the_product_cannot_rewrite_the_chain(bound: Firm, ada: Membership) -> None:
    seal(bound)
    for statement in ("UPDATE tenants_auditlink SET number = 1", "DELETE FROM tenants_auditlink"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_the_page_searches_and_exports(browse: Browse, ada: Membership, bob: Membership) -> None:
    with use_firm(ada.firm):
        rossi, verdi = new_client("Rossi", by=ada), new_client("=Verdi", by=ada)
    browser = browse(ada)
    address = page(ada, "settings/audit/")

    def shown(**asked: str) -> str:
        return browser.get(address, asked).content.decode()

    def targets(text: str) -> set[int]:
        return {pk for pk in (rossi.pk, verdi.pk) if f"target_id={pk}" in text}

    assert targets(shown()) == {rossi.pk, verdi.pk}
    assert targets(shown(client="rossi")) == {rossi.pk}
    assert targets(shown(action="client.created")) == {rossi.pk, verdi.pk}
    assert targets(shown(by=str(bob.pk))) == set()
    # By the firm's clock, which may be a day ahead of ours.
    tomorrow = (timezone.localdate() + timedelta(days=2)).isoformat()
    assert targets(shown(since=tomorrow)) == set()
    assert targets(shown(until=tomorrow)) == {rossi.pk, verdi.pk}
    assert targets(shown(since="nonsense")) == {rossi.pk, verdi.pk}

    answer = browser.post(f"{address}file/?client=verdi")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()[1:]
    assert {row[1] for row in rows} == {ada.name}
    with ZipFile(io.BytesIO(answer.content)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    with use_firm(ada.firm):
        assert AuditEvent.objects.get(action="audit.exported").after == {"count": len(rows)}
    assert browse(bob).post(f"{address}file/").status_code == 403
