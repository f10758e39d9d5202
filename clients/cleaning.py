"""Brings a client's record into its one form and says everything that is wrong with it, field by field."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from clients import catalogue, normalising, queries, validators
from clients.custom.values import Values, checked
from clients.enums import ClientKind, PhoneKind
from clients.models import Address, Client, Email, Household, Label, ListEntry, Phone, Profile, Status
from clients.values import OF_CLIENT, AddressValues, ClientValues, EmailValues, PhoneValues
from tenants.models import Membership

Given = TypeVar("Given")
Row = TypeVar("Row")
Problems = dict[str, list[ValidationError]]


@dataclass
class Contacts:
    """The rows that the collections of ``values`` stand for, in order and not saved; None where one is not named."""

    emails: list[Email] | None
    phones: list[Phone] | None
    addresses: list[Address] | None
    custom: Values = dataclass_field(default_factory=dict)


def clean(
    client: Client, profile: Profile, values: ClientValues, *, today: date, own: Values | None = None
) -> Contacts:
    """Normalise both rows in place. Raises ValidationError with every problem under the name of its field.

    ``own`` are the user fields as the client has them, None for a new client, who must have those that are required.
    """
    _normalise(client, profile)
    problems: Problems = {}
    for check in (_check_names, _check_external_id):
        with _noting(problems):
            check(client)
    with _noting(problems, "tax_code"):
        _check_tax_code(client, profile)
    with _noting(problems):
        _check_birth(profile, today)
    for row in (client, profile):
        with _noting(problems):
            row.clean_fields(exclude={field.name for field in row._meta.fields if _is_left_out(field)})
    contacts = Contacts(
        emails=_each(problems, "emails", values.get("emails"), clean_email),
        phones=_each(problems, "phones", values.get("phones"), clean_phone),
        addresses=_each(problems, "addresses", values.get("addresses"), clean_address),
    )
    with _noting(problems):
        contacts.custom = checked(values.get("custom", {}), own or {}, complete=own is None)
    if problems:
        raise ValidationError(problems)
    return contacts


def check_references(client: Client, profile: Profile, values: ClientValues, *, held: Collection[Label]) -> None:
    """What is newly chosen must be on offer: active, of the right list, and for the linked company a company.

    ``held`` are the labels that the client carries already.
    """
    problems: Problems = {}
    for label in values.get("labels", ()):
        if label not in held:
            with _noting(problems, "labels"):
                check_offered(label)
    for name, value in values.items():
        row = client if name in OF_CLIENT else profile
        if getattr(row, name, None) != value:
            with _noting(problems, name):
                _check_reference(client, name, value)
    if problems:
        raise ValidationError(problems)


def _check_reference(client: Client, name: str, value: object) -> None:
    if isinstance(value, Membership) and not value.is_active:
        raise ValidationError(_("%(name)s is no longer active."), code="inactive", params={"name": value})
    if isinstance(value, Status | ListEntry):
        check_offered(value)
    if isinstance(value, ListEntry) and value.list_name != name:
        raise ValidationError(_("%(name)s belongs to another list."), code="wrong_list", params={"name": value})
    if isinstance(value, Household) and not Household.objects.filter(pk=value.pk, deleted_at__isnull=True).exists():
        raise ValidationError(_("%(name)s is no longer there."), code="gone", params={"name": value})
    if name == "main_portfolio":
        _check_portfolio(value)
    if name == "parent_company" and isinstance(value, Client):
        _check_parent(client, value)
    if isinstance(value, Client) and (value.kind != ClientKind.COMPANY or value.pk == client.pk):
        raise ValidationError(_("%(name)s is not a company to link."), code="not_a_company", params={"name": value})


def _check_parent(client: Client, parent: Client) -> None:
    """Only a company has a parent company, and none of those above it may be itself."""
    if client.kind != ClientKind.COMPANY:
        raise ValidationError(_("Only a company has a parent company."), code="not_a_company")
    above = {company.pk for company in [parent, *queries.companies_above(parent)]}
    if client.pk in above:
        refused = _("%(name)s stands below this company.")
        raise ValidationError(refused, code="circle", params={"name": parent})


def _check_portfolio(value: object) -> None:
    """One of those that the catalogue offers: portfolios, which owns them, says which (GAT-05)."""
    if value is None:
        raise ValidationError(_("Every client has a main portfolio."), code="required")
    entry = catalogue.fields()["main_portfolio"]
    if entry.choices and getattr(value, "pk", None) not in {code for code, _name in entry.choices()}:
        raise ValidationError(_("“%(name)s” cannot be a main portfolio."), code="not_offered", params={"name": value})


def check_offered(choice: Status | ListEntry | Label) -> None:
    """A deactivated choice stays readable where it stands, but is given to nobody any more (IFY-23, STY-14)."""
    if not choice.active:
        raise ValidationError(_("“%(name)s” is no longer in use."), code="inactive", params={"name": choice.name})


def clean_email(values: EmailValues) -> Email | None:
    if not values["address"].strip():
        return None
    address = validators.clean_email(values["address"])
    return Email(address=address, for_communications=values.get("for_communications", False))


def clean_phone(values: PhoneValues) -> Phone | None:
    if not values["number"].strip():
        return None
    number = validators.clean_phone(values["number"])
    return Phone(number=number, kind=PhoneKind(values.get("kind") or normalising.phone_kind(number)))


def clean_address(values: AddressValues) -> Address | None:
    address = Address(
        street=normalising.tidy(values.get("street", "")),
        postal_code=values.get("postal_code", "").strip().upper(),
        city=normalising.tidy(values.get("city", "")),
        province=values.get("province", "").strip().upper(),
        country=values.get("country", "").strip().upper() or "IT",
    )
    # Set apart: the stubs do not see that the field may be empty.
    place: Any = (values.get("latitude"), values.get("longitude"))
    address.latitude, address.longitude = place
    if not any((address.street, address.postal_code, address.city, address.province, address.latitude is not None)):
        return None
    validators.validate_coordinates(address.latitude, address.longitude)
    validators.validate_country(address.country)
    validators.validate_postal_code(address.postal_code, country=address.country)
    validators.validate_province(address.province, country=address.country)
    return address


def _normalise(client: Client, profile: Profile) -> None:
    client.last_name = normalising.tidy(client.last_name)
    client.first_name = normalising.tidy(client.first_name)
    client.company_name = normalising.tidy(client.company_name)
    client.tax_code = normalising.code(client.tax_code)
    client.vat_number = normalising.vat_number(client.vat_number)
    profile.iban = normalising.code(profile.iban)
    client.name = display_name(client)


def display_name(client: Client) -> str:
    """As lists show and sort it: ``Rossi Mario``, or the company's name."""
    if client.kind == ClientKind.COMPANY:
        return client.company_name
    return f"{client.last_name} {client.first_name}".strip()


def _check_names(client: Client) -> None:
    """A company needs its name, a person the last name; people known by one name only have no first name."""
    if client.kind == ClientKind.COMPANY and not client.company_name:
        raise ValidationError({"company_name": _required()})
    if client.kind == ClientKind.PERSON and not client.last_name:
        raise ValidationError({"last_name": _required()})


def _check_external_id(client: Client) -> None:
    """The integration's own key is unique in the firm (api.md)."""
    if not client.external_id:
        return
    same = Client.objects.filter(external_source=client.external_source, external_id=client.external_id)
    if same.exclude(pk=client.pk).exists():
        message = _("Another client has this external id.")
        raise ValidationError({"external_id": ValidationError(message, code="unique")})


def _check_birth(profile: Profile, today: date) -> None:
    if profile.birth_date and profile.birth_date > today:
        raise ValidationError({"birth_date": ValidationError(_("The birth date is in the future."), code="future")})


def _check_tax_code(client: Client, profile: Profile) -> None:
    """A wrong one is kept only where somebody says so; the mark goes when the code is right."""
    try:
        validators.validate_tax_code(client.tax_code)
        profile.tax_code_kept = None
    except ValidationError:
        if not profile.tax_code_kept:
            raise
        validators.validate_kept_tax_code(client.tax_code)


def _required() -> ValidationError:
    return ValidationError(_("This field is required."), code="required")


def _is_left_out(field: models.Field[Any, Any]) -> bool:
    """References are guarded by the database's composite keys; asking for each of them would be a query."""
    return isinstance(field, models.ForeignKey) or field.name in {"state", "version", "name_key", "tax_code"}


def _each(
    problems: Problems, name: str, given: Sequence[Given] | None, clean: Callable[[Given], Row | None]
) -> list[Row] | None:
    if given is None:
        return None
    rows = []
    for values in given:
        with _noting(problems, name):
            rows.append(clean(values))
    return [row for row in rows if row is not None]


@contextmanager
def _noting(problems: Problems, name: str = NON_FIELD_ERRORS) -> Iterator[None]:
    """Collect what is refused in the block, under its own field names or under ``name``."""
    try:
        yield
    except ValidationError as problem:
        if hasattr(problem, "error_dict"):
            for field, errors in problem.error_dict.items():
                problems.setdefault(field, []).extend(errors)
        else:
            problems.setdefault(name, []).extend(problem.error_list)
