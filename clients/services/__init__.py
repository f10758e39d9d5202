"""What is done with clients: the one door for pages, API, import and jobs."""

from clients.services.alerts import raise_alerts, rules_of_firm, set_alert_rules
from clients.services.attachments import (
    attach,
    attach_files,
    attach_to_client,
    delete_attachment,
    restore_attachment,
    used_bytes,
)
from clients.services.choices import change_choice, create_choice, delete_choice, move_choice
from clients.services.columns import choose_columns
from clients.services.custom_fields import (
    change_custom_field,
    create_custom_field,
    delete_custom_field,
    move_custom_field,
)
from clients.services.edits import TakenBack, undo_edit
from clients.services.erasure import erase_client, purge_locked, what_is_locked
from clients.services.households import delete_household, join_household, restore_household, save_household
from clients.services.management import (
    NewManagementEvent,
    delete_management_event,
    enter_management_events,
    refusals_of,
)
from clients.services.merging import check_merge, forget_apart, keep_apart, merge_clients, undo_merge
from clients.services.moves import StatusMove, move_statuses
from clients.services.notes import NoteContent, change_note, create_note, delete_note, restore_note
from clients.services.records import create_client, update_client
from clients.services.retention import set_retention
from clients.services.rights import ConsentGiven, note_look, record_consent
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
    "set_retention",
    "check_merge",
    "delete_household",
    "join_household",
    "save_household",
    "ConsentGiven",
    "erase_client",
    "note_look",
    "purge_locked",
    "raise_alerts",
    "rules_of_firm",
    "set_alert_rules",
    "record_consent",
    "what_is_locked",
    "NewManagementEvent",
    "NoteContent",
    "StatusMove",
    "TakenBack",
    "add_label",
    "archive",
    "attach",
    "attach_files",
    "attach_to_client",
    "change_choice",
    "change_note",
    "change_custom_field",
    "change_status",
    "change_statuses",
    "choose_columns",
    "create_choice",
    "create_client",
    "create_note",
    "delete_attachment",
    "delete_choice",
    "delete_management_event",
    "delete_note",
    "enter_management_events",
    "create_custom_field",
    "delete_custom_field",
    "forget_apart",
    "keep_apart",
    "mark_deceased",
    "merge_clients",
    "move_choice",
    "move_statuses",
    "move_custom_field",
    "reactivate",
    "refusals_of",
    "remove_label",
    "restore_attachment",
    "restore_household",
    "restore_note",
    "set_labels",
    "undo_edit",
    "undo_merge",
    "undo_status_change",
    "update_client",
    "used_bytes",
]
