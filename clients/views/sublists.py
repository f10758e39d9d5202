"""A client's years, filings, services and policies: one page each, all rows at once (O-47)."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _

from clients import edits
from clients.forms.sublists import RowForms, row_forms
from clients.models import Client
from clients.refusals import StaleError
from clients.services.sublists import set_sublist
from clients.sublists.kinds import SUBLISTS, Sublist
from clients.views.heads import address, client_head, undo_address, visible_client
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.toasts import notify

PAGE, PART = "clients/client_sublist.html", "clients/_client_sublist.html"


@requires(Permission.EDIT_CLIENTS)
def client_sublist(request: FirmRequest, pk: int, sublist: str) -> HttpResponse:
    """Rows are changed, added in the empty one, and taken away by emptying them; saving shows a new empty one."""
    client, of = visible_client(request, pk), SUBLISTS[sublist]
    forms = row_forms(of, client, request.POST or None)
    at = timezone.now()
    if request.method == "POST" and forms.is_valid() and _saved(request, client, of, forms, at):
        edit = edits.latest(client, by=request.membership, at=at)
        notify(request, _("Saved."), undo=undo_address(request, edit) if edit else "")
        again = request.POST.get("do") == "more"
        return HttpResponseRedirect(request.get_full_path() if again else address(request, PROFILE, client))
    refused = request.method == "POST"
    context = client_head(request, client, current=PROFILE) | {"forms": forms, "sublist": of}
    return page_or_partial(request, PAGE, PART, context, status=422 if refused else 200)


PROFILE = "clients:client_profile"


def _saved(request: FirmRequest, client: Client, sublist: Sublist, forms: RowForms, at: datetime) -> bool:
    version = request.POST.get("version", "")
    seen = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
    try:
        set_sublist(client, sublist, forms.values(), version=seen, by=request.membership, at=at)
    except StaleError as stale:
        forms.refuse(ValidationError({sublist.name: stale.messages}))
        return False
    except ValidationError as refusal:
        forms.refuse(refusal)
        return False
    return True
