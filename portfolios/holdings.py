"""What portfolios holds about a client: links, sales and values are his, the scores follow from them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clients.enums import RetentionClass
from clients.holdings import Holding, OnErasure, OnImportUndo, OnMerge, register
from portfolios.models import LevelChange, Link, ManualValue, Sale, Score

register(
    Holding(
        model=Link,
        label=_("Portfolios and subjects"),
        once=("typology", "until"),
        since="since",
        on_import_undo=OnImportUndo.DELETE,
    ),
    Holding(
        model=Sale,
        label=_("Sales"),
        retention=RetentionClass.MIFID,
        hidden=("external_source", "external_id"),
        on_erasure=OnErasure.EMPTY,
        emptied=("description", "external_source", "external_id", "reversal_reason"),
    ),
    Holding(model=Sale, field="company", in_dossier=False, on_erasure=OnErasure.UNLINK),
    Holding(model=ManualValue, label=_("Values entered by hand"), once=("typology",)),
    Holding(
        model=Score,
        label=_("R F M P"),
        on_merge=OnMerge.DERIVED,
        hidden=("next_change_on",),
        on_import_undo=OnImportUndo.DELETE,
    ),
    Holding(
        model=LevelChange,
        label=_("History of the levels"),
        on_merge=OnMerge.STAY,
        on_import_undo=OnImportUndo.DELETE,
    ),
)
