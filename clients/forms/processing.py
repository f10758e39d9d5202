"""The register of processing activities."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.models import fields_for_model, model_to_dict
from django.utils.text import capfirst

from clients.models import Processing, ProcessingRegister

OF_REGISTER = ("controller", "representative", "officer", "processors", "measures")
OF_PROCESSING = ("name", "purpose", "basis", "subjects", "data", "recipients", "transfers", "periods")


class _TextsForm(forms.Form):
    def __init__(self, data: Any, row: Any, model: type[Any], names: tuple[str, ...]) -> None:
        super().__init__(data, initial=model_to_dict(row, fields=names) if row else None)
        self.fields |= fields_for_model(model, fields=names, formfield_callback=_field)


def _field(field: Any, **kwargs: Any) -> Any:
    lines = {} if field.name == "name" else {"widget": forms.Textarea(attrs={"rows": 3})}
    return field.formfield(label=capfirst(field.verbose_name), **kwargs, **lines)


class RegisterForm(_TextsForm):
    def __init__(self, data: Any, *, row: ProcessingRegister) -> None:
        super().__init__(data, row, ProcessingRegister, OF_REGISTER)


class ProcessingForm(_TextsForm):
    def __init__(self, data: Any, *, row: Processing | None = None) -> None:
        super().__init__(data, row, Processing, OF_PROCESSING)
