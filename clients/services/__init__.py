"""What is done with clients: the one door for pages, API, import and jobs."""

from clients.services.choices import change_choice, create_choice, delete_choice, move_choice
from clients.services.columns import choose_columns
from clients.services.records import create_client, update_client
from clients.services.standing import (
    add_label,
    archive,
    change_status,
    change_statuses,
    mark_deceased,
    reactivate,
    remove_label,
    set_labels,
    undo_status_change,
)

__all__ = [
    "add_label",
    "archive",
    "change_choice",
    "change_status",
    "change_statuses",
    "choose_columns",
    "create_choice",
    "create_client",
    "delete_choice",
    "mark_deceased",
    "move_choice",
    "reactivate",
    "remove_label",
    "set_labels",
    "undo_status_change",
    "update_client",
]
