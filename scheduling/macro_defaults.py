"""The three macros of domain section 9, switched off: renewals are planned by marketing as needed (seed L51)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from clients.defaults import Words
from clients.models import Status
from groups.models import SavedSearch
from scheduling.enums import Recipient, Rhythm
from scheduling.models import AppointmentType, Macro
from tenants.binding import bound_firm, local_today

# The places of the statuses in both schemes (clients.defaults).
CLIENT, NO_CLIENT = 1, 4


@dataclass(frozen=True, slots=True)
class Template:
    """A macro and its search: clients of a status whom nobody has met for so many days."""

    advisor: str
    inforyou: str
    search: Words
    status: int
    days: int

    def name(self, scheme: str) -> str:
        return self.inforyou if scheme == "inforyou" else self.advisor


TEMPLATES = (
    Template("Rinnovo mandato", "Rinnovo", Words("Da rinnovare", "To be renewed"), CLIENT, 330),
    Template(
        "Non rinnova alla scadenza",
        "Non rinnova alla scadenza",
        Words("Non rinnovati alla scadenza", "Not renewed when due"),
        CLIENT,
        395,
    ),
    Template("Scaduto da tempo", "Scaduto da tempo", Words("Persi da tempo", "Lost for long"), NO_CLIENT, 730),
)


def load(scheme: str) -> None:
    """With the firm bound, after its types and statuses; a type that has a macro gets no second one."""
    planned = set(Macro.objects.values_list("type_id", flat=True))
    statuses = dict(Status.objects.values_list("position", "pk"))
    types = {kind.name: kind for kind in AppointmentType.objects.all()}
    for template in TEMPLATES:
        kind, status = types.get(template.name(scheme)), statuses.get(template.status)
        if kind is not None and status is not None and kind.pk not in planned:
            _load(template, kind, status)


def _load(template: Template, kind: AppointmentType, status: int) -> None:
    search, _made = SavedSearch.objects.get_or_create(
        name=template.search.here(), defaults={"filter": _filter(template, status)}
    )
    Macro.objects.create(
        name=kind.name,
        search=search,
        type=kind,
        recipient=Recipient.ADVISOR,
        rhythm=Rhythm.MONTHLY,
        month_day=1,
        runs_since=local_today(bound_firm()),
    )


def _filter(template: Template, status: int) -> dict[str, Any]:
    long_ago = {"field": "plan.last_meeting_on", "op": "older_than_days", "value": template.days}
    return {"all": [{"field": "status", "op": "eq", "value": status}, long_ago]}
