"""What outcomes holds about a client; the points stay with whoever earned them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clients.enums import RetentionClass
from clients.holdings import Holding, OnErasure, register
from outcomes.models import Activity, Fulfilment

register(
    Holding(
        model=Activity,
        label=_("Commercial activities"),
        since="opened_at",
        on_erasure=OnErasure.EMPTY,
        emptied=("subject", "closing_reason"),
    ),
    Holding(
        model=Fulfilment,
        label=_("Recorded outcomes"),
        retention=RetentionClass.MIFID,
        since="at",
        hidden=("rule", "before", "notices", "status_change", "follow_up"),
        on_erasure=OnErasure.EMPTY,
        emptied=("note", "before", "notices", "undo_reason"),
        harmless=("rule",),
    ),
    Holding(model=Fulfilment, field="company", in_dossier=False, on_erasure=OnErasure.UNLINK),
)
