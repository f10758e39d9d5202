"""What can be done with groups, saved searches, viste and marketing lists."""

from __future__ import annotations

from groups.services.definition import (
    GroupDetails,
    activate_group,
    create_group,
    deactivate_group,
    delete_group,
    edit_group,
    set_yearly_meetings,
)
from groups.services.lists import ListDetails, create_list, delete_list, edit_list, freeze_list, thaw_list
from groups.services.members import add_members, remove_members, set_members
from groups.services.searches import SearchDetails, create_search, delete_search, edit_search
from groups.services.views import (
    ViewDetails,
    create_view,
    delete_view,
    details_of,
    duplicate_view,
    edit_view,
    may_edit,
    set_default_view,
)

__all__ = [
    "GroupDetails",
    "ListDetails",
    "SearchDetails",
    "ViewDetails",
    "activate_group",
    "add_members",
    "create_group",
    "create_list",
    "create_search",
    "create_view",
    "deactivate_group",
    "delete_group",
    "delete_list",
    "delete_search",
    "delete_view",
    "details_of",
    "duplicate_view",
    "edit_group",
    "edit_list",
    "edit_search",
    "edit_view",
    "freeze_list",
    "may_edit",
    "remove_members",
    "set_default_view",
    "set_members",
    "set_yearly_meetings",
    "thaw_list",
]
