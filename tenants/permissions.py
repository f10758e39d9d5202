"""One table of permissions: what each role may do (XCT-02). The page "Permissions" shows exactly this table."""

from __future__ import annotations

from enum import StrEnum

from tenants.enums import Role


class Permission(StrEnum):
    """Named for what the person does, not for the page on which he does it."""

    VIEW_CLIENTS = "view_clients"
    VIEW_ALL_CLIENTS = "view_all_clients"
    EDIT_CLIENTS = "edit_clients"
    ARCHIVE_CLIENTS = "archive_clients"
    IMPORT_CLIENTS = "import_clients"
    VIEW_GROUPS = "view_groups"
    EDIT_GROUPS = "edit_groups"
    SET_CADENCE = "set_cadence"
    SET_CADENCE_EXCEPTION = "set_cadence_exception"
    VIEW_APPOINTMENTS = "view_appointments"
    ENTER_APPOINTMENTS = "enter_appointments"
    HANDLE_REMINDERS = "handle_reminders"
    CONFIGURE = "configure"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_TOKENS = "manage_tokens"
    VIEW_AUDIT = "view_audit"
    VIEW_NIGHTLY_RUNS = "view_nightly_runs"
    RUN_NIGHT = "run_night"


_READ = {Permission.VIEW_CLIENTS, Permission.VIEW_GROUPS, Permission.VIEW_APPOINTMENTS}
_WORK = {Permission.EDIT_CLIENTS, Permission.ENTER_APPOINTMENTS, Permission.HANDLE_REMINDERS}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission),
    Role.ADVISOR: frozenset(
        _READ
        | _WORK
        | {
            Permission.ARCHIVE_CLIENTS,
            Permission.IMPORT_CLIENTS,
            Permission.SET_CADENCE_EXCEPTION,
            Permission.MANAGE_TOKENS,
        }
    ),
    Role.OPERATOR: frozenset(_READ | _WORK),
    Role.READ_ONLY: frozenset(_READ | {Permission.VIEW_ALL_CLIENTS}),
}
