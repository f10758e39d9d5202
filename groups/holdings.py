"""What groups holds about a client: the fixed groups and frozen lists that he is in. The others follow from facts."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clients.holdings import Holding, OnImportUndo, register
from groups.enums import GroupKind
from groups.models import GroupMember, MarketingListMember


def _picked() -> QuerySet[GroupMember]:
    rows: QuerySet[GroupMember] = GroupMember.objects.filter(group__kind=GroupKind.FIXED)
    return rows


register(
    Holding(
        model=GroupMember,
        field="client_id",
        label=_("Groups"),
        moving=_picked,
        once=("group",),
        on_import_undo=OnImportUndo.DELETE,
    ),
)
register(
    Holding(
        model=MarketingListMember,
        field="client_id",
        label=_("Marketing lists"),
        once=("marketing_list",),
        on_import_undo=OnImportUndo.DELETE,
    ),
)
