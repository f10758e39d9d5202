from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from outcomes.enums import POINTS_MAIL

ACTIONS = {
    "appointment.fulfilled": _("Outcome recorded"),
    "appointment.fulfilment_undone": _("Recorded outcome undone"),
    "outcome.created": _("Outcome created"),
    "outcome.changed": _("Outcome changed"),
    "outcome.deleted": _("Outcome deleted"),
    "outcome.moved": _("Outcomes put in order"),
    "outcome.replaced": _("Outcome replaced"),
    "appointmenttype.replaced": _("Appointment type replaced"),
    "activitykind.created": _("Kind of activity created"),
    "activitykind.changed": _("Kind of activity changed"),
    "activitykind.deleted": _("Kind of activity deleted"),
    "activitykind.moved": _("Kinds of activity put in order"),
    "relation.saved": _("Relation changed"),
    "relation.ticked": _("Outcomes of a type chosen"),
    "relation.unticked": _("Outcome taken from a type"),
    "parameters.changed": _("Parameters changed"),
    "scheme.loaded": _("Scheme loaded"),
    "activity.opened": _("Activity opened"),
    "activity.changed": _("Activity changed"),
    "activity.closed": _("Activity closed"),
    "activity.reopened": _("Activity opened again"),
    "activity.deleted": _("Activity deleted"),
}

# What the trail keeps of a recording (outcomes.services.fulfilment.facts_of).
FACTS = {
    "outcome": _("outcome"),
    "points": _("points"),
    "status": _("status"),
    "follow_up": _("follow-up appointment"),
    "activity": _("activity"),
    "on_conflict": _("what the firm had otherwise"),
    "exactly": _("nothing else is offered"),
    "rows_added": _("rows added"),
}


class OutcomesConfig(AppConfig):
    name = "outcomes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for module in ("client_fields", "holdings", "points_wording", "presets", "receivers"):
            import_module(f"outcomes.{module}")
        for module in ("archived", "parameters", "slots", "status_origin", "timeline"):
            import_module(f"outcomes.{module}").register()
        import_module("communications.retention").name_internal(POINTS_MAIL, _("Operators' points by e-mail"))
        audit = import_module("tenants.audit")
        audit.name_actions(ACTIONS)
        audit.name_facts(FACTS)
