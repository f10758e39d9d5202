"""Entering, reading and changing a client's record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from clients import company_tree, doubts, edits, profiles, queries, services, tax_codes
from clients.enums import ClientKind
from clients.forms.records import RecordForms
from clients.models import Client
from clients.refusals import StaleError
from clients.sublists.cards import sublist_cards
from clients.views.heads import address_after, client_head, undo_address, visible_client
from clients.views.sheets import chosen_sheet, sheet_head
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import UNPROCESSABLE, page_or_partial
from web.navigation import return_address
from web.toasts import notify

CONFLICT = 409
# What the list of companies beside the field offers; any other can be typed.
MOST_COMPANIES = 300
MOST_DIGITS = 19


@dataclass(frozen=True)
class Answer:
    """What becomes of a form that was sent: saved, or shown again with a status."""

    saved: Client | None = None
    status: int = 200
    conflict: StaleError | None = None


@requires(Permission.VIEW_CLIENTS)
def client_profile(request: FirmRequest, pk: int) -> HttpResponse:
    client = visible_client(request, pk)
    sheet = chosen_sheet(request)
    cards = profiles.cards_of(client, today=local_today(request.firm), member=request.membership, sheet=sheet)
    lists = sublist_cards(client)
    own = {"cards": cards, "sublists": lists, "empty_sublists": [card for card in lists if not card.rows]}
    own |= {"links": list(company_tree.links_of(client)[:20])}
    own |= {"doubts": doubts.of_client(client), "said_by_the_code": _said(request, client)}
    context = client_head(request, client, current="clients:client_profile") | own | sheet_head(request)
    return page_or_partial(request, "clients/client_profile.html", "clients/client_profile.html", context)


def _inside(request: FirmRequest) -> dict[str, Client]:
    """The company in which the + was pressed: a contact of it, or a company below it (STY-03)."""
    for name in ("company", "parent_company"):
        given = request.GET.get(name, "")
        if given.isascii() and given.isdigit() and len(given) < MOST_DIGITS:
            companies = queries.visible_clients(request.membership).filter(kind=ClientKind.COMPANY)
            found = companies.filter(pk=int(given)).first()
            return {name: found} if found is not None else {}
    return {}


def _said(request: FirmRequest, client: Client) -> str:
    """What the tax code says of the person, in words."""
    said = tax_codes.encoded(client.tax_code)
    return doubts.in_words(said, today=local_today(request.firm)) if said else ""


@requires(Permission.EDIT_CLIENTS)
def client_create(request: FirmRequest) -> HttpResponse:
    forms = RecordForms.of(
        request.POST or None, member=request.membership, sheet=chosen_sheet(request), inside=_inside(request)
    )
    if forms.wants_another_row():
        return _form_page(request, forms.with_another_row(), Answer())
    answer = _judge(forms, lambda: services.create_client(forms.values(), by=request.membership, at=timezone.now()))
    if answer.saved:
        notify(request, _("%(name)s has been entered.") % {"name": answer.saved})
        return redirect(return_address(request, default=address_after(request, answer.saved)))
    return _form_page(request, forms, answer)


@requires(Permission.EDIT_CLIENTS)
def client_edit(request: FirmRequest, pk: int) -> HttpResponse:
    client = visible_client(request, pk)
    forms = RecordForms.of(request.POST or None, member=request.membership, client=client, sheet=chosen_sheet(request))
    if forms.wants_another_row():
        return _form_page(request, forms.with_another_row(), Answer())
    at = timezone.now()
    answer = _judge(forms, lambda: _update(request, client, forms, at))
    if answer.saved:
        _tell(request, answer.saved, at)
        return redirect(address_after(request, answer.saved))
    return _form_page(request, forms, answer)


def _update(request: FirmRequest, client: Client, forms: RecordForms, at: datetime) -> Client:
    version = forms.intent.cleaned_data["version"] or 0
    return services.update_client(client, forms.values(), version=version, by=request.membership, at=at)


def _tell(request: FirmRequest, client: Client, at: datetime) -> None:
    """What was saved, with the way back; nothing was, if the form was as the record."""
    edit = edits.latest(client, by=request.membership, at=at)
    notify(request, edits.sentence(edit) if edit else _("Saved."), undo=undo_address(request, edit) if edit else "")


def _judge(forms: RecordForms, save: Callable[[], Client]) -> Answer:
    """Save what can be saved; a duplicate is asked about once, somebody else's change is shown beside ours."""
    if not forms.main.is_bound:
        return Answer()
    if not forms.is_valid() or forms.has_new_duplicates():
        return Answer(status=UNPROCESSABLE)
    try:
        return Answer(saved=save())
    except StaleError as stale:
        return Answer(status=CONFLICT, conflict=stale)
    except ValidationError as refusal:
        forms.refuse(refusal)
        return Answer(status=UNPROCESSABLE)


def _form_page(request: FirmRequest, forms: RecordForms, answer: Answer) -> HttpResponse:
    client = answer.conflict.current if answer.conflict else forms.client
    visible = queries.visible_clients(request.membership)
    context: dict[str, Any] = {
        **sheet_head(request),
        "forms": forms,
        "client": client,
        "version": client.version if client else "",
        "companies": visible.filter(kind=ClientKind.COMPANY).order_by("name_key", "pk")[:MOST_COMPANIES],
        "households": queries.visible_households(request.membership)[:MOST_COMPANIES],
        "conflict": answer.conflict,
        "differences": profiles.differences(answer.conflict.current, forms.values()) if answer.conflict else [],
        "known_duplicates": _known(visible, forms.duplicates),
    }
    return page_or_partial(
        request, "clients/client_form.html", "clients/_client_form.html", context, status=answer.status
    )


def _known(visible: QuerySet[Client], duplicates: list[Client] | None) -> list[tuple[Client, bool]]:
    """Each possible duplicate, and whether this member may see who it is."""
    if not duplicates:
        return []
    seen = set(visible.filter(pk__in=[client.pk for client in duplicates]).values_list("pk", flat=True))
    return [(client, client.pk in seen) for client in duplicates]
