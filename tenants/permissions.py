"""One table of permissions: what each role may do (XCT-02). The page "Permissions" shows exactly this table."""

from __future__ import annotations

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.enums import Role


class Permission(StrEnum):
    """Named for what the person does, not for the page on which he does it."""

    VIEW_CLIENTS = "view_clients"
    VIEW_ALL_CLIENTS = "view_all_clients"
    EDIT_CLIENTS = "edit_clients"
    ARCHIVE_CLIENTS = "archive_clients"
    MERGE_CLIENTS = "merge_clients"
    PROTECT_PERSONS = "protect_persons"
    IMPORT_CLIENTS = "import_clients"
    EXPORT_CLIENTS = "export_clients"
    EXPORT_FIRM = "export_firm"
    ENTER_SALES = "enter_sales"
    VIEW_GROUPS = "view_groups"
    EDIT_GROUPS = "edit_groups"
    SET_CADENCE = "set_cadence"
    SET_CADENCE_EXCEPTION = "set_cadence_exception"
    VIEW_APPOINTMENTS = "view_appointments"
    ENTER_APPOINTMENTS = "enter_appointments"
    RECORD_OUTCOMES = "record_outcomes"
    UNDO_OUTCOMES = "undo_outcomes"
    CORRECT_POINTS = "correct_points"
    HANDLE_REMINDERS = "handle_reminders"
    CONFIGURE = "configure"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_TOKENS = "manage_tokens"
    VIEW_AUDIT = "view_audit"
    VIEW_NIGHTLY_RUNS = "view_nightly_runs"
    RUN_NIGHT = "run_night"


_READ = {Permission.VIEW_CLIENTS, Permission.VIEW_GROUPS, Permission.VIEW_APPOINTMENTS}
_WORK = {
    Permission.EDIT_CLIENTS,
    Permission.ENTER_APPOINTMENTS,
    Permission.RECORD_OUTCOMES,
    Permission.HANDLE_REMINDERS,
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission),
    Role.ADVISOR: frozenset(
        _READ
        | _WORK
        | {
            Permission.ARCHIVE_CLIENTS,
            Permission.MERGE_CLIENTS,
            Permission.IMPORT_CLIENTS,
            Permission.EXPORT_CLIENTS,
            Permission.ENTER_SALES,
            Permission.SET_CADENCE_EXCEPTION,
            Permission.MANAGE_TOKENS,
        }
    ),
    Role.OPERATOR: frozenset(_READ | _WORK),
    Role.READ_ONLY: frozenset(_READ | {Permission.VIEW_ALL_CLIENTS}),
}

# In the words of the page "Permissions".
PERMISSION_LABELS: dict[Permission, Promise] = {
    Permission.VIEW_CLIENTS: _("See clients: one's own, for an operator those assigned to him"),
    Permission.VIEW_ALL_CLIENTS: _("See every client of the firm"),
    Permission.EDIT_CLIENTS: _("Create and change clients"),
    Permission.ARCHIVE_CLIENTS: _("Archive clients"),
    Permission.MERGE_CLIENTS: _("Merge two entries of one client"),
    Permission.PROTECT_PERSONS: _("Answer a person's request: dossier, erasure, who looked"),
    Permission.IMPORT_CLIENTS: _("Import clients from files"),
    Permission.EXPORT_CLIENTS: _("Export the clients that one sees to files"),
    Permission.EXPORT_FIRM: _("Take the whole firm out as one file"),
    Permission.ENTER_SALES: _("Enter, correct and reverse sales"),
    Permission.VIEW_GROUPS: _("See groups and their members"),
    Permission.EDIT_GROUPS: _("Create and change groups"),
    Permission.SET_CADENCE: _("Set how many meetings a year a group receives"),
    Permission.SET_CADENCE_EXCEPTION: _("Give one client a cadence of his own"),
    Permission.VIEW_APPOINTMENTS: _("See appointments and reminders"),
    Permission.ENTER_APPOINTMENTS: _("Enter appointments by hand"),
    Permission.RECORD_OUTCOMES: _("Record outcomes of appointments, open and close activities"),
    Permission.UNDO_OUTCOMES: _("Undo a recorded outcome"),
    Permission.CORRECT_POINTS: _("Correct the points of operators by hand"),
    Permission.HANDLE_REMINDERS: _("Dismiss and snooze reminders"),
    Permission.CONFIGURE: _("Configure the firm: types, statuses, parameters"),
    Permission.MANAGE_PEOPLE: _("Invite people, change roles, deactivate"),
    Permission.MANAGE_TOKENS: _("Create tokens for the API"),
    Permission.VIEW_AUDIT: _("Read the audit trail"),
    Permission.VIEW_NIGHTLY_RUNS: _("See the nightly runs"),
    Permission.RUN_NIGHT: _("Start a night by hand"),
}
