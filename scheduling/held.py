"""How many of a year's meetings were held, in the words that stand wherever a client is shown."""

from __future__ import annotations

from django.utils.translation import gettext as _

from clients import cells, remarks
from clients.models import Client
from scheduling.models import ClientPlan


def held_of(plan: ClientPlan | None) -> str:
    """Nothing for whoever is in no cadence."""
    if plan is None or not plan.yearly_meetings:
        return ""
    return _("%(held)s of %(target)s this year") % {"held": plan.meetings_this_year, "target": plan.yearly_meetings}


def _of_client(client: Client) -> str:
    return held_of(getattr(client, "plan", None))


def register() -> None:
    """Called when the app is ready."""
    remarks.register(remarks.Remark("plan", _of_client))
    cells.present("plan.meetings_this_year", "scheduling/cells/_held.html")
