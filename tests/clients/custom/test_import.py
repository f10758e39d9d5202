"""User fields in an import: recognised by label or name, read by their type, written set-based."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.custom.values import values_of
from clients.enums import CustomType
from clients.imports.kinds import CLIENTS
from clients.imports.targets import targets
from clients.models import Client, ImportJob, RefusedRow
from tenants.models import Firm
from tests.clients.builders import NOON, new_client
from tests.clients.custom.test_fields import define, sports


def imported(text: str, mapping: dict[str, Any] | None = None) -> ImportJob:
    content = io.BytesIO(text.encode())
    return CLIENTS.import_file(content, name="clienti.csv", mapping=mapping, dry_run=False, by=None, at=NOON)


def own(name: str) -> dict[str, Any]:
    client = Client.objects.get(name=name)
    return values_of([client.pk])[client.pk]


def test_every_type_is_read_and_empty_cells_leave_what_is_there(bound: Firm) -> None:
    first, second, third = sports()
    for kind in CustomType:
        define(f"Un {kind}", kind, list_name="sport")
    header = "Codice esterno;Cognome;custom.un_text;Un number;un MONEY;un date;un boolean;un choice;un choices"
    mapping = None

    job = imported(
        f"{header}\n1;Rossi;Vela;-1,5;1.234,56;31/12/2025;sì;c;B, A\n2;Bianchi;;1.000;;;;;\n".replace(
            "Codice esterno", "external_id"
        ),
        mapping,
    )

    assert (job.created, job.error_count) == (2, 0)
    names = ("text", "number", "money", "date", "boolean", "choice", "choices")
    assert [own("Rossi")[f"un_{name}"] for name in names] == [
        "Vela", Decimal("-1.5"), Decimal("1234.56"), date(2025, 12, 31), True, first, [second, third],
    ]  # fmt: skip
    assert own("Bianchi")["un_number"] == 1000
    again = imported(f"{header}\n1;Rossi;;7;;;;b;C\n2;Bianchi;;1000;;;;;\n".replace("Codice esterno", "external_id"))
    assert (again.created, again.updated, again.skipped) == (0, 1, 1), "the second says nothing new"
    assert [own("Rossi")[f"un_{name}"] for name in names] == [
        "Vela", Decimal(7), Decimal("1234.56"), date(2025, 12, 31), True, second, [first, second, third],
    ]  # fmt: skip


def test_the_last_of_several_rows_of_one_client_counts(bound: Firm) -> None:
    define("Hobby")

    imported("external_id;Cognome;Hobby\n1;Rossi;Vela\n1;Rossi;Golf\n1;Rossi;\n")

    assert own("Rossi")["hobby"] == "Golf"


def test_what_does_not_fit_is_refused_with_its_line(bound: Firm) -> None:
    sports()
    for kind in ("number", "money", "boolean", "choice", "choices"):
        define(f"Un {kind}", kind, list_name="sport")

    job = imported(
        "Cognome;un number;un money;un boolean;un choice;un choices\n"
        "A;x;;;;\nB;1,0000001;;;;\nC;99999999999999;;;;\nD;;1,234567;;;\nE;;;forse;;\nF;;;;Nessuno;\nG;;;;;A, Nessuno\n"
        "H;1;1;no;a;a\n"
    )

    assert (job.created, job.error_count) == (1, 7)
    assert list(RefusedRow.objects.order_by("line").values_list("line", "column", "code")) == [
        (2, "un number", "invalid_number"),
        (3, "un number", "too_many_decimals"),
        (4, "un number", "out_of_range"),
        (5, "un money", "too_many_decimals"),
        (6, "un boolean", "invalid_boolean"),
        (7, "un choice", "unknown_entry"),
        (8, "un choices", "unknown_entry"),
    ]


def test_an_import_takes_as_many_statements_for_few_rows_as_for_many(bound: Firm) -> None:
    define("Hobby")
    new_client("Prima")
    targets()  # what differs from firm to firm is asked for once in a transaction

    def statements(rows: int, prefix: str) -> int:
        lines = "".join(f"{prefix}{n};Hobby {n}\n" for n in range(rows))
        with CaptureQueriesContext(connection) as captured:
            imported(f"Cognome;Hobby\n{lines}")
        return len(captured)

    assert statements(3, "A") == statements(60, "B")
