"""Form fields for the firm's own fields, and the form that defines one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.formats import get_format
from django.utils.translation import gettext_lazy as _

from clients import lists, queries
from clients.amounts import parse_amount
from clients.custom.definitions import Definition
from clients.custom.values import MOST_CHARACTERS, Value
from clients.enums import CustomType, FormPlace
from clients.models import CustomField, ListEntry
from web.formatting import number
from web.widgets import DayInput

NEW_LIST = "+"
MOST_ENTRIES = 200


class NumberInputField(forms.Field):
    """A number as people write it, shown in the reader's language; ``places`` is how many decimals it may have."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    default_error_messages = {"invalid": _("“%(value)s” is not a number: write it as 1,234.5.")}

    def __init__(self, *, places: int, **kwargs: Any) -> None:
        self.places = places
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values:
            return None
        try:
            return parse_amount(str(value), decimal=str(get_format("DECIMAL_SEPARATOR")), places=self.places)
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid", params={"value": value}) from None

    def prepare_value(self, value: Any) -> Any:
        return number(value) if isinstance(value, Decimal) else value


def custom_form_field(definition: Definition, held: Value) -> forms.Field:
    """The input for a field; entries that are no longer offered only where the client has them (STY-14)."""
    shared: dict[str, Any] = {
        "label": definition.label,
        "help_text": definition.help_text,
        "required": definition.required,
    }
    match definition.type:
        case CustomType.TEXT:
            return forms.CharField(max_length=MOST_CHARACTERS, **shared)
        case CustomType.NUMBER:
            return NumberInputField(places=6, **shared)
        case CustomType.MONEY:
            return NumberInputField(places=2, **shared)
        case CustomType.DATE:
            return forms.DateField(widget=DayInput, **shared)
        case CustomType.BOOLEAN:
            return forms.TypedChoiceField(
                choices=[("", "–"), ("true", _("yes")), ("false", _("no"))],
                coerce=lambda text: text == "true",
                empty_value=None,
                **shared,
            )
        case CustomType.CHOICE:
            return forms.ModelChoiceField(_offered(definition, [held]), empty_label="–", **shared)
        case _:
            several = held if isinstance(held, list) else []
            return forms.ModelMultipleChoiceField(
                _offered(definition, several), widget=forms.CheckboxSelectMultiple, **shared
            )


def _offered(definition: Definition, held: list[Any]) -> Any:
    kept = [entry.pk for entry in held if isinstance(entry, ListEntry)]
    return queries.list_entries(definition.list_name).filter(Q(active=True) | Q(pk__in=kept))


def initial_of(value: Value) -> Any:
    """The value as the input holds it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


class CustomFieldForm(forms.Form):
    """Label and type, and for a choice its list: one of the firm's, or a new one with these entries."""

    label = forms.CharField(label=_("Label"), max_length=80)
    type = forms.ChoiceField(label=_("Type"), choices=CustomType.choices)
    list_name = forms.ChoiceField(label=_("List of the choices"), required=False)
    entries = forms.CharField(
        label=_("Entries of the new list"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line. Only for a new list."),
    )
    help_text = forms.CharField(label=_("Explanation"), max_length=200, required=False)
    form = forms.ChoiceField(label=_("Form"), choices=FormPlace.choices, initial=FormPlace.BOTH)
    required = forms.BooleanField(label=_("Required"), required=False)
    in_mail = forms.BooleanField(label=_("Can be used in mails"), required=False, initial=True)
    active = forms.BooleanField(label=_("Active"), required=False)

    def __init__(self, data: Any, *, field: CustomField | None = None) -> None:
        names = ("label", "help_text", "form", "required", "in_mail", "active")
        super().__init__(data, initial={name: getattr(field, name) for name in names} if field else None)
        if field is not None:
            for name in ("type", "list_name", "entries"):
                del self.fields[name]
            return
        del self.fields["active"]
        offered = [(each.key, str(each.name)) for each in lists.all_lists()]
        self.fields["list_name"].choices = [  # type: ignore[attr-defined]
            ("", "–"),
            (NEW_LIST, _("A new list")),
            *offered,
        ]

    def clean_entries(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["entries"].splitlines() if line.strip()]
        if len(lines) > MOST_ENTRIES:
            message = _("At most %(most)s entries.")
            raise ValidationError(message, code="too_many", params={"most": MOST_ENTRIES})
        return list(dict.fromkeys(lines))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("list_name") == NEW_LIST and "entries" in data and not data["entries"]:
            self.add_error("entries", ValidationError(_("Write at least one entry."), code="required"))
        return data
