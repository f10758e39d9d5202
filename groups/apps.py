from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from tenants.permissions import Permission

ACTIONS = {
    "group.created": _("Group created"),
    "group.edited": _("Group changed"),
    "group.yearly_meetings_set": _("Number of meetings set"),
    "group.activated": _("Group activated"),
    "group.deactivated": _("Group deactivated"),
    "group.deleted": _("Group deleted"),
    "group.members_added": _("Clients put into a group"),
    "group.members_removed": _("Clients taken out of a group"),
    "search.created": _("Saved search created"),
    "search.edited": _("Saved search changed"),
    "search.deleted": _("Saved search deleted"),
    "view.created": _("Vista created"),
    "view.edited": _("Vista changed"),
    "view.deleted": _("Vista deleted"),
    "marketinglist.created": _("Marketing list created"),
    "marketinglist.edited": _("Marketing list changed"),
    "marketinglist.frozen": _("Marketing list frozen"),
    "marketinglist.thawed": _("Marketing list follows its filter again"),
    "marketinglist.deleted": _("Marketing list deleted"),
}


class GroupsConfig(AppConfig):
    name = "groups"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for module in (
            "groups.parameter",
            "groups.holdings",
            "groups.bulk_actions",
            "groups.search_source",
            "groups.receivers",
        ):
            import_module(module)
        import_module("groups.presentations").register()
        import_module("groups.archived").register()
        removals, definition = import_module("tenants.removals"), import_module("groups.services.definition")
        removals.allow(self.get_model("View"), needs=Permission.VIEW_CLIENTS)
        removals.allow(self.get_model("MarketingList"), needs=Permission.EDIT_CLIENTS)
        removals.allow(self.get_model("Group"), needs=Permission.EDIT_GROUPS, settle=definition.settle_group)
        import_module("tenants.audit").name_actions(ACTIONS)
