"""Catalogue fields of whom the firm may write to: a list, a group or a filter asks for "non configurati" (O-43)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext_lazy as _

from clients import catalogue
from clients.catalogue import CatalogueField, FieldGroup
from clients.filters import types
from clients.filters.compile import Column
from clients.models import Client


def _is_enabled(client: Client, today: date) -> Iterable[object]:
    return (getattr(getattr(client, "mail_enablement", None), "enabled", None),)


catalogue.register(
    [
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
