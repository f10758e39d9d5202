"""Whose sales the rows are, in which portfolio, and which of them the ledger knows already."""

from __future__ import annotations

from datetime import datetime

from clients.enums import OnDuplicate
from clients.files.matching import Keyed, complete, find_known
from clients.files.naming import find_clients, run
from clients.filters.folding import fold
from clients.imports.mapping import ImportMapping
from clients.imports.matching import refuse
from clients.imports.staging import Staged
from clients.imports.targets import Column
from clients.models import ImportJob
from portfolios.models import Portfolio, Sale, Typology
from portfolios.sale_files.columns import PARTS

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
KEYED = Keyed(
    table=Sale._meta.db_table,
    place={"client_id": "client_id", "typology_id": "typology_id"},
    elsewhere="another_sale",
)


def match(staged: Staged, job: ImportJob, mapping: ImportMapping, at: datetime) -> None:
    """Refuse what only the firm's data show, and find out what is known; the rest of the staging table can enter."""
    complete(staged, PARTS, besides=[Column("portfolio_id", "bigint")])
    # A sale without typology is one of the first.
    first = Typology.objects.get(position=1)
    run("UPDATE import_stage SET typology_id = %(first)s WHERE typology_id IS NULL", first=first.pk)
    find_clients(staged, by=job.by)
    _find_portfolios(staged)
    _sign_amounts(staged)
    find_known(staged, KEYED, on_duplicate=OnDuplicate(job.on_duplicate))


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
