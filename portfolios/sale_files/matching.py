"""Whose sales the rows are, in which portfolio, and which of them the ledger knows already."""

from __future__ import annotations

from typing import Any

from django.db import connection

from clients.enums import OnDuplicate
from clients.filters.folding import fold
from clients.imports.matching import refuse
from clients.imports.staging import Staged
from clients.queries import visible_clients
from portfolios.models import Portfolio, Typology
from portfolios.sale_files.columns import ALWAYS
from tenants.binding import bound_firm_id
from tenants.models import Membership
from tenants.permissions import Permission

# An external id says more than a tax code: the others are asked only where it says nothing. The key of a client who was
# merged into another one leads to that one.
NAMED = """
    DROP TABLE IF EXISTS import_named;
    CREATE TEMP TABLE import_named ON COMMIT DROP AS
    WITH keys AS (SELECT DISTINCT named, named_code, named_vat FROM import_stage),
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
    ), best AS (SELECT named, min(rank) AS rank FROM found GROUP BY named)
    SELECT named, min(client_id) AS client_id, count(DISTINCT client_id) AS many
    FROM found JOIN best USING (named, rank) GROUP BY named;
    ANALYZE import_named
"""
# ``head`` tells how many clients are meant; what the member does not see does not exist for him (XCT-01).
WHOSE = """
    UPDATE import_stage s SET client_id = n.client_id, head = n.many FROM import_named n
    WHERE n.named = s.named AND {is_seen}
"""
PLACED = """
    UPDATE import_stage s SET portfolio_id = p.id
    FROM unnest(%(names)s::text[], %(typologies)s::bigint[], %(ids)s::bigint[]) AS p(name, typology_id, id)
    WHERE p.name = s.portfolio_key AND p.typology_id = s.typology_id
"""
# A refund may be given as it is said, without a sign; a negative amount alone is one.
SIGNED = """
    UPDATE import_stage
    SET kind = coalesce(kind, CASE WHEN amount < 0 THEN 'refund' ELSE 'subscription' END),
        amount = CASE WHEN kind = 'refund' THEN -abs(amount) ELSE amount END
    WHERE kind IS NULL OR kind = 'refund'
"""
REPEATED = """s.row_id IN (
    SELECT row_id FROM (
        SELECT row_id, row_number() OVER (PARTITION BY coalesce(external_source, ''), external_id ORDER BY row_id)
        FROM import_stage WHERE external_id IS NOT NULL
    ) AS numbered(row_id, place) WHERE place > 1)"""
KNOWN = """
    DROP TABLE IF EXISTS import_known;
    CREATE TEMP TABLE import_known ON COMMIT DROP AS
    SELECT s.row_id, o.id AS sale_id,
           (o.client_id, o.typology_id) = (s.client_id, s.typology_id) AS is_same_place
    FROM import_stage s JOIN portfolios_sale o
        ON o.firm_id = %(firm)s AND o.external_source = coalesce(s.external_source, '')
        AND o.external_id = s.external_id AND o.external_id <> ''
    WHERE s.external_id IS NOT NULL;
    ANALYZE import_known
"""
ELSEWHERE = "s.row_id IN (SELECT row_id FROM import_known WHERE NOT is_same_place)"
TAKEN = "s.row_id IN (SELECT row_id FROM import_known)"


def match(staged: Staged, *, by: Membership | None, on_duplicate: OnDuplicate) -> None:
    """Refuse what only the firm's data show, and find out what is known; the rest of the staging table can enter."""
    _complete()
    _find_clients(staged, by)
    _find_portfolios(staged)
    _sign_amounts(staged)
    _find_known(staged, on_duplicate)


def _complete() -> None:
    """The columns that the file does not have; a sale without typology is one of the first."""
    added = ", ".join(f"ADD COLUMN IF NOT EXISTS {column.name} {column.sql}" for column in ALWAYS)
    run(f"ALTER TABLE import_stage {added}, ADD COLUMN portfolio_id bigint")
    first = Typology.objects.get(position=1)
    run("UPDATE import_stage SET typology_id = %(first)s WHERE typology_id IS NULL", first=first.pk)


def _find_clients(staged: Staged, by: Membership | None) -> None:
    header = staged.header("client")
    for name, column in (("client", "named"), ("date", "sold_on"), ("amount", "amount")):
        refuse(f"s.{column} IS NULL", value="''", code="missing_value", header=staged.header(name))
    run(NAMED)
    run(WHOSE.format(is_seen=_is_seen(by)))
    refuse("s.head > 1", value="s.named", code="ambiguous_client", header=header)
    refuse("s.client_id IS NULL", value="s.named", code="unknown_client", header=header)


def _is_seen(by: Membership | None) -> str:
    if by is None or by.can(Permission.VIEW_ALL_CLIENTS):
        return "true"
    seen, params = visible_clients(by).order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        visible: str = cursor.mogrify(seen, params).decode().replace("%", "%%")
    return f"n.client_id IN ({visible})"


def _find_portfolios(staged: Staged) -> None:
    if "portfolio" not in staged.headers:
        return
    rows = list(Portfolio.objects.filter(active=True).values_list("name", "typology_id", "pk"))
    names, typologies, ids = ([row[place] for row in rows] for place in range(3))
    run(PLACED, names=[fold(name) for name in names], typologies=typologies, ids=ids)
    missing = "s.portfolio_key IS NOT NULL AND s.portfolio_id IS NULL"
    refuse(missing, value="s.portfolio_key", code="unknown_portfolio", header=staged.header("portfolio"))


def _sign_amounts(staged: Staged) -> None:
    run(SIGNED)
    shown, header = "(s.amount / 100.0)::numeric(17, 2)::text", staged.header("amount")
    refuse("s.kind <> 'refund' AND s.amount < 0", value=shown, code="not_a_refund", header=header)
    refuse("s.kind = 'refund' AND s.amount = 0", value=shown, code="zero_refund", header=header)


def _find_known(staged: Staged, on_duplicate: OnDuplicate) -> None:
    header = staged.header("external_id")
    refuse(REPEATED, value="s.external_id", code="repeated_key", header=header)
    run(KNOWN)
    if on_duplicate == OnDuplicate.CREATE:
        refuse(TAKEN, value="s.external_id", code="external_id_taken", header=header)
    else:
        refuse(ELSEWHERE, value="s.external_id", code="another_sale", header=header)


def run(statement: str, **params: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"firm": bound_firm_id(), **params})
        return int(cursor.rowcount)
