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

__all__ = [
    "GroupDetails",
    "activate_group",
    "add_members",
    "create_group",
    "deactivate_group",
    "delete_group",
    "edit_group",
    "remove_members",
    "set_members",
    "set_yearly_meetings",
]
