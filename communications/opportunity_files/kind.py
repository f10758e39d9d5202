"""Files of service opportunities as one of the imports: what the command, the page and REST lead to (SIS-31)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clients.files.frame import Frame
from clients.imports import kinds, refusals
from clients.imports.kinds import ImportKind, Steps, Words
from communications.opportunity_files import matching, writing
from communications.opportunity_files.columns import PARTS, REFUSALS, OpportunityMapping

FRAME = Frame(
    rows=writing.ROWS,
    match=matching.match,
    before=writing.make_services,
    follow=writing.follow,
    take_out=writing.remove,
    imported="opportunities.imported",
    undone="opportunities.import_undone",
)
OPPORTUNITIES = ImportKind(
    name="opportunities",
    label=_("Service opportunities"),
    page="communications:opportunity_matrix",
    page_label=_("To clients and services"),
    made=_("New opportunities"),
    changed=_("Changed opportunities"),
    can_be_undone=FRAME.can_be_undone,
    undo=FRAME.undo,
    wizard=Steps(
        words=Words(
            title=_("Import service opportunities"),
            field=_("Part of the opportunity"),
            known=_("Opportunities that are known by their external id"),
            new_rows=_("New opportunities"),
            known_rows=_("Opportunities to change"),
        ),
        mapping=OpportunityMapping,
        guess=PARTS.guess,
        offered=PARTS.offered,
        foresee=FRAME.foresee,
        write=FRAME.write,
        rules=("new_services",),
    ),
)


def register() -> None:
    """Called when the app is ready."""
    refusals.name_refusals(REFUSALS)
    kinds.register(OPPORTUNITIES)
