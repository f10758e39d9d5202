"""Groups, saved searches, viste and marketing lists: four named uses of one filter (O-70)."""

from groups.models.groups import Group, GroupMember, SavedSearch
from groups.models.lists import MarketingList, MarketingListMember
from groups.models.views import View

__all__ = ["Group", "GroupMember", "MarketingList", "MarketingListMember", "SavedSearch", "View"]
