"""What viste and marketing lists have in common: a form beside a filter that may also say nothing (everybody)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from clients.builder import Bracket, apply_action, from_document, from_post
from clients.builder.checking import check
from clients.catalogue import fields
from clients.filters.parsing import parse, to_json
from clients.filters.refusals import FilterInvalid
from tenants.requests import FirmRequest


def builder_of(request: FirmRequest, document: object) -> Bracket:
    """What the form says, after the button that was pressed, or the stored filter of a page just opened."""
    if request.method == "POST":
        return apply_action(from_post(request.POST), request.POST.get("do", ""))
    return from_document(usable(document))


def usable(document: object) -> object:
    """The filter as the builder can show it; one that cannot be read begins anew."""
    try:
        return to_json(parse(document, fields())) if document else None
    except FilterInvalid:
        return None


def is_whole(builder: Bracket) -> bool:
    """Whether it can be saved; the faults stand at their rows. Rows that nobody has begun ask nothing."""
    return is_empty(builder) or check(builder, lambda document: parse(document, fields())) is not None


def is_empty(builder: Bracket) -> bool:
    return all(row.is_blank for row in builder.rows())


def document_of(builder: Bracket) -> dict[str, Any] | None:
    return None if is_empty(builder) else builder.document()


def tell(form: forms.Form, refusal: ValidationError) -> None:
    """The refusal of a service at the fields that it names."""
    for name, errors in getattr(refusal, "error_dict", {"": [refusal]}).items():
        form.add_error(name if name in form.fields else None, errors)
