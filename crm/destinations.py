"""Where one can go from every page inside a firm, and what one can create there."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.permissions import Permission


@dataclass(frozen=True, slots=True)
class Link:
    """``pages`` are the beginnings of the view names on which the link is the current one."""

    label: str | Promise
    view: str
    icon: str
    permission: Permission | None = None
    keys: str = ""
    pages: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Settings are folded away until one of them is open."""

    title: str | Promise
    links: tuple[Link, ...]
    is_setting: bool = False


SECTIONS = (
    Section(
        "",
        (
            Link(_("Overview"), "overview", "layout-dashboard", keys="g p"),
            Link(
                _("Clients"),
                "clients:client_list",
                "users",
                Permission.VIEW_CLIENTS,
                "g l",
                ("clients:client", "clients:note"),
            ),
            Link(
                _("Households"),
                "clients:household_list",
                "users-round",
                Permission.VIEW_CLIENTS,
                "",
                ("clients:household",),
            ),
            Link(
                _("Opportunities"),
                "communications:opportunity_matrix",
                "sparkles",
                Permission.VIEW_CLIENTS,
                "",
                ("communications:opportunity",),
            ),
            Link(
                _("Client relations"),
                "communications:relations",
                "mail",
                Permission.VIEW_CLIENTS,
                "g m",
                (
                    "communications:relations",
                    "communications:address",
                    "communications:suppression",
                    "communications:generate",
                    "communications:run",
                    "communications:communication",
                ),
            ),
            Link(
                _("Campaigns"),
                "communications:campaign_list",
                "zap",
                Permission.VIEW_CLIENTS,
                "",
                ("communications:campaign", "communications:member"),
            ),
            Link(_("Groups"), "groups:group_list", "target", Permission.VIEW_GROUPS, "g g", ("groups:",)),
        ),
    ),
    Section(
        _("Planning"),
        (
            Link(
                _("Appointments"),
                "scheduling:planning",
                "calendar-check",
                Permission.VIEW_GROUPS,
                "g a",
                ("scheduling:planning", "scheduling:never_met", "scheduling:overdue", "scheduling:exception"),
            ),
            Link(
                _("Calendar"),
                "scheduling:calendar",
                "calendar-days",
                Permission.VIEW_APPOINTMENTS,
                "g c",
                ("scheduling:calendar", "scheduling:appointment"),
            ),
            Link(_("My day"), "scheduling:day", "sun", Permission.VIEW_APPOINTMENTS, "g d", ("scheduling:day",)),
            Link(
                _("Plan my weeks"),
                "scheduling:weeks",
                "calendar-plus",
                Permission.ENTER_APPOINTMENTS,
                "",
                ("scheduling:weeks",),
            ),
            Link(
                _("Load and capacity"),
                "scheduling:load",
                "chart-column",
                Permission.VIEW_APPOINTMENTS,
                "",
                ("scheduling:load", "scheduling:working_week"),
            ),
            Link(
                _("Cadence kept"),
                "scheduling:cadence_kept",
                "badge-check",
                Permission.VIEW_APPOINTMENTS,
                "",
                ("scheduling:cadence_kept",),
            ),
            Link(
                _("Things to do"),
                "scheduling:task_list",
                "list-checks",
                Permission.VIEW_APPOINTMENTS,
                "g t",
                ("scheduling:task",),
            ),
            Link(
                _("Reminders"),
                "scheduling:reminder_list",
                "bell",
                Permission.VIEW_APPOINTMENTS,
                "g r",
                ("scheduling:reminder",),
            ),
            Link(
                _("Ranking"),
                "outcomes:leaderboard",
                "trending-up",
                Permission.VIEW_APPOINTMENTS,
                "",
                ("outcomes:leaderboard", "outcomes:member_points", "outcomes:challenge"),
            ),
            Link(
                _("Commercial activities"),
                "outcomes:activity_list",
                "target",
                Permission.VIEW_APPOINTMENTS,
                "",
                ("outcomes:activity",),
            ),
            Link(
                _("History"),
                "outcomes:history",
                "history",
                Permission.VIEW_APPOINTMENTS,
                "g s",
                ("outcomes:history",),
            ),
        ),
    ),
    Section(
        _("Portfolios"),
        (
            Link(
                _("Portfolios"),
                "portfolios:overview",
                "briefcase",
                Permission.VIEW_CLIENTS,
                "",
                ("portfolios:overview", "portfolios:portfolio_detail", "portfolios:client"),
            ),
            Link(_("Sales"), "portfolios:sale_list", "wallet", Permission.VIEW_CLIENTS, "", ("portfolios:sale",)),
        ),
    ),
    Section(
        _("People and access"),
        (
            Link(_("People"), "tenants:member_list", "users-round", Permission.MANAGE_PEOPLE, "", ("tenants:member",)),
            Link(_("Permissions"), "tenants:permission_table", "shield-check"),
            Link(
                _("Log-in of the firm"),
                "tenants:provider_list",
                "log-in",
                Permission.MANAGE_PEOPLE,
                "",
                ("tenants:provider",),
            ),
            Link(_("API tokens"), "tenants:token_list", "key-round", Permission.MANAGE_TOKENS, "", ("tenants:token",)),
            Link(
                _("Webhooks"),
                "tenants:webhook_list",
                "bell",
                Permission.CONFIGURE,
                "",
                ("tenants:webhook", "tenants:delivery"),
            ),
            Link(_("Firm"), "tenants:firm_edit", "building-2", Permission.CONFIGURE),
        ),
        is_setting=True,
    ),
    Section(
        _("Clients"),
        (
            Link(
                _("Labels and lists"),
                "clients:choice_list",
                "tag",
                Permission.CONFIGURE,
                "",
                ("clients:choice", "clients:user_list"),
                (("kind", "labels"),),
            ),
            Link(
                _("User fields"),
                "clients:custom_field_list",
                "list-plus",
                Permission.CONFIGURE,
                "",
                ("clients:custom_field",),
            ),
            Link(
                _("Yearly values"),
                "clients:quantity_list",
                "chart-column",
                Permission.CONFIGURE,
                "",
                ("clients:quantity",),
            ),
            Link(
                _("Service opportunities"),
                "communications:service_list",
                "sparkles",
                Permission.CONFIGURE,
                "",
                ("communications:service",),
            ),
            Link(
                _("Communication templates"),
                "communications:template_list",
                "message-square",
                Permission.CONFIGURE,
                "",
                ("communications:template", "communications:frame"),
            ),
            Link(
                _("Portfolios"),
                "portfolios:typology_list",
                "briefcase",
                Permission.CONFIGURE,
                "",
                (
                    "portfolios:typology",
                    "portfolios:subject",
                    "portfolios:handover",
                    "portfolios:portfolio_list",
                    "portfolios:portfolio_create",
                    "portfolios:portfolio_edit",
                ),
            ),
        ),
        is_setting=True,
    ),
    Section(
        _("Appointments and outcomes"),
        (
            Link(
                "CRM",
                "scheduling:type_list",
                "workflow",
                Permission.CONFIGURE,
                "",
                ("scheduling:type", "outcomes:choice", "outcomes:relation", "outcomes:type"),
            ),
            Link(_("Graph of outcomes"), "outcomes:graph", "workflow", Permission.CONFIGURE, "", ("outcomes:graph",)),
            Link(
                _("Macros"),
                "scheduling:macro_list",
                "repeat",
                Permission.CONFIGURE,
                "",
                ("scheduling:macro", "groups:search"),
            ),
            Link(_("Checks"), "scheduling:check_list", "bell", Permission.CONFIGURE, "", ("scheduling:check",)),
            Link(
                _("Closures and holidays"),
                "scheduling:closure_list",
                "calendar-days",
                Permission.CONFIGURE,
                "",
                ("scheduling:closure",),
            ),
            Link(_("Monday mail"), "outcomes:points_mail", "mail", Permission.CONFIGURE),
        ),
        is_setting=True,
    ),
    Section(
        _("What happened"),
        (
            Link(
                _("Nightly runs"),
                "nightly:run_list",
                "moon-star",
                Permission.VIEW_NIGHTLY_RUNS,
                "",
                ("nightly:",),
            ),
            Link(
                _("Outgoing mail"),
                "communications:mail_list",
                "send",
                Permission.CONFIGURE,
                "",
                ("communications:mail",),
            ),
            Link(_("Audit trail"), "tenants:audit_list", "history", Permission.VIEW_AUDIT),
            Link(_("Recently deleted"), "tenants:removal_list", "undo-2", Permission.CONFIGURE),
            Link(
                _("Consultations"), "clients:access_list", "eye", Permission.PROTECT_PERSONS, pages=("clients:access",)
            ),
            Link(_("Erasures"), "clients:erasure_list", "shield-check", Permission.PROTECT_PERSONS),
            Link(_("Retention"), "clients:retention_periods", "lock", Permission.PROTECT_PERSONS),
            Link(
                _("Register of processing"),
                "clients:processing_list",
                "list-checks",
                Permission.PROTECT_PERSONS,
                pages=("clients:processing",),
            ),
            Link(
                _("Whole firm as a file"),
                "clients:firm_export",
                "file-down",
                Permission.EXPORT_FIRM,
                pages=("clients:firm_export",),
            ),
        ),
        is_setting=True,
    ),
)

CREATIONS = (
    Link(_("New client"), "clients:client_create", "user-plus", Permission.EDIT_CLIENTS, "n c"),
    Link(_("New appointment"), "scheduling:appointment_create", "calendar-plus", Permission.ENTER_APPOINTMENTS, "n a"),
    # R as in reminder: what one wants to be reminded of is a task.
    Link(_("New task"), "scheduling:task_create", "list-checks", Permission.EDIT_CLIENTS, "n r"),
    Link(_("New group"), "groups:group_create", "list-plus", Permission.EDIT_GROUPS, "n g"),
)
