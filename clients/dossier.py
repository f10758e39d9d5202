"""Everything about one person, in words (GDPR art. 15 and 20): what his record says, what hangs on it, who looked.

Complete by construction: the record is every column of Client and Profile, the rest is the registry of holdings; what
is left out says so there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from clients import queries
from clients.holdings import TECHNICAL, Holding, holdings
from clients.models import Access, Attachment, Client, Profile
from tenants.models import AuditEvent, Membership

Row = dict[str, str]
# The integration's key and the other technical ones are the firm's, but they lead to the person: they are told.
NOT_TOLD = TECHNICAL - {"created_at"} | {"name_key", "merged_into", "erased_at"}
MOST_EVENTS = 5_000


@dataclass(frozen=True)
class Section:
    """One kind of thing that is held about the person."""

    name: str
    title: str
    rows: list[Row]

    @property
    def columns(self) -> list[str]:
        return list(dict.fromkeys(column for row in self.rows for column in row))


@dataclass(frozen=True)
class Dossier:
    client: Client
    at: datetime
    record: Row
    sections: list[Section]
    files: list[Attachment]

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.client.pk,
            "made_at": self.at.isoformat(),
            "record": self.record,
            "sections": [
                {"name": section.name, "title": section.title, "rows": section.rows} for section in self.sections
            ],
        }


def build(client: Client, *, at: datetime) -> Dossier:
    """Read it all: a statement or two for each table, whatever their rows."""
    client = queries.with_record(Client.objects.all()).get(pk=client.pk)
    ids = [client.pk, *Client.objects.filter(merged_into=client).values_list("pk", flat=True)]
    sections = [_section(holding, ids) for holding in holdings().values() if holding.in_dossier]
    sections += [_changes(ids), _consultations(ids)]
    files = list(Attachment.objects.filter(client__in=ids).order_by("pk"))
    return Dossier(client, at, record_in_words(client), [section for section in sections if section.rows], files)


def record_in_words(client: Client) -> Row:
    """Every column of the record that says something."""
    told: Row = {}
    for row in (client, client.profile):
        for field in row._meta.concrete_fields:
            if field.name not in NOT_TOLD | {"client"} and not getattr(field, "of", ""):
                _tell(told, row, field)
    return told


def row_in_words(holding: Holding, row: models.Model) -> Row:
    """A row's columns by their names, as a person reads them; empty ones are left out."""
    told: Row = {}
    for field in holding.shown_fields():
        _tell(told, row, field)
    return told


def _tell(told: Row, row: models.Model, field: Any) -> None:
    value = said(row, field)
    if value:
        told[str(field.verbose_name)] = value


def said(row: models.Model, field: Any) -> str:
    """One value as text that a machine can read too: ISO days, plain decimals, choices by their label."""
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")() or "")
    value = getattr(row, field.name)
    match value:
        case None | "":
            return ""
        case bool():
            return _("yes") if value else _("no")
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)


def _section(holding: Holding, ids: list[int]) -> Section:
    if holding.model is Profile:
        return Section(holding.name, str(holding.label), [])
    named = [field.name for field in holding.shown_fields() if field.is_relation]
    rows = holding.of(ids).select_related(*named) if named else holding.of(ids)
    return Section(holding.name, str(holding.label), [row_in_words(holding, row) for row in rows.order_by("pk")])


def _changes(ids: list[int]) -> Section:
    """When the record was changed, and by whom."""
    events = AuditEvent.objects.filter(target_kind=Client._meta.label_lower, target_id__in=ids)
    rows = [
        {_("when"): event.at.isoformat(), _("who"): event.by.name if event.by else "", _("what"): event.action}
        for event in events.select_related("by").order_by("-at", "-id")[:MOST_EVENTS]
    ]
    return Section("audit", _("Changes of the record"), rows)


def _consultations(ids: list[int]) -> Section:
    """How often each member has looked at the record, and when last."""
    names = dict(Membership.objects.values_list("id", "name"))
    seen = Access.objects.filter(seen__overlap=ids).values("by_id").order_by("by_id")
    found = seen.annotate(times=models.Count("pk"), last=models.Max("at"))
    rows = [
        {_("who"): names[row["by_id"]], _("times"): str(row["times"]), _("last time"): row["last"].isoformat()}
        for row in found
    ]
    return Section("consultations", _("Consultations of the record"), rows)
