"""REST: groups, saved searches, viste and marketing lists."""

from __future__ import annotations

from typing import Any

from groups.api.groups import GroupViewSet, SearchViewSet
from groups.api.lists import MarketingListViewSet
from groups.api.views import ViewViewSet

RESOURCES: dict[str, type[Any]] = {
    "groups": GroupViewSet,
    "searches": SearchViewSet,
    "views": ViewViewSet,
    "marketing-lists": MarketingListViewSet,
}
