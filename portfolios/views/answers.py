"""What the pages of this app share: their addresses, their tabs, what they answer after an action."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tenants.requests import FirmRequest
from web.navigation import return_address
from web.toasts import notify, notify_error


@dataclass(frozen=True, slots=True)
class Tab:
    """As web/_tabs.html wants it."""

    label: str
    url: str
    is_current: bool
    count: int | None = None


def address(request: FirmRequest, view: str, **parameters: Any) -> str:
    """The address of a view of this app in the request's firm."""
    return reverse(f"portfolios:{view}", kwargs={"firm_slug": request.firm.slug, **parameters})


def performed(
    request: FirmRequest, work: Callable[[], object], *, told: str | Promise, undo: str = "", back: str
) -> HttpResponse:
    """Do it and say so, or say why not; then back to the page of the button."""
    try:
        work()
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
    else:
        notify(request, told, undo=undo)
    return HttpResponseRedirect(return_address(request, default=back))


def is_saved(form: forms.Form, save: Callable[[], object]) -> bool:
    """Whether the service took it; what it refused stands beside its field, or over the whole form."""
    try:
        save()
    except ValidationError as refusal:
        if not hasattr(refusal, "error_dict"):
            form.add_error(None, refusal)
        else:
            for name, errors in refusal.error_dict.items():
                form.add_error(name if name in form.fields else None, errors)
    return not form.errors


def setting_tabs(request: FirmRequest, current: str) -> list[Tab]:
    """Impostazioni → Portafogli: typologies with their portfolios, subjects."""
    tabs = {"typology_list": _("Typologies"), "subject_list": _("Subjects")}
    return [Tab(label, address(request, view), view == current) for view, label in tabs.items()]
