"""The parts of a client's record as services take them. What is absent stays as it is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Final, Required, TypedDict

from django.db.models import Model

from clients.custom.values import Values
from clients.models import Address, Client, Email, Household, Label, ListEntry, Phone, Profile, Status
from tenants.models import Membership


class EmailValues(TypedDict, total=False):
    address: Required[str]
    for_communications: bool


class PhoneValues(TypedDict, total=False):
    number: Required[str]
    kind: str


class AddressValues(TypedDict, total=False):
    street: str
    postal_code: str
    city: str
    province: str
    country: str
    latitude: Decimal | None
    longitude: Decimal | None


class ClientValues(TypedDict, total=False):
    kind: str
    last_name: str
    first_name: str
    company_name: str
    tax_code: str
    vat_number: str
    advisor: Membership | None
    contact: Membership | None
    specialist: Membership | None
    status: Status | None
    category: ListEntry | None
    main_portfolio: Model
    aum: Decimal | None
    external_source: str
    external_id: str
    birth_date: date | None
    birth_place: str
    sex: str
    tax_code_kept: bool | None
    iban: str
    pec: str
    profession: str
    marital_status: str
    education: str
    company: Client | None
    contact_role: ListEntry | None
    parent_company: Client | None
    household: Household | None
    household_role: ListEntry | None
    rating: ListEntry | None
    link_type: ListEntry | None
    aum_valued_on: date | None
    liquidity: Decimal | None
    outside_wealth: Decimal | None
    risk_profile: ListEntry | None
    mifid_class: str
    questionnaire_on: date | None
    questionnaire_expires_on: date | None
    time_horizon: str
    objectives: str
    document_type: str
    document_number: str
    document_expires_on: date | None
    due_diligence_on: date | None
    due_diligence_next_on: date | None
    is_pep: bool | None
    pac_amount: Decimal | None
    pac_frequency: str
    pac_ends_on: date | None
    privacy_consent: bool | None
    privacy_consent_on: date | None
    marketing_consent: bool | None
    marketing_consent_on: date | None
    notes: str
    emails: Sequence[EmailValues]
    phones: Sequence[PhoneValues]
    addresses: Sequence[AddressValues]
    labels: Collection[Label]
    # User fields by their keys.
    custom: Values


def _own(model: type[Client] | type[Profile]) -> tuple[str, ...]:
    names = {field.name for field in model._meta.concrete_fields}
    return tuple(name for name in ClientValues.__annotations__ if name in names)


OF_CLIENT: Final = _own(Client)
OF_PROFILE: Final = _own(Profile)


def email_values(email: Email) -> EmailValues:
    return {"address": email.address, "for_communications": email.for_communications}


def phone_values(phone: Phone) -> PhoneValues:
    return {"number": phone.number, "kind": phone.kind}


def address_values(address: Address) -> AddressValues:
    values: AddressValues = {
        "street": address.street,
        "postal_code": address.postal_code,
        "city": address.city,
        "province": address.province,
        "country": address.country,
    }
    if address.latitude is not None and address.longitude is not None:
        values |= {"latitude": address.latitude, "longitude": address.longitude}
    return values
