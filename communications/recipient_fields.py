"""Catalogue fields of whom the firm may write to: a list, a group or a filter asks for "non configurati" (O-43)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import DateTimeField, OuterRef, Subquery
from django.db.models.functions import Greatest, TruncDate
from django.utils.translation import gettext_lazy as _

from clients import catalogue
from clients.catalogue import CatalogueField, FieldGroup
from clients.filters import types
from clients.filters.compile import Column, Computed
from clients.models import Client
from communications.models import ClientMail, Communication
from tenants.binding import bound_firm, local_today


def _is_enabled(client: Client, today: date) -> Iterable[object]:
    return (getattr(getattr(client, "mail_enablement", None), "enabled", None),)


def _last_sent(client: Any, today: date) -> Iterable[object]:
    generated = [row.sent_at for row in client.communications.all()]
    by_hand = [row.outgoing.sent_at for row in client.mails.all()]
    moments = [moment for moment in (*generated, *by_hand) if moment is not None]
    return (max(moments).astimezone(ZoneInfo(bound_firm().time_zone)).date() if moments else None,)


def _last_sent_in_sql(today: date) -> TruncDate:
    """Of what was generated and of what somebody wrote by hand the later one; GREATEST leaves out nulls."""
    own = {"client": OuterRef("pk"), "firm_id": OuterRef("firm_id")}
    generated = Communication.objects.filter(sent_at__isnull=False, **own).order_by("-sent_at", "-pk")
    by_hand = ClientMail.objects.filter(outgoing__sent_at__isnull=False, **own).order_by("-outgoing__sent_at", "-pk")
    last = Greatest(
        Subquery(generated.values("sent_at")[:1], output_field=DateTimeField()),
        Subquery(by_hand.values("outgoing__sent_at")[:1], output_field=DateTimeField()),
    )
    return TruncDate(last, tzinfo=ZoneInfo(bound_firm().time_zone))


catalogue.register(
    [
        CatalogueField(
            name="last_communication_on",
            label=_("last communication"),
            group=FieldGroup.CONSENT,
            type=types.DATE,
            read=_last_sent,
            prefetch=("communications", "mails__outgoing"),
            source=Computed(_last_sent_in_sql),
            sort="last_communication",
            sort_join=lambda clients: clients.annotate(last_communication=_last_sent_in_sql(local_today(bound_firm()))),
        ),
        CatalogueField(
            name="email_enabled",
            label=_("enabled for e-mail"),
            group=FieldGroup.CONSENT,
            type=types.BOOLEAN,
            read=_is_enabled,
            select=("mail_enablement",),
            source=Column("mail_enablement__enabled"),
            sort="mail_enablement__enabled",
        ),
    ]
)
