"""Impostazioni → CRM → Parametri: the firm's scheme as a file, and the two that the product ships (O-32)."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from outcomes.forms.scheme import SchemeForm
from outcomes.queries.scheme import is_in_use, stored_scheme
from outcomes.scheme_file import to_json
from outcomes.scheme_wording import compared_rows
from outcomes.services.scheme import OnConflict, compare, load_predefined, load_scheme
from tenants.answers import address, is_saved, performed
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.toasts import notify

PREDEFINED = ("advisor", "inforyou")


@requires(Permission.CONFIGURE)
def scheme(request: FirmRequest) -> HttpResponse:
    return _page(request, SchemeForm())


@requires(Permission.CONFIGURE)
def scheme_export(request: FirmRequest) -> HttpResponse:
    """As JSON that a person can read, and that loads elsewhere."""
    text = json.dumps(to_json(stored_scheme()), ensure_ascii=False, indent=2)
    answer = HttpResponse(f"{text}\n", content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="scheme-{request.firm.slug}.json"'
    return answer


@requires(Permission.CONFIGURE)
@require_POST
def scheme_load(request: FirmRequest) -> HttpResponse:
    """First what it would do, then the same again with a yes."""
    form = SchemeForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    if "confirmed" in request.POST and is_saved(form, lambda: _load(request, form)):
        notify(request, _("The scheme is loaded."))
        return HttpResponseRedirect(address(request, "outcomes:relation_list"))
    shown = SchemeForm(initial={**form.cleaned_data, "document": form.cleaned_data["text"]})
    shown.initial["on_conflict"] = form.cleaned_data["on_conflict"] or OnConflict.KEEP
    return _page(request, shown, compared=compare(form.scheme), refused=form.errors, status=422 if form.errors else 200)


@requires(Permission.CONFIGURE)
@require_POST
def scheme_predefined(request: FirmRequest, name: str) -> HttpResponse:
    if name not in PREDEFINED:
        raise Http404
    return performed(
        request,
        lambda: load_predefined(name, by=request.membership),
        told=_("The scheme is loaded."),
        back=address(request, "outcomes:scheme"),
    )


def _load(request: FirmRequest, form: SchemeForm) -> None:
    data = form.cleaned_data
    load_scheme(form.scheme, by=request.membership, on_conflict=form.mode, exactly=data["exactly"])


def _page(
    request: FirmRequest, form: SchemeForm, *, compared: Any = None, refused: Any = None, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "refused": refused,
        "is_in_use": is_in_use(),
        "compared": compared_rows(compared) if compared else None,
        "has_conflicts": bool(compared and compared.conflicts),
    }
    return render(request, "outcomes/scheme.html", context, status=status)
