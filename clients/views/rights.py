"""The rights of the person: consents, dossier, erasure, who looked."""

from __future__ import annotations

from typing import cast

from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients import dossier, dossier_files, queries, services
from clients.enums import AccessDoor, ErasureGround, RetentionClass
from clients.forms.rights import ConsentForm, ErasureForm
from clients.models import Client
from clients.views.heads import address, client_head, visible_client
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from tenants.second_step import recently_confirmed
from web.htmx import UNPROCESSABLE, page_or_partial
from web.toasts import notify


@requires(Permission.VIEW_CLIENTS)
def client_privacy(request: FirmRequest, pk: int) -> HttpResponse:
    client = visible_client(request, pk)
    form = ConsentForm(initial={"on": local_today(request.firm)})
    return _privacy_page(request, client, form)


@requires(Permission.EDIT_CLIENTS)
@require_POST
def consent_record(request: FirmRequest, pk: int) -> HttpResponse:
    client = visible_client(request, pk)
    form = ConsentForm(request.POST)
    if form.is_valid():
        try:
            services.record_consent(client, form.said(), by=request.membership, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            notify(request, _("The consent has been recorded."))
            return redirect(address(request, "clients:client_privacy", client))
    return _privacy_page(request, client, form)


def _privacy_page(request: FirmRequest, client: Client, form: ConsentForm) -> HttpResponse:
    may_protect = request.membership.can(Permission.PROTECT_PERSONS)
    context = client_head(request, client, current="clients:client_privacy") | {
        "form": form,
        "consents": queries.consents_of(client),
        "merges": queries.merges_of(client),
        "may_protect": may_protect,
        "looks": queries.looks_at(client)[:10] if may_protect else [],
        "formats": dossier_files.FORMATS,
    }
    status = UNPROCESSABLE if form.errors else 200
    return page_or_partial(
        request, "clients/client_privacy.html", "clients/client_privacy.html", context, status=status
    )


@requires(Permission.PROTECT_PERSONS)
@recently_confirmed
def client_dossier(request: FirmRequest, pk: int, kind: str) -> HttpResponse:
    """Everything about the person as a file; that it was made is recorded."""
    client = visible_client(request, pk)
    at = timezone.now()
    services.note_look(
        [client.pk], by=request.membership, door=AccessDoor.DOSSIER, address=_from(request), at=at, is_reading=True
    )
    made = dossier_files.write(dossier.build(client, at=at), kind)
    answer = FileResponse(made.content, as_attachment=True, filename=made.name, content_type=made.content_type)
    return cast("HttpResponse", answer)


@requires(Permission.PROTECT_PERSONS)
@recently_confirmed
def client_erase(request: FirmRequest, pk: int) -> HttpResponse:
    """Asks, and has the name typed: there is no way back."""
    client = visible_client(request, pk)
    form = ErasureForm(request.POST or None, wanted=client.name)
    if request.method == "POST" and form.is_valid():
        ground = ErasureGround(form.cleaned_data["ground"])
        services.erase_client(client, ground=ground, by=request.membership, at=timezone.now())
        notify(request, _("The person has been erased."))
        return redirect(reverse("clients:erasure_list", kwargs={"firm_slug": request.firm.slug}))
    locked = services.what_is_locked(client, today=local_today(request.firm))
    context = {
        "client": client,
        "form": form,
        "locked": [(RetentionClass(kept).label, count) for kept, count in locked.items()],
        "cancel_url": address(request, "clients:client_privacy", client),
    }
    return render(request, "clients/client_erase.html", context, status=UNPROCESSABLE if form.errors else 200)


@requires(Permission.PROTECT_PERSONS)
def erasure_list(request: FirmRequest) -> HttpResponse:
    """The register of erasures: when, by whom, why, and how long what had to be kept stays locked."""
    context = {"erasures": queries.erasures()[:200]}
    return render(request, "clients/erasure_list.html", context)


def _from(request: FirmRequest) -> str | None:
    return request.META.get("REMOTE_ADDR") or None
