"""What an import can fill: the client's own columns, and what higher apps contribute.

The catalogue says which fields are importable and by which setter; a target knows how a cell is read and into which
columns of the staging table it goes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any

from django.db import models
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients import normalising, places
from clients.defaults import CODED
from clients.enums import ListName
from clients.fields import CoordinateField, FoldedField, MoneyField
from clients.filters.folding import fold
from clients.imports import cells
from clients.imports.cells import Notation, Read, Value
from clients.models import Address, Client, ListEntry, Profile, Status
from tenants.binding import bound_firm, is_firm_bound, local_today
from tenants.models import Membership
from tenants.queries import active_members

OF_CLIENT = (
    "kind", "last_name", "first_name", "company_name", "tax_code", "vat_number", "advisor", "contact", "specialist",
    "status", "category", "aum", "external_source", "external_id",
)  # fmt: skip
OF_PROFILE = (
    "birth_date", "birth_place", "sex", "iban", "pec", "profession", "marital_status", "education", "contact_role",
    "household_role", "rating", "link_type", "aum_valued_on", "liquidity", "outside_wealth", "risk_profile",
    "mifid_class", "questionnaire_on", "questionnaire_expires_on", "time_horizon", "objectives", "document_type",
    "document_number", "document_expires_on", "due_diligence_on", "due_diligence_next_on", "is_pep", "pac_amount",
    "pac_frequency", "pac_ends_on", "privacy_consent", "privacy_consent_on", "marketing_consent",
    "marketing_consent_on", "notes",
)  # fmt: skip
# What the model's field does not tell apart.
NAMES: dict[str, str | Promise] = {
    "name": _("Whole name"),
    "email": _("E-mail"),
    "email_2": _("E-mail 2"),
    "email_3": _("E-mail 3"),
    "mobile": _("Mobile telephone"),
    "phone": _("Telephone"),
    "phone_2": _("Telephone 2"),
    "company": _("Linked company"),
    "parent_company": _("Parent company"),
    "household": _("household"),
    "household_external_id": _("Key of the household"),
}
CODE = re.compile(r"\d{11}|[A-Z]{2}(?=[0-9A-Z]*\d{6})[0-9A-Z]{7,14}")
OF_ADDRESS = ("street", "postal_code", "city", "province", "country", "latitude", "longitude")
LABELS_APART = "\n"


class Place(StrEnum):
    """Where a target's value is kept."""

    CLIENT = "client"
    PROFILE = "profile"
    ADDRESS = "address"
    EMAIL = "email"
    PHONE = "phone"
    LABELS = "labels"
    COMPANY = "company"
    HOUSEHOLD = "household"
    CUSTOM = "custom"
    CONTRIBUTED = "contributed"


@dataclass(frozen=True)
class Column:
    """A column of the staging table."""

    name: str
    sql: str


@dataclass(frozen=True)
class Target:
    """One thing that a column of a file can fill."""

    name: str
    label: str | Promise
    place: Place
    columns: tuple[Column, ...]
    # Builds the reader of a column: a cell's text becomes the values of ``columns``.
    reader: Callable[[Notation], Callable[[str], tuple[Value, ...]]]
    # For a contributed target: writes what the staging table holds, after the clients are there.
    write: Callable[[Any], None] | None = None
    # For a contributed target: raises FileRefused when the firm lacks what it needs.
    check: Callable[[], None] | None = None
    # Other targets without which it says nothing: recognised by name it is left out where they are missing.
    needed: tuple[str, ...] = ()


_contributed: dict[str, Target] = {}
_providers: list[Callable[[], Iterable[Target]]] = []


def contribute(target: Target) -> None:
    """Let a higher app add a target, in its ``AppConfig.ready()``."""
    _contributed[target.name] = target


def contribute_many(provider: Callable[[], Iterable[Target]]) -> None:
    """Add targets that differ from firm to firm: asked for with the firm bound."""
    _providers.append(provider)


def fixed_targets() -> Mapping[str, Target]:
    """Those that every firm has."""
    return MappingProxyType({**_OWN, **_contributed})


def targets() -> Mapping[str, Target]:
    """Every target of the bound firm by name, its user fields included."""
    return MappingProxyType({**fixed_targets(), **targets_of_the_firm()})


def targets_of_the_firm() -> dict[str, Target]:
    """Those that differ from firm to firm."""
    if not is_firm_bound():
        return {}
    return {target.name: target for provider in _providers for target in provider()}


def _own() -> Iterable[Target]:
    for name in OF_CLIENT:
        yield _field_target(Client, name, Place.CLIENT)
    yield Target("name", NAMES["name"], Place.CLIENT, _texts("last_name"), _folded(cells.text(100)))
    for name in OF_PROFILE:
        yield _field_target(Profile, name, Place.PROFILE)
    for name in OF_ADDRESS:
        yield _field_target(Address, name, Place.ADDRESS)
    for name in ("email", "email_2", "email_3"):
        yield Target(name, NAMES[name], Place.EMAIL, _texts(name), _folded(cells.email(254)))
    for name in ("mobile", "phone", "phone_2"):
        yield Target(name, NAMES[name], Place.PHONE, (Column(name, "text"),), _single(cells.phone()))
    for name in ("company", "parent_company"):
        columns = (*_texts(name), Column(f"{name}_code", "text"))
        yield Target(name, NAMES[name], Place.COMPANY, columns, lambda notation: _company)
    for name, longest in (("household", 150), ("household_external_id", 100)):
        yield Target(name, NAMES[name], Place.HOUSEHOLD, _texts(name), _folded(cells.text(longest)))
    yield Target("labels", _("labels"), Place.LABELS, _texts("labels"), lambda notation: _labels)


def _texts(name: str) -> tuple[Column, ...]:
    return (Column(name, "text"), Column(f"{name}_key", "text"))


def _field_target(model: type[models.Model], name: str, place: Place) -> Target:
    field: Any = model._meta.get_field(name)
    if _is_folded(model, name):
        return Target(name, field.verbose_name, place, _texts(name), lambda notation: _with_key(_read(field, notation)))
    column = Column(field.column, _sql(field))
    return Target(name, field.verbose_name, place, (column,), lambda notation: _one(_read(field, notation)))


def _is_folded(model: type[models.Model], name: str) -> bool:
    return any(isinstance(field, FoldedField) and field.of == name for field in model._meta.concrete_fields)


def _sql(field: models.Field[Any, Any]) -> str:
    kinds = (
        (models.ForeignKey, "bigint"),
        (MoneyField, "bigint"),
        (CoordinateField, "integer"),
        (models.DateField, "date"),
        (models.BooleanField, "boolean"),
    )
    return next((sql for kind, sql in kinds if isinstance(field, kind)), "text")


def _read(field: Any, notation: Notation) -> Read:
    """The reader that fits a model's field."""
    if field.name in _PARTICULAR:
        return _PARTICULAR[field.name](notation)
    if field.name == "birth_date":
        return cells.past_day(notation, local_today(bound_firm()))
    if field.choices:
        codes = codes_of(field.choices) | ALSO_WRITTEN.get(field.name, {})
        return cells.choice(codes, [str(label) for _code, label in field.choices])
    if isinstance(field, models.ForeignKey):
        return cells.entry(_names(field))
    if isinstance(field, MoneyField):
        return cells.amount(notation)
    if isinstance(field, CoordinateField):
        return cells.number(notation, places=6, largest=Decimal(180 if field.name == "longitude" else 90))
    if isinstance(field, models.DateField):
        return cells.day(notation)
    return cells.yes_or_no() if isinstance(field, models.BooleanField) else cells.text(field.max_length)


# As other programs write a choice.
ALSO_WRITTEN = {
    "sex": {
        "m": "male", "maschile": "male", "uomo": "male", "f": "female", "femminile": "female", "donna": "female",
    },
}  # fmt: skip
# As address books write them.
ALSO_CALLED = {
    "usa": "US", "u.s.a.": "US", "united states of america": "US", "stati uniti d'america": "US", "uk": "GB",
    "u.k.": "GB", "great britain": "GB", "gran bretagna": "GB", "england": "GB", "inghilterra": "GB",
    "deutschland": "DE", "espana": "ES", "ita": "IT",
}  # fmt: skip


@cache
def _provinces() -> dict[str, str]:
    return {fold(name): code for code, own in places.PROVINCES.items() for name in (own, code)}


@cache
def _countries() -> dict[str, str]:
    """Codes by code and by name in each language."""
    names: dict[str, str] = {}
    for language in ("it", "en"):
        with translation.override(language):
            names.update({fold(name): code for code, name in places.country_choices()})
    return names | {fold(code): code for code in places.COUNTRY_CODES} | ALSO_CALLED


_PARTICULAR: dict[str, Callable[[Notation], Read]] = {
    "tax_code": cells.tax_code,
    "vat_number": lambda notation: cells.vat_number(),
    "province": lambda notation: cells.named(_provinces(), "invalid_province"),
    "country": lambda notation: cells.named(_countries(), "unknown_country"),
    "pec": lambda notation: cells.email(254),
    "iban": lambda notation: cells.iban(),
}


def codes_of(choices: Iterable[tuple[str, str | Promise]]) -> dict[str, str]:
    """Codes by folded code and by folded label in each language."""
    codes: dict[str, str] = {}
    for language in ("it", "en"):
        with translation.override(language):
            codes.update({fold(str(label)): code for code, label in choices})
    return {**codes, **{fold(code): code for code, _label in choices}}


def _names(field: models.ForeignKey[Any, Any]) -> Iterable[tuple[str, int]]:
    """What a cell may say to name a row: members by name or e-mail, the rest by name."""
    if field.related_model is Membership:
        people = list(active_members())
        return [pair for member in people for pair in ((member.name, member.pk), (member.user.email, member.pk))]
    if field.related_model is Status:
        return list(Status.objects.filter(active=True).values_list("name", "pk"))
    return _names_of_entries(ListName(field.name))


def _names_of_entries(list_name: ListName) -> list[tuple[str, int]]:
    """As the firm calls them, and by code and in each language what the product supplied, where no name is the same."""
    entries = list(ListEntry.objects.filter(active=True, list_name=list_name).values_list("name", "code", "pk"))
    names = [(name, pk) for name, _code, pk in entries]
    taken = {fold(name) for name, _pk in names}
    coded = {code: pk for _name, code, pk in entries if code}
    also = [
        (written, coded[code])
        for code, words in CODED.get(list_name, {}).items()
        for written in (code, words.it, words.en)
        if code in coded and fold(written) not in taken
    ]
    return names + also


def _one(read: Read) -> Callable[[str], tuple[Value, ...]]:
    return lambda cell: (read(cell),)


def _single(read: Read) -> Callable[[Notation], Callable[[str], tuple[Value, ...]]]:
    return lambda notation: _one(read)


def _folded(read: Read) -> Callable[[Notation], Callable[[str], tuple[Value, ...]]]:
    return lambda notation: _with_key(read)


def _with_key(read: Read) -> Callable[[str], tuple[Value, ...]]:
    """A text and, beside it, its folded form."""

    def both(cell: str) -> tuple[Value, ...]:
        value = str(read(cell))
        return value, fold(value)

    return both


def _company(cell: str) -> tuple[Value, ...]:
    """As it stands there for the external id, as names are compared, and as a VAT number where it looks like one."""
    name = str(cells.text(200)(cell))
    number = normalising.vat_number(name)
    return name, fold(name), number if CODE.fullmatch(number) else None


def _labels(cell: str) -> tuple[Value, ...]:
    """Names of labels, comma separated, as two parallel lists: as written, and folded."""
    read = cells.text(60)
    named: dict[str, str] = {}
    for part in cell.replace(" ::: ", ",").split(","):
        name = " ".join(part.removeprefix("* ").split())
        if name:
            named.setdefault(fold(name), str(read(name)))
    return LABELS_APART.join(named.values()), LABELS_APART.join(named)


_OWN = {target.name: target for target in _own()}
