"""Events of management systems from a file (O-54): handed in, entered at once, each refused row named."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse

from clients.enums import ManagementKind
from clients.forms.management import ManagementFileForm
from clients.imports.management import import_management_events
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial

PAGE, PART = "clients/management_import.html", "clients/_management_import.html"
SHOWN = 200


@requires(Permission.IMPORT_CLIENTS)
def management_import(request: FirmRequest) -> HttpResponse:
    """What the file told, and what of it could not be used; the same file again changes nothing."""
    form = ManagementFileForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "kinds": [kind.label for kind in ManagementKind]}
    if request.method == "POST" and form.is_valid():
        try:
            report = import_management_events(form.cleaned_data["file"].file, by=request.membership)
        except ValidationError as refusal:
            form.add_error("file", refusal.messages)
        else:
            context |= {"report": report, "errors": report.errors[:SHOWN]}
    return page_or_partial(request, PAGE, PART, context)
