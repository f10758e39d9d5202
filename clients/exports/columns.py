"""The columns of an export: facts of the catalogue, and several e-mails, telephones and addresses side by side.

Their heads are those that an import recognises, so that a file which was exported can be imported again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.text import capfirst

from clients import catalogue
from clients.catalogue import CatalogueField
from clients.enums import ExportScope, PhoneKind
from clients.imports.targets import NAMES
from clients.models import Client, ExportJob

# Follows from its parts, which stand beside it.
DERIVED = frozenset({"name"})
EMAILS = ("email", "email_2", "email_3")

Read = Callable[[Client, date], Iterable[object]]


@dataclass(frozen=True)
class Column:
    name: str
    label: str
    read: Read
    field: CatalogueField | None = None


def columns_of(job: ExportJob) -> list[Column]:
    """What the file has, in order; a field that has gone from the catalogue is left out."""
    known = catalogue.fields()
    if job.scope == ExportScope.LIST:
        return [_column(known[name]) for name in job.columns if name in known]
    return [column for field in known.values() if _is_told(field) for column in _columns(field)]


def fields_of(columns: Sequence[Column]) -> list[CatalogueField]:
    """What must be loaded for them."""
    return [column.field for column in columns if column.field is not None]


def _is_told(field: CatalogueField) -> bool:
    return field.exportable and field.name not in DERIVED


def _columns(field: CatalogueField) -> list[Column]:
    if field.name == "email":
        return [_part(field, name, _nth_email(place)) for place, name in enumerate(EMAILS)]
    if field.name == "phone":
        mobile, landline = PhoneKind.MOBILE.value, PhoneKind.LANDLINE.value
        return [
            _part(field, "mobile", _nth_phone({mobile}, 0)),
            _part(field, "phone", _nth_phone({landline}, 0)),
            _part(field, "phone_2", _other_phones),
        ]
    return [_column(field)]


def _column(field: CatalogueField) -> Column:
    return Column(field.name, capfirst(str(field.label)), field.shown, field)


def _part(field: CatalogueField, name: str, read: Read) -> Column:
    return Column(name, str(NAMES[name]), read, field)


def _nth_email(place: int) -> Read:
    return lambda client, today: [email.address for email in client.emails.all()][place : place + 1]


def _nth_phone(kinds: set[str], place: int) -> Read:
    return lambda client, today: _of_kinds(client, kinds)[place : place + 1]


def _of_kinds(client: Client, kinds: set[str]) -> list[str]:
    return [phone.number for phone in client.phones.all() if phone.kind in kinds]


def _other_phones(client: Client, today: date) -> list[str]:
    """The first number that neither of the columns before has."""
    first: dict[Any, str] = {}
    others = []
    for phone in client.phones.all():
        if phone.kind in (PhoneKind.MOBILE, PhoneKind.LANDLINE) and phone.kind not in first:
            first[phone.kind] = phone.number
        else:
            others.append(phone.number)
    return others[:1]
