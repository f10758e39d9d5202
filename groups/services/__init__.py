"""What can be done with groups."""

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
from groups.services.members import add_members, remove_members, set_members
from groups.services.searches import SearchDetails, create_search, delete_search, edit_search

__all__ = [
    "GroupDetails",
    "SearchDetails",
    "activate_group",
    "add_members",
    "create_group",
    "create_search",
    "deactivate_group",
    "delete_group",
    "delete_search",
    "edit_group",
    "edit_search",
    "remove_members",
    "set_members",
    "set_yearly_meetings",
]
