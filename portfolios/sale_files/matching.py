"""Whose sales the rows are, in which portfolio, and which of them the ledger knows already."""

from __future__ import annotations

from clients.enums import OnDuplicate
from clients.filters.folding import fold
from clients.imports.matching import refuse
from clients.imports.naming import find_clients, run
from clients.imports.staging import Staged
from portfolios.models import Portfolio, Typology
from portfolios.sale_files.columns import ALWAYS
from tenants.models import Membership

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
    for name, column in (("client", "named"), ("date", "sold_on"), ("amount", "amount")):
        refuse(f"s.{column} IS NULL", value="''", code="missing_value", header=staged.header(name))
    find_clients(staged, by=by)


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
