"""How a service's refusal comes back to the form whose fields have other names."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.core.exceptions import ValidationError


def refuse(form: forms.Form, error: ValidationError, *, names: Mapping[str, str] | None = None) -> None:
    """Put each message beside its field; what concerns no field of the form concerns the whole of it."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        known = (names or {}).get(name, name)
        form.add_error(known if known in form.fields else None, errors)
