"""A client's years, filings, services or policies as rows of a form."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.forms import formset_factory
from django.forms.formsets import BaseFormSet
from django.utils.text import capfirst

from clients import queries
from clients.forms.custom import NumberInputField
from clients.forms.records import form_field
from clients.models import Client, ListEntry
from clients.sublists import rows
from clients.sublists.kinds import MOST_ROWS, YEARS, Sublist

QUANTITY = "quantity-"
EMPTY: tuple[object, ...] = (None, "", [])


class RowForm(forms.Form):
    """One row; a row in which nothing is said is no row."""

    def __init__(self, *args: Any, sublist: Sublist, kept: set[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sublist = sublist
        for name in sublist.fields:
            self.fields[name] = _field(sublist.model._meta.get_field(name), kept)
        if sublist is YEARS:
            for key, quantity in rows.quantities().items():
                places = 2 if quantity.is_money else 6
                self.fields[QUANTITY + key] = NumberInputField(places=places, label=quantity.label, required=False)

    def values(self) -> rows.Row:
        data = {name: value for name, value in self.cleaned_data.items() if not name.startswith(QUANTITY)}
        own = {
            name.removeprefix(QUANTITY): value
            for name, value in self.cleaned_data.items()
            if name.startswith(QUANTITY) and value is not None
        }
        return data | ({"quantities": own} if self.sublist is YEARS else {})

    @property
    def says_something(self) -> bool:
        """A state that stands there by itself says nothing."""
        return any(value not in EMPTY for name, value in self.cleaned_data.items() if name != "state")


def _field(field: Any, kept: set[int]) -> forms.Field:
    if isinstance(field, models.ForeignKey):
        list_name = cast("dict[str, str]", field.get_limit_choices_to())["list_name"]
        offered = queries.list_entries(list_name).filter(Q(active=True) | Q(pk__in=kept))
        return forms.ModelChoiceField(offered, label=capfirst(field.verbose_name), required=False, empty_label="–")
    if field.get_internal_type() == "PositiveSmallIntegerField":
        return forms.IntegerField(label=capfirst(field.verbose_name), required=False)
    if field.choices:
        return forms.ChoiceField(label=capfirst(field.verbose_name), choices=field.choices)
    found = cast("forms.Field", form_field(field))
    found.required = False
    return found


class RowForms(BaseFormSet[RowForm]):
    """All rows of one list; what must hold is said by the service."""

    def values(self) -> list[rows.Row]:
        self.sent = [form for form in self.forms if form.says_something]
        return [form.values() for form in self.sent]

    def refuse(self, refusal: ValidationError) -> None:
        """``policies[0].company``: beside the field of the row; what no row has goes above all."""
        for name, errors in refusal.error_dict.items():
            place, _dot, field = name.partition("[")[2].partition("].")
            if not place.isdecimal():
                self._non_form_errors.extend(errors)  # type: ignore[attr-defined]
                continue
            form = self.sent[int(place)]
            shown = QUANTITY + field.removeprefix("quantities.") if field.startswith("quantities.") else field
            form.add_error(shown if shown in form.fields else None, errors)


def row_forms(sublist: Sublist, client: Client, data: Any = None) -> RowForms:
    """The client's rows and one empty one, or what was sent."""
    held = rows.read(sublist, client)
    kept = {value.pk for row in held for value in row.values() if isinstance(value, ListEntry)}
    kind: Any = formset_factory(RowForm, formset=RowForms, extra=1, max_num=MOST_ROWS)
    initial = [
        {name: value for name, value in row.items() if name != "quantities"}
        | {QUANTITY + key: value for key, value in row.get("quantities", {}).items()}
        for row in held
    ]
    made: RowForms = kind(data, prefix=sublist.name, initial=initial, form_kwargs={"sublist": sublist, "kept": kept})
    return made
