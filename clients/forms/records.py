"""The whole record of a client as one form: the fields of client and profile, and rows for what he has several of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, cast

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.db.models import Q, QuerySet
from django.forms import BaseForm, BoundField, fields_for_model
from django.forms.formsets import BaseFormSet
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from clients import (
    catalogue,
    main_portfolio,
    normalising,
    queries,
    sheets,
)
from clients.amount_entry import AmountField
from clients.custom.definitions import PREFIX, definitions
from clients.enums import ClientKind, ListName, Sheet
from clients.fields import MoneyField
from clients.forms.custom import custom_form_field, initial_of
from clients.forms.fields import CompanyField, HouseholdField
from clients.forms.rows import ROWS
from clients.models import Client, Household, Label, Profile
from clients.values import OF_CLIENT, OF_PROFILE, ClientValues
from tenants.enums import Role
from tenants.models import Membership
from web.widgets import DayInput

# The integration's own key is its own business.
NOT_IN_THE_FORM = {"external_source", "external_id", "tax_code_kept"}
GROUPS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (
        _("Relationship"),
        (
            "advisor",
            "contact",
            "specialist",
            "status",
            "category",
            "main_portfolio",
            "rating",
            "link_type",
            "company",
            "contact_role",
            "parent_company",
            "household",
            "household_role",
        ),
    ),
    (_("Person"), ("birth_date", "birth_place", "sex", "profession", "marital_status", "education")),
    (
        _("Wealth"),
        ("aum", "aum_valued_on", "iban", "liquidity", "outside_wealth", "pac_amount", "pac_frequency", "pac_ends_on"),
    ),
    (
        _("MiFID"),
        ("mifid_class", "risk_profile", "questionnaire_on", "questionnaire_expires_on", "time_horizon", "objectives"),
    ),
    (
        _("Documents"),
        (
            "document_type",
            "document_number",
            "document_expires_on",
            "due_diligence_on",
            "due_diligence_next_on",
            "is_pep",
        ),
    ),
    (_("Consent"), ("privacy_consent", "privacy_consent_on", "marketing_consent", "marketing_consent_on")),
    (_("Labels and notes"), ("labels", "notes")),
)
# HTML names of inputs have no dots.
CUSTOM = "custom-"
NOTHING = "–"


class EmptyChoiceField(forms.TypedChoiceField):
    """A choice whose empty option is a dash."""

    def __init__(self, *, choices: Any, **kwargs: Any) -> None:
        super().__init__(choices=[(value, NOTHING if value == "" else label) for value, label in choices], **kwargs)


def form_field(field: models.Field[Any, Any], **kwargs: Any) -> forms.Field | None:
    """The form field of a model's field, with our inputs for amounts, days and the linked company."""
    label = capfirst(field.verbose_name)
    if isinstance(field, MoneyField):
        return AmountField(label=label, required=False)
    if field.related_model is Client:
        return CompanyField(label=label, required=False)
    if field.related_model is Household:
        return HouseholdField(label=label, required=False)
    if field.name == "kind":
        return forms.ChoiceField(label=label, choices=ClientKind.choices, widget=forms.RadioSelect)
    if field.choices:
        kwargs["choices_form_class"] = EmptyChoiceField
    if isinstance(field, models.DateField):
        kwargs["widget"] = DayInput
    if isinstance(field, models.TextField):
        kwargs["widget"] = forms.Textarea(attrs={"rows": 3})
    return field.formfield(**kwargs)


class ClientForm(forms.Form):
    """Shape only; what must hold is said by the service (clients/cleaning.py)."""

    def __init__(
        self, *args: Any, member: Membership, client: Client | None, sheet: str = Sheet.COMPLETE, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.own = queries.record_of(client, ("custom",))["custom"] if client else {}
        for model, names in ((Client, OF_CLIENT), (Profile, OF_PROFILE)):
            wanted = [name for name in names if name not in NOT_IN_THE_FORM]
            self.fields |= fields_for_model(model, fields=wanted, formfield_callback=form_field)
        self.fields["labels"] = forms.ModelMultipleChoiceField(
            Label.objects.none(), label=_("Labels"), required=False, widget=forms.CheckboxSelectMultiple
        )
        companies = queries.visible_clients(member).filter(kind=ClientKind.COMPANY)
        for name in ("company", "parent_company"):
            cast("CompanyField", self.fields[name]).rows = companies
        cast("HouseholdField", self.fields["household"]).rows = queries.visible_households(member)
        self._offer(client)
        for key, definition in definitions().items():
            self.fields[CUSTOM + key] = custom_form_field(definition, self.own.get(key))
        # A field that is not shown is not in the form: nothing that is sent can change it (O-51).
        shown = set(sheets.shown([catalogue_name(name) for name in self.fields], member, sheet))
        self.fields = {name: field for name, field in self.fields.items() if catalogue_name(name) in shown}

    def _offer(self, client: Client | None) -> None:
        """What is active, and what the client has already (IFY-23, STY-14)."""
        held = queries.record_of(client, ("labels",))["labels"] if client else []
        self._choose("labels", queries.labels(), [label.pk for label in held])
        for name in ("advisor", "contact", "specialist"):
            self._choose_member(name, client)
        self._choose("status", queries.statuses(), [client.status_id] if client else [])
        self._choose_portfolio(client)
        for name in ("category", "contact_role", "household_role", "rating", "link_type", "risk_profile"):
            row: Client | Profile | None = client if client is None or name == "category" else client.profile
            self._choose(name, queries.list_entries(ListName(name)), [getattr(row, f"{name}_id", None)])

    def _choose_portfolio(self, client: Client | None) -> None:
        """Left out, the firm's default one is taken (GAT-05)."""
        offered = self._offered("main_portfolio")
        entry, held = catalogue.fields()["main_portfolio"], client.main_portfolio_id if client else None
        codes = [code for code, _name in entry.choices()] if entry.choices else []
        of_firm: Any = Client._meta.get_field("main_portfolio")
        rows: QuerySet[Any] = of_firm.related_model.objects.all()
        offered.queryset = rows.filter(pk__in=[*codes, held]).order_by("position", "id")
        offered.required, offered.empty_label = False, None
        offered.initial = held or main_portfolio.default()

    def _choose_member(self, name: str, client: Client | None) -> None:
        rows = Membership.objects.filter(Q(is_active=True) | Q(pk=getattr(client, f"{name}_id", None)))
        self._offered(name).queryset = rows.order_by("name", "id")
        self._offered(name).empty_label = NOTHING

    def _choose(self, name: str, rows: QuerySet[Any], held: Sequence[int | None]) -> None:
        self._offered(name).queryset = rows.filter(Q(active=True) | Q(pk__in=[pk for pk in held if pk]))
        if name != "labels":
            self._offered(name).empty_label = NOTHING

    def _offered(self, name: str) -> forms.ModelChoiceField[Any]:
        return cast("forms.ModelChoiceField[Any]", self.fields[name])

    def groups(self) -> Iterator[tuple[str | Promise, list[BoundField]]]:
        own = (_("User fields"), tuple(name for name in self.fields if name.startswith(CUSTOM)))
        for title, names in (*GROUPS, own):
            there = [self[name] for name in names if name in self.fields]
            if there:
                yield title, there

    def values(self) -> dict[str, Any]:
        """What was sent, with the user fields apart; what is not shown is absent."""
        data = self.cleaned_data
        values = {name: value for name, value in data.items() if not name.startswith(CUSTOM)}
        own = {name.removeprefix(CUSTOM): value for name, value in data.items() if name.startswith(CUSTOM)}
        if "labels" in values:
            values["labels"] = list(values["labels"])
        if values.get("main_portfolio", values) is None:
            del values["main_portfolio"]
        return values | {"custom": {key: _plain(value) for key, value in own.items()}}


def input_name(name: str) -> str:
    """The input of a field of the catalogue."""
    return CUSTOM + name.removeprefix(PREFIX) if name.startswith(PREFIX) else name


def catalogue_name(name: str) -> str:
    return PREFIX + name.removeprefix(CUSTOM) if name.startswith(CUSTOM) else name


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, QuerySet) else value


class IntentForm(forms.Form):
    """What the button that was pressed means, and which version of the record was on the screen."""

    more = forms.ChoiceField(choices=[(name, name) for name in ROWS], required=False)
    accept_duplicates = forms.BooleanField(required=False)
    keep_tax_code = forms.BooleanField(required=False)
    version = forms.IntegerField(required=False)


@dataclass
class RecordForms:
    """The parts of the form, sent and judged together."""

    member: Membership
    client: Client | None
    main: ClientForm
    rows: dict[str, BaseFormSet[Any]]
    intent: IntentForm
    sheet: str = Sheet.COMPLETE
    duplicates: list[Client] | None = None

    @classmethod
    def of(
        cls,
        data: Any,
        *,
        member: Membership,
        client: Client | None = None,
        sheet: str = Sheet.COMPLETE,
        inside: Mapping[str, Client] = MappingProxyType({}),
    ) -> RecordForms:
        """Bound to ``data``, else showing the client's record or an empty one, ``inside`` a company."""
        initial = _initial(member, client) | dict(inside)
        if "parent_company" in inside:
            initial["kind"] = ClientKind.COMPANY
        main = ClientForm(data, member=member, client=client, sheet=sheet, initial=initial)
        rows = {name: _rows(ROWS[name], data, name, initial.get(name)) for name in sheets.shown(ROWS, member, sheet)}
        return cls(member, client, main, rows, IntentForm(data), sheet)

    def wants_another_row(self) -> bool:
        return self.intent.is_valid() and bool(self.intent.cleaned_data["more"])

    def with_another_row(self) -> RecordForms:
        """The same as typed, unjudged, with one more empty row of the kind that was asked for."""
        wanted = self.intent.cleaned_data["more"]
        main = ClientForm(member=self.member, client=self.client, sheet=self.sheet, initial=_typed(self.main))
        rows = {
            name: _extended(ROWS[name], name, typed, more=name == wanted)
            for name, typed in ((name, [_typed(row) for row in rows.forms]) for name, rows in self.rows.items())
        }
        return RecordForms(self.member, self.client, main, rows, self.intent, self.sheet)

    def is_valid(self) -> bool:
        """Every part is asked, so that everything wrong is shown at once."""
        parts: list[BaseForm | BaseFormSet[Any]] = [self.main, self.intent, *self.rows.values()]
        return [part.is_valid() for part in parts].count(False) == 0

    def values(self) -> ClientValues:
        rows = {name: [row.cleaned_data for row in rows.forms if row.cleaned_data] for name, rows in self.rows.items()}
        # A new client gets what his form begins with, shown or not: who enters him must be able to see him.
        begun = {} if self.client else {"advisor": _initial(self.member, None)["advisor"]}
        values = self.main.values()
        if "tax_code" in values:
            values["tax_code_kept"] = self.intent.cleaned_data["keep_tax_code"] or None
        return cast("ClientValues", {**begun, **values, **rows})

    def asks_about_the_tax_code(self) -> bool:
        """Whether a wrong one may be kept: when it was refused, and where one is kept already."""
        if self.client is not None and self.client.profile.tax_code_kept:
            return True
        return self.main.is_bound and self.main.has_error("tax_code", code="tax_code")

    def keeps_the_tax_code(self) -> bool:
        """As typed, else as the client has it."""
        if self.intent.is_bound:
            return self.intent.is_valid() and bool(self.intent.cleaned_data["keep_tax_code"])
        return self.client is not None and bool(self.client.profile.tax_code_kept)

    def has_new_duplicates(self) -> bool:
        """Whether to ask first: others have the tax code, VAT number or an e-mail address given now (STY-17)."""
        values = self.values()
        emails = self.rows.get("emails")
        found = queries.possible_duplicates(
            tax_code=values["tax_code"] if "tax_code" in self.main.changed_data else "",
            vat_number=values["vat_number"] if "vat_number" in self.main.changed_data else "",
            emails=[row["address"] for row in values["emails"]] if emails is not None and emails.has_changed() else [],
            apart_from=self.client,
        )
        self.duplicates = list(found[:5])
        return bool(self.duplicates) and not self.intent.cleaned_data["accept_duplicates"]

    def refuse(self, refusal: ValidationError) -> None:
        """Put what the service refused beside its field."""
        problems = refusal.error_dict if hasattr(refusal, "error_dict") else {NON_FIELD_ERRORS: refusal.error_list}
        for name, errors in problems.items():
            shown = CUSTOM + name.removeprefix(PREFIX) if name.startswith(PREFIX) else name
            self.main.add_error(shown if shown in self.main.fields else None, errors)


def _initial(member: Membership, client: Client | None) -> dict[str, Any]:
    if client is not None:
        whole = queries.with_record(Client.objects.filter(pk=client.pk)).get()
        record = queries.record_of(whole, (*OF_CLIENT, *OF_PROFILE)) | queries.record_of(
            client, (*ROWS, "labels", "custom")
        )
        record |= {CUSTOM + key: initial_of(value) for key, value in record.pop("custom").items()}
        for phone in record["phones"]:
            phone["number"] = normalising.shown_phone(phone["number"])
        return record
    return {"kind": ClientKind.PERSON, "advisor": member if member.role == Role.ADVISOR else None}


def _rows(kind: type[BaseFormSet[Any]], data: Any, name: str, held: list[Any] | None) -> BaseFormSet[Any]:
    """The rows that there are; an empty one only where there is none."""
    rows = kind(data, prefix=name, initial=held)
    rows.extra = 0 if held else 1
    return rows


def _typed(form: BaseForm) -> dict[str, Any]:
    return {name: form[name].value() for name in form.fields}


def _extended(kind: type[BaseFormSet[Any]], name: str, typed: list[dict[str, Any]], *, more: bool) -> BaseFormSet[Any]:
    rows = kind(prefix=name, initial=typed)
    rows.extra = int(more)
    return rows
