from __future__ import annotations

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "client.created": _("Client entered"),
    "client.changed": _("Client changed"),
    "client.imported": _("Clients imported"),
    "client.exported": _("Clients exported"),
    "client.import_undone": _("Import of clients undone"),
    "savedmapping.created": _("Mapping for imports: saved"),
    "savedmapping.changed": _("Mapping for imports: changed"),
    "client.archived": _("Client archived"),
    "client.reactivated": _("Client reactivated"),
    "client.deceased": _("Client marked as deceased"),
    "client.status_changed": _("Commercial status changed"),
    "client.merged": _("Client merged with another entry"),
    "client.merged_away": _("Client merged into another one"),
    "client.merge_undone": _("Merge of clients undone"),
    "client.kept_apart": _("Two clients declared to be two"),
    "client.no_longer_apart": _("Two clients no longer declared to be two"),
    "household.created": _("Household made"),
    "household.changed": _("Household changed"),
    "household.deleted": _("Household deleted"),
    "household.restored": _("Household taken back"),
    "client.consent": _("Consent recorded"),
    "client.erased": _("Person erased"),
    "retention.changed": _("Periods of retention changed"),
    "alertrules.changed": _("Rules of the alerts on consultations changed"),
    "processingregister.changed": _("Register of processing: changed"),
    "processing.created": _("Processing activity: added"),
    "processing.changed": _("Processing activity: changed"),
    "processing.deleted": _("Processing activity: deleted"),
    "access.exported": _("Consultations exported"),
    "locked.purged": _("Locked records deleted when their time was over"),
    "client.label_added": _("Label added"),
    "client.label_removed": _("Label removed"),
    "client.bulk_changed": _("Action on many clients"),
    "client.bulk_undone": _("Action on many clients taken back"),
    "note.created": _("Note written"),
    "note.changed": _("Note changed"),
    "note.deleted": _("Note deleted"),
    "note.restored": _("Note taken back"),
    "attachment.added": _("File attached"),
    "attachment.deleted": _("Attachment deleted"),
    "attachment.restored": _("Attachment taken back"),
    "management_event.entered": _("Management events received"),
    "management_event.deleted": _("Management event deleted"),
    "management_event.import_undone": _("Import of management events undone"),
    "status.created": _("Commercial status: added"),
    "status.changed": _("Commercial status: changed"),
    "status.deleted": _("Commercial status: deleted"),
    "status.moved": _("Commercial status: moved"),
    "label.created": _("Label: added"),
    "label.changed": _("Label: changed"),
    "label.deleted": _("Label: deleted"),
    "label.moved": _("Label: moved"),
    "listentry.created": _("List entry: added"),
    "listentry.changed": _("List entry: changed"),
    "listentry.deleted": _("List entry: deleted"),
    "listentry.moved": _("List entry: moved"),
    "listentry.replaced": _("List entry: replaced"),
    "userlist.created": _("User list: added"),
    "userlist.changed": _("User list: changed"),
    "userlist.deleted": _("User list: deleted"),
    "sheet.changed": _("Fields of a form: default set"),
    "quantity.created": _("Yearly quantity: added"),
    "quantity.changed": _("Yearly quantity: changed"),
    "quantity.deleted": _("Yearly quantity: deleted"),
    "quantity.moved": _("Yearly quantity: moved"),
    "customfield.created": _("User field: added"),
    "customfield.changed": _("User field: changed"),
    "customfield.deleted": _("User field: deleted"),
    "customfield.moved": _("User field: moved"),
}


class ClientsConfig(AppConfig):
    name = "clients"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for module in (
            "clients.lookups",
            "clients.own_fields",
            "clients.own_holdings",
            "clients.bulk.own_actions",
            "clients.own_sources",
            "clients.board",
        ):
            import_module(module)
        import_module("clients.timeline.own").register()
        import_module("clients.removable").register()
        import_module("clients.retention").register()
        import_module("clients.archived").register()
        import_module("clients.re_erasing").register()
        import_module("clients.management_files.kind").register()
        catalogue, custom = import_module("clients.catalogue"), import_module("clients.custom.entries")
        catalogue.provide(custom.custom_entries)
        import_module("clients.sublists.receivers")
        import_module("clients.receivers")
        sublists = import_module("clients.sublists.entries")
        catalogue.register(sublists.fixed_entries())
        catalogue.provide(sublists.quantity_entries)
        targets = import_module("clients.imports.targets")
        targets.contribute_many(import_module("clients.imports.custom").custom_targets)
        targets.contribute_many(import_module("clients.imports.sublists").sublist_targets)
        audit = import_module("tenants.audit")
        audit.name_actions(ACTIONS)
        audit.search_by(import_module("clients.trail_search").lines_about)
        audit.name_facts(self.facts_beside_the_client())

    def facts_beside_the_client(self) -> dict[str, Any]:
        """What the trail tells of a client and his own row does not have: his profile, and how to reach him."""
        own = {field.name for field in self.get_model("Client")._meta.get_fields()}
        profile = self.get_model("Profile")._meta.concrete_fields
        reached = {"emails": "Email", "phones": "Phone", "addresses": "Address"}
        names = {field.name: field.verbose_name for field in profile if field.name not in own | {"client"}}
        return names | {name: self.get_model(model)._meta.verbose_name_plural for name, model in reached.items()}
