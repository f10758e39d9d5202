"""The entries that clients itself brings into the catalogue: every column of domain.md 6.1.

Type and label come from the model, so that each is said once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, FilteredRelation, Func, Q, QuerySet, Value
from django.db.models.functions import TruncDate
from django.utils.translation import gettext_lazy as _

from clients.ages import Years, age
from clients.catalogue import CatalogueField, Choices, FieldGroup, register
from clients.defaults import CODED
from clients.enums import ListName
from clients.fields import MoneyField
from clients.filters import types
from clients.filters.compile import Column, Computed, LabelRows, Rows
from clients.household_fields import household_aum
from clients.models import Address, Client, ClientLabel, Email, Household, Label, ListEntry, Phone, Profile
from tenants.binding import bound_firm
from tenants.models import Membership

# Stored in capitals by the services: as good as folded, and served by their indexes.
CAPITALS = frozenset({"tax_code", "vat_number", "iban", "postal_code", "province", "country"})
# Of other systems.
KEYS = frozenset({"external_source", "external_id"})

OF_CLIENT = {
    FieldGroup.IDENTITY: ("kind", "name", "last_name", "first_name", "company_name", "tax_code", "vat_number"),
    FieldGroup.RELATIONSHIP: ("advisor", "contact", "specialist", "status", "category", "state"),
    FieldGroup.WEALTH: ("aum",),
    FieldGroup.RECORD: ("external_source", "external_id"),
}
OF_PROFILE = {
    FieldGroup.IDENTITY: (
        "birth_date",
        "birth_place",
        "sex",
        "tax_code_kept",
        "profession",
        "marital_status",
        "education",
    ),
    FieldGroup.CONTACTS: ("pec",),
    FieldGroup.RELATIONSHIP: (
        "company",
        "contact_role",
        "parent_company",
        "household",
        "household_role",
        "rating",
        "link_type",
    ),
    FieldGroup.WEALTH: (
        "aum_valued_on",
        "iban",
        "liquidity",
        "outside_wealth",
        "pac_amount",
        "pac_frequency",
        "pac_ends_on",
    ),
    FieldGroup.MIFID: (
        "risk_profile",
        "mifid_class",
        "questionnaire_on",
        "questionnaire_expires_on",
        "time_horizon",
        "objectives",
        "document_type",
        "document_number",
        "document_expires_on",
        "due_diligence_on",
        "due_diligence_next_on",
        "is_pep",
    ),
    FieldGroup.CONSENT: ("privacy_consent", "privacy_consent_on", "marketing_consent", "marketing_consent_on"),
    FieldGroup.RECORD: ("notes",),
}
OF_ADDRESS = ("street", "postal_code", "city", "province", "country")

NOT_SET_BY_IMPORT = frozenset({"name", "tax_code_kept", "state"})


def own_fields() -> Iterator[CatalogueField]:
    """Every field of clients, heading by heading."""
    for group in FieldGroup:
        for name in OF_CLIENT.get(group, ()):
            yield _column(Client, name, group, path="", owner=_itself)
        for name in OF_PROFILE.get(group, ()):
            yield _column(Profile, name, group, path="profile__", owner=_profile, select=("profile",))
        yield from _particular(group)


def _particular(group: FieldGroup) -> Iterable[CatalogueField]:
    """The entries that are not one column."""
    match group:
        case FieldGroup.IDENTITY:
            return (_age(),)
        case FieldGroup.CONTACTS:
            located = (_coordinate(name) for name in ("latitude", "longitude"))
            return (_email(), _phone(), *(_address(name) for name in OF_ADDRESS), *located)
        case FieldGroup.RELATIONSHIP:
            return (_labels(),)
        case FieldGroup.WEALTH:
            return (household_aum(),)
        case FieldGroup.RECORD:
            return (_created_on(),)
        case _:
            return ()


Owner = Callable[[Client], models.Model | None]


def _itself(client: Client) -> models.Model | None:
    return client


def _profile(client: Client) -> models.Model | None:
    return getattr(client, "profile", None)


def _main_address(client: Client) -> models.Model | None:
    return next((address for address in client.addresses.all() if address.position == 1), None)


def _column(
    model: type[models.Model], name: str, group: FieldGroup, *, path: str, owner: Owner, select: tuple[str, ...] = ()
) -> CatalogueField:
    field: Any = model._meta.get_field(name)
    kind = _type(field)
    column = _source(field, kind, path)
    return CatalogueField(
        name=name,
        label=field.verbose_name,
        group=group,
        type=kind,
        read=lambda client, today: (getattr(owner(client), field.attname, None),),
        show=_shown(field, owner),
        select=(*select, path + name) if kind is types.REFERENCE else select,
        source=column,
        choices=_choices(field, offered=True),
        names=_choices(field, offered=False),
        list_name=field.name if field.related_model is ListEntry else "",
        coded=partial(_coded, field.name) if field.name in CODED else None,
        sort=_sort(field, column),
        setter="" if name in NOT_SET_BY_IMPORT else f"{model._meta.model_name}.{name}",
    )


def _type(field: Any) -> types.FieldType:
    if field.choices:
        return types.CHOICE
    kinds = (
        (models.ForeignKey, types.REFERENCE),
        (MoneyField, types.MONEY),
        (models.DateField, types.DATE),
        (models.BooleanField, types.BOOLEAN),
    )
    text = types.CODE if field.name in KEYS else types.TEXT
    return next((kind for model_field, kind in kinds if isinstance(field, model_field)), text)


def _source(field: Any, kind: types.FieldType, path: str) -> Column:
    text = isinstance(field, models.CharField | models.TextField)
    if kind is types.TEXT and field.name not in CAPITALS:
        return Column(f"{path}{field.name}_key", blank=True)
    return Column(path + field.name, blank=text, stored=str.upper if kind is types.TEXT else None)


def _shown(field: Any, owner: Owner) -> Callable[[Client, date], Iterable[object]]:
    """A choice by its label, a reference as the row that it names."""
    if field.choices:
        return lambda client, today: (getattr(owner(client), f"get_{field.name}_display", str)(),)
    return lambda client, today: (getattr(owner(client), field.name, None),)


def _sort(field: Any, column: Column) -> str:
    """People by name, statuses and entries of lists in the firm's own order; notes and objectives by nothing."""
    if isinstance(field, models.TextField):
        return ""
    if not isinstance(field, models.ForeignKey):
        return column.path
    return (
        f"{column.path}__name" if field.related_model in (Membership, Client, Household) else f"{column.path}__position"
    )


def _choices(field: Any, *, offered: bool) -> Callable[[], Choices] | None:
    """A picker offers what is active; companies are looked up by typing."""
    if field.choices:
        return lambda: [(str(code), label) for code, label in field.flatchoices]
    if not isinstance(field, models.ForeignKey) or field.related_model in (Client, Household):
        return None
    model: Any = field.related_model
    asked: dict[str, Any] = {"is_active" if model is Membership else "active": True} if offered else {}
    if model is ListEntry:
        asked["list_name"] = ListName(field.name)
    return lambda: _named(model, asked)


def _coded(list_name: str) -> dict[str, int]:
    return dict(ListEntry.objects.filter(list_name=list_name).exclude(code="").values_list("code", "pk"))


def _named(model: Any, asked: dict[str, Any]) -> Choices:
    return [(row.pk, str(row)) for row in model.objects.filter(**asked).order_by(*model._meta.ordering or ["name"])]


def _email() -> CatalogueField:
    return CatalogueField(
        name="email",
        label=_("e-mail"),
        group=FieldGroup.CONTACTS,
        type=types.TEXT,
        read=lambda client, today: [email.address for email in client.emails.all()],
        prefetch=("emails",),
        source=Rows(Email.objects.all, Column("address_key", blank=True)),
        sort="main_email__address_key",
        sort_join=partial(_with_main, "emails", "main_email"),
        setter="email",
    )


def _phone() -> CatalogueField:
    return CatalogueField(
        name="phone",
        label=_("telephone"),
        group=FieldGroup.CONTACTS,
        type=types.TEXT,
        read=lambda client, today: [phone.number for phone in client.phones.all()],
        prefetch=("phones",),
        source=Rows(Phone.objects.all, Column("number", blank=True)),
        sort="main_phone__number",
        sort_join=partial(_with_main, "phones", "main_phone"),
        setter="phone",
    )


def _address(name: str) -> CatalogueField:
    """A part of the main address: the parts of one condition must hold for the same address."""
    field: Any = Address._meta.get_field(name)
    kind = _type(field)
    column = _source(field, kind, "")
    return CatalogueField(
        name=name,
        label=field.verbose_name,
        group=FieldGroup.CONTACTS,
        type=kind,
        read=lambda client, today: (getattr(_main_address(client), name, None),),
        prefetch=("addresses",),
        source=Rows(lambda: Address.objects.filter(position=1), column),
        sort=f"main_address__{column.path}",
        sort_join=partial(_with_main, "addresses", "main_address"),
        setter=f"address.{name}",
    )


def _with_main(rows: str, alias: str, clients: QuerySet[Client]) -> QuerySet[Client]:
    """The first of the client's e-mails, telephones or addresses beside him, to sort by."""
    first = FilteredRelation(rows, condition=Q(**{f"{rows}__position": 1}))
    joined: QuerySet[Client] = clients.annotate(**{alias: first})
    return joined


def _coordinate(name: str) -> CatalogueField:
    """Of the main address (O-52); "near this one" has a page of its own."""
    field: Any = Address._meta.get_field(name)
    return CatalogueField(
        name=name,
        label=field.verbose_name,
        group=FieldGroup.CONTACTS,
        type=types.NUMBER,
        read=lambda client, today: (getattr(_main_address(client), name, None),),
        prefetch=("addresses",),
        source=Rows(lambda: Address.objects.filter(position=1), Column(name)),
        setter=f"address.{name}",
    )


def _labels() -> CatalogueField:
    return CatalogueField(
        name="labels",
        label=_("labels"),
        group=FieldGroup.RELATIONSHIP,
        type=types.LABELS,
        read=lambda client, today: [
            types.Label(own.label_id, own.label.name_key) for own in client.client_labels.all()
        ],
        show=lambda client, today: [own.label for own in client.client_labels.all()],
        prefetch=("client_labels__label",),
        choices=lambda: _named(Label, {"active": True}),
        names=lambda: _named(Label, {}),
        source=LabelRows(
            by_id=Rows(ClientLabel.objects.all, Column("label_id")),
            by_name=Rows(ClientLabel.objects.all, Column("label__name_key")),
        ),
        setter="labels",
    )


def _age() -> CatalogueField:
    return CatalogueField(
        name="age",
        label=_("age"),
        group=FieldGroup.IDENTITY,
        type=types.INTEGER,
        read=lambda client, today: (age(getattr(_profile(client), "birth_date", None), today),),
        select=("profile",),
        source=Years("profile__birth_date"),
        sort="days_of_life",
        sort_join=_with_days_of_life,
        moves_with_time=True,
    )


def _with_days_of_life(clients: QuerySet[Client]) -> QuerySet[Client]:
    """Up to a day that is the same for all: who was born first is the oldest on any of them."""
    born = Func(
        Value(date(2000, 1, 1), output_field=models.DateField()),
        F("profile__birth_date"),
        template="(%(expressions)s)",
        arg_joiner=" - ",
        output_field=models.IntegerField(),
    )
    return clients.annotate(days_of_life=born)


def _created_on() -> CatalogueField:
    return CatalogueField(
        name="created_on",
        label=_("entered on"),
        group=FieldGroup.RECORD,
        type=types.DATE,
        read=lambda client, today: (client.created_at.astimezone(_zone()).date(),),
        source=Computed(lambda today: TruncDate("created_at", tzinfo=_zone())),
        sort="created_at",
    )


def _zone() -> ZoneInfo:
    return ZoneInfo(bound_firm().time_zone)


register(own_fields())
