"""Files of sales as one of the imports: what the command, the page and the REST interface lead to (GAT-18)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clients.files.frame import Frame
from clients.imports import kinds, refusals
from clients.imports.kinds import ImportKind, Steps, Words
from portfolios.sale_files import matching, writing
from portfolios.sale_files.columns import PARTS, REFUSALS, SaleMapping

FRAME = Frame(
    rows=writing.ROWS,
    match=matching.match,
    follow=writing.follow,
    take_out=writing.reverse,
    imported="sales.imported",
    undone="sales.import_undone",
)
SALES = ImportKind(
    name="sales",
    label=_("Sales"),
    page="portfolios:sale_list",
    page_label=_("To the ledger"),
    made=_("New sales"),
    changed=_("Corrected sales"),
    can_be_undone=FRAME.can_be_undone,
    undo=FRAME.undo,
    wizard=Steps(
        words=Words(
            title=_("Import sales"),
            field=_("Part of the sale"),
            known=_("Sales that are known by their external id"),
            new_rows=_("New sales"),
            known_rows=_("Sales to correct"),
        ),
        mapping=SaleMapping,
        guess=PARTS.guess,
        offered=PARTS.offered,
        foresee=FRAME.foresee,
        write=FRAME.write,
    ),
)


def register() -> None:
    """Called when the app is ready."""
    refusals.name_refusals(REFUSALS)
    kinds.register(SALES)
