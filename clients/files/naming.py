"""Whom the rows of a file mean that is not about clients itself: its column ``client`` names one who is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import connection

from clients import normalising
from clients.filters.folding import fold
from clients.imports import cells
from clients.imports.cells import Notation, Value
from clients.imports.guessing import reads
from clients.imports.matching import refuse
from clients.imports.staging import Staged
from clients.imports.targets import Column
from clients.queries import visible_clients
from tenants.binding import bound_firm_id
from tenants.models import Membership
from tenants.permissions import Permission

# As it stands there for the external id; as a tax code, a VAT number and a name are kept.
COLUMNS = tuple(Column(name, "text") for name in ("named", "named_code", "named_vat", "named_key"))
# An external id says more than a tax code, and that more than a name: the others are asked only where it says nothing.
# The key of a client who was merged into another one leads to that one.
NAMED = """
    DROP TABLE IF EXISTS import_named;
    CREATE TEMP TABLE import_named ON COMMIT DROP AS
    WITH keys AS (SELECT DISTINCT named, named_code, named_vat, named_key FROM import_stage),
    found AS (
        SELECT k.named, 1 AS rank, coalesce(c.merged_into_id, c.id) AS client_id
        FROM keys k JOIN clients_client c ON c.firm_id = %(firm)s AND c.external_id = k.named AND c.external_id <> ''
        WHERE c.erased_at IS NULL
        UNION ALL
        SELECT k.named, 2, c.id
        FROM keys k JOIN clients_client c ON c.firm_id = %(firm)s AND c.tax_code = k.named_code AND c.tax_code <> ''
        WHERE c.merged_into_id IS NULL AND c.erased_at IS NULL
        UNION ALL
        SELECT k.named, 2, c.id
        FROM keys k JOIN clients_client c ON c.firm_id = %(firm)s AND c.vat_number = k.named_vat AND c.vat_number <> ''
        WHERE c.merged_into_id IS NULL AND c.erased_at IS NULL
        {or_by_name}
    ), best AS (SELECT named, min(rank) AS rank FROM found GROUP BY named)
    SELECT named, min(client_id) AS client_id, count(DISTINCT client_id) AS many
    FROM found JOIN best USING (named, rank) GROUP BY named;
    ANALYZE import_named
"""
BY_NAME = """
        UNION ALL
        SELECT k.named, 3, c.id
        FROM keys k JOIN clients_client c ON c.firm_id = %(firm)s AND c.name_key = k.named_key
        WHERE c.merged_into_id IS NULL AND c.erased_at IS NULL
"""
# ``head`` tells how many clients are meant; what the member does not see does not exist for him (XCT-01).
WHOSE = """
    UPDATE import_stage s SET client_id = n.client_id, head = n.many FROM import_named n
    WHERE n.named = s.named AND {is_seen}
"""


def reader(notation: Notation, today: date) -> Callable[[str], tuple[Value, ...]]:
    """Of the part ``client``."""
    return _named


def looks(cell: str) -> bool:
    """A number of digits alone could be anything; a person's tax code is nothing else."""
    return len(cell) == 16 and reads(cells.tax_code())(cell)


def find_clients(staged: Staged, *, by: Membership | None, by_name: bool = False) -> None:
    """Say of each row whose it is; refuse those that mean nobody, or several."""
    header = staged.header("client")
    run(NAMED.format(or_by_name=BY_NAME if by_name else ""))
    run(WHOSE.format(is_seen=_is_seen(by)))
    refuse("s.head > 1", value="s.named", code="ambiguous_client", header=header)
    refuse("s.client_id IS NULL", value="s.named", code="unknown_client", header=header)


def run(statement: str, **params: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"firm": bound_firm_id(), **params})
        return int(cursor.rowcount)


def _named(cell: str) -> tuple[Value, ...]:
    name = str(cells.text(200)(cell))
    return name, normalising.code(name), normalising.vat_number(name), fold(name)


def _is_seen(by: Membership | None) -> str:
    if by is None or by.can(Permission.VIEW_ALL_CLIENTS):
        return "true"
    seen, params = visible_clients(by).order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        visible: str = cursor.mogrify(seen, params).decode().replace("%", "%%")
    return f"n.client_id IN ({visible})"
