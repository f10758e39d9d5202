"""Two entries of one client: the likely ones, the choice fact by fact, and the way back."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients import duplicates, merging, profiles, queries, services
from clients.forms.merging import OtherForm, SidesForm
from clients.models import Client, ClientMerge
from clients.views.heads import address, visible_client
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import UNPROCESSABLE
from web.navigation import return_address
from web.toasts import notify

FOUND = 20


@requires(Permission.MERGE_CLIENTS)
def duplicate_list(request: FirmRequest) -> HttpResponse:
    """Who may have been entered twice, the surest first."""
    pairs = duplicates.find_pairs(request.membership)
    context = {"pairs": pairs, "most": duplicates.AT_MOST}
    return render(request, "clients/duplicate_list.html", context)


@requires(Permission.MERGE_CLIENTS)
@require_POST
def duplicate_dismiss(request: FirmRequest, pk: int) -> HttpResponse:
    """They are two; the toast takes it back."""
    client, other = visible_client(request, pk), _other(request)
    services.keep_apart(client, other, by=request.membership, at=timezone.now())
    undo = f"{address(request, 'clients:duplicate_restore', client)}?with={other.pk}"
    notify(request, _("%(one)s and %(other)s stay two.") % {"one": client, "other": other}, undo=undo)
    return redirect(return_address(request, default=_list(request)))


@requires(Permission.MERGE_CLIENTS)
@require_POST
def duplicate_restore(request: FirmRequest, pk: int) -> HttpResponse:
    services.forget_apart(visible_client(request, pk), _other(request), by=request.membership)
    notify(request, _("The pair may be named again."))
    return redirect(return_address(request, default=_list(request)))


@requires(Permission.MERGE_CLIENTS)
def client_merge(request: FirmRequest, pk: int) -> HttpResponse:
    """Choose the other entry, then fact by fact whose value stays."""
    survivor = visible_client(request, pk)
    if not request.GET.get("with"):
        return _choose(request, survivor)
    other = _other(request)
    form = SidesForm(request.POST or None, choices=merging.choices(survivor, other))
    if request.method == "POST" and form.is_valid():
        try:
            merge = services.merge_clients(survivor, other, form.sides(), by=request.membership, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, list(refusal.messages))
        else:
            undo = address(request, "clients:merge_undo", survivor, merge_pk=merge.pk)
            notify(request, _("%(name)s is one entry now.") % {"name": survivor}, undo=undo)
            return redirect(address(request, "clients:client_detail", survivor))
    return _side_by_side(request, survivor, other, form)


def _side_by_side(request: FirmRequest, survivor: Client, other: Client, form: SidesForm) -> HttpResponse:
    context = {
        "client": survivor,
        "other": other,
        "form": form,
        "rows": form.rows(profiles.in_words),
        "going": merging.preview(survivor, other),
        "swapped": f"{address(request, 'clients:client_merge', other)}?with={survivor.pk}",
    }
    return render(request, "clients/client_merge.html", context, status=UNPROCESSABLE if form.errors else 200)


@requires(Permission.MERGE_CLIENTS)
@require_POST
def merge_undo(request: FirmRequest, pk: int, merge_pk: int) -> HttpResponse:
    survivor = visible_client(request, pk)
    merge = ClientMerge.objects.filter(pk=merge_pk, survivor=survivor).first()
    if merge is None:
        raise Http404
    try:
        kept = services.undo_merge(merge, by=request.membership, at=timezone.now())
    except ValidationError as refusal:
        notify(request, " ".join(refusal.messages))
    else:
        told = _("They are two entries again.")
        if kept:
            names = ", ".join(profiles.label_of(name) for name in kept)
            told = _("They are two entries again. Changed since, and left as they are: %(names)s.") % {"names": names}
        notify(request, told)
    return redirect(address(request, "clients:client_privacy", survivor))


def _choose(request: FirmRequest, client: Client) -> HttpResponse:
    """The likely entries first, any other by its name."""
    form = OtherForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    others = queries.visible_clients(request.membership).exclude(pk=client.pk).filter(kind=client.kind)
    found = queries.search_clients(others, text).order_by("name_key", "pk")[:FOUND] if text else []
    pairs = duplicates.find_pairs(request.membership, client=client)
    context = {"client": client, "form": form, "found": found, "text": text, "pairs": pairs}
    return render(request, "clients/client_merge_with.html", context)


def _other(request: FirmRequest) -> Client:
    """The second client of the pair, as far as the member sees him."""
    given = request.GET.get("with", "")
    found = queries.with_head(queries.visible_clients(request.membership))
    other = found.filter(pk=int(given)).first() if given.isascii() and given.isdigit() and len(given) < 19 else None
    if other is None:
        raise Http404
    return other


def _list(request: FirmRequest) -> str:
    return reverse("clients:duplicate_list", kwargs={"firm_slug": request.firm.slug})
