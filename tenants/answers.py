"""What pages answer after an action: a word and the way back, or the form with what was refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import BaseForm
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise

from tenants.models import Removal
from tenants.requests import FirmRequest
from web.navigation import return_address
from web.toasts import notify, notify_error


def address(request: FirmRequest, view: str, **parameters: Any) -> str:
    """The address of a view in the request's firm."""
    return reverse(view, kwargs={"firm_slug": request.firm.slug, **parameters})


def restoring(request: FirmRequest, removal: Removal) -> str:
    """Where a deletion is taken back."""
    return address(request, "tenants:removal_restore", pk=removal.pk)


def performed(
    request: FirmRequest, work: Callable[[], object], *, told: str | Promise, undo: str = "", back: str
) -> HttpResponse:
    """Do it and say so, or say why not; then back to the page of the button. A deletion says how it is undone."""
    try:
        done = work()
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
    else:
        way_back = restoring(request, done) if isinstance(done, Removal) else ""
        notify(request, told, undo=undo or way_back)
    return HttpResponseRedirect(return_address(request, default=back))


def is_saved(form: BaseForm, save: Callable[[], object], *, names: Mapping[str, str] | None = None) -> bool:
    """Whether the service took it; what it refused stands beside its field, or over the whole form.

    ``names`` maps what the service calls a value to the form's field.
    """
    try:
        save()
    except ValidationError as refusal:
        errors = refusal.error_dict if hasattr(refusal, "error_dict") else {NON_FIELD_ERRORS: refusal.error_list}
        for name, problems in errors.items():
            field = (names or {}).get(name, name)
            form.add_error(field if field in form.fields else None, problems)
    return not form.errors
