"""The fixed tables that forms look up as one types (STY-12)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from clients import communes
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires


@requires(Permission.VIEW_CLIENTS)
def commune_options(request: FirmRequest) -> HttpResponse:
    """What the list beside the input offers for what has been typed; without script the input stays a plain one."""
    typed = next((str(value) for name, value in request.GET.items() if name == "q" or name.endswith("-city")), "")
    return render(request, "clients/_commune_options.html", {"communes": communes.search(typed[:100])})
