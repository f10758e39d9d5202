"""Distribuzione documenti (SIS-41): what was generated, what became of it, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST

from communications import deliveries, queries, services
from communications.enums import UNSENT, CommunicationState
from communications.forms.sending import SelectionForm
from communications.models import Communication
from communications.relation_tabs import tabs_of
from communications.rendering import Rendered, TemplateRefusedError
from communications.tasks import ring_outbox
from tenants.answers import address, performed
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.keyset import InvalidCursorError, keyset_page
from web.navigation import return_address
from web.toasts import notify

LIST = "communications:communication_list"
DETAIL = "communications:communication_detail"
PAGE = 50


@requires(Permission.VIEW_CLIENTS)
def communication_list(request: FirmRequest) -> HttpResponse:
    """By state, latest first; ``?run=`` narrows to one generation, ``?client=`` to one client."""
    rows = _narrowed(request)
    state = request.GET.get("state", "")
    try:
        page = keyset_page(
            queries.with_staleness(queries.in_state(rows, state)),
            ordering="-pk",
            cursor=request.GET.get("cursor"),
            size=PAGE,
        )
    except InvalidCursorError as error:
        raise Http404 from error
    context = {
        "page": page,
        "state": state,
        "relation_tabs": tabs_of(request),
        "tabs": _tabs(request, rows, state),
        "run": request.GET.get("run", ""),
        "may_edit": request.membership.can(Permission.EDIT_CLIENTS),
        "settings": queries.mail_settings(),
    }
    return page_or_partial(
        request, "communications/communication_list.html", "communications/_communications.html", context
    )


@requires(Permission.EDIT_CLIENTS)
@require_POST
def communication_act(request: FirmRequest) -> HttpResponse:
    """Send, generate again, cancel or take back what is ticked, or all of a state."""
    form = SelectionForm(request.POST, member=request.membership)
    back = return_address(request, default=address(request, LIST))
    if not form.is_valid():
        return HttpResponseRedirect(back)
    told = ACTIONS[form.cleaned_data["do"]](request, form)
    notify(request, told)
    return HttpResponseRedirect(back)


@requires(Permission.VIEW_CLIENTS)
def communication_detail(request: FirmRequest, pk: int) -> HttpResponse:
    row = _row(request, pk)
    is_stale = row.state in UNSENT and row.is_stale  # type: ignore[attr-defined]
    made = None if row.subject else _made(row)
    context = {
        "row": row,
        "is_stale": is_stale,
        "subject": made.subject if made else row.subject or row.run.name,
        "text": made.text if made else row.text,
        "is_impossible": made is None and not row.subject,
        "may_edit": request.membership.can(Permission.EDIT_CLIENTS),
    }
    return render(request, "communications/communication_detail.html", context)


@requires(Permission.VIEW_CLIENTS)
def communication_page(request: FirmRequest, pk: int) -> HttpResponse:
    """The HTML part, as it left or would leave, in a sandbox of its own (security.md T10)."""
    row = _row(request, pk)
    kept = row.mail.html if row.mail else ""
    made = None if kept else _made(row)
    if not kept and made is None:
        raise Http404
    html = kept or (made.html if made else "")
    # The firm's own words, whatever language the reader has chosen for the product.
    answer = HttpResponse(html.replace("<html", '<html translate="no"', 1))
    answer.headers["Content-Security-Policy"] = (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
    )
    return answer


@requires(Permission.EDIT_CLIENTS)
@require_POST
def communication_settle(request: FirmRequest, pk: int) -> HttpResponse:
    """An uncertain one: it did arrive, or is to be sent again."""
    row, arrived = _row(request, pk), request.POST.get("arrived") == "yes"
    member = request.membership
    return performed(
        request,
        lambda: services.settle_communication(row, arrived=arrived, by=member, at=timezone.now()),
        told=_("It counts as arrived.") if arrived else _("It is sent again."),
        back=address(request, DETAIL, pk=pk),
    )


def _send(request: FirmRequest, form: SelectionForm) -> str:
    sent = services.send(form.communications(), by=request.membership, at=timezone.now())
    if sent.posted:
        ring_outbox()
    told = ngettext("%(n)s communication is being sent.", "%(n)s communications are being sent.", sent.posted)
    told %= {"n": sent.posted}
    if not sent.stale:
        return told
    stale = ngettext("%(n)s has to be generated again.", "%(n)s have to be generated again.", sent.stale)
    return f"{told} {stale % {'n': sent.stale}}"


def _regenerate(request: FirmRequest, form: SelectionForm) -> str:
    number = len(services.regenerate(form.communications(), by=request.membership, at=timezone.now()))
    told = ngettext("%(n)s communication generated again.", "%(n)s communications generated again.", number)
    return told % {"n": number}


def _cancel(request: FirmRequest, form: SelectionForm) -> str:
    number = len(services.cancel_communications(form.communications(), by=request.membership))
    return ngettext("%(n)s communication cancelled.", "%(n)s communications cancelled.", number) % {"n": number}


def _restore(request: FirmRequest, form: SelectionForm) -> str:
    number = len(services.restore(form.communications(), by=request.membership))
    return ngettext("%(n)s communication taken back.", "%(n)s communications taken back.", number) % {"n": number}


ACTIONS: Mapping[str, Callable[[FirmRequest, SelectionForm], str]] = {
    "send": _send,
    "regenerate": _regenerate,
    "cancel": _cancel,
    "restore": _restore,
}


def _tabs(request: FirmRequest, rows: QuerySet[Communication], current: str) -> list[dict[str, Any]]:
    """Each state that has any, with how many; what narrows the list stays."""
    counts = queries.counts_by_state(rows)
    kept = {name: request.GET[name] for name in ("run", "client") if name in request.GET}
    labels = {queries.STALE: _("To be generated again"), **dict(CommunicationState.choices)}
    order = [CommunicationState.GENERATED.value, queries.STALE, *CommunicationState.values[1:]]
    every = {
        "label": pgettext("communications", "All"),
        "url": _here(request, kept),
        "count": sum(counts.values()),
        "is_current": not current,
    }
    states = [
        {
            "label": labels[state],
            "url": _here(request, kept | {"state": state}),
            "count": counts[state],
            "is_current": state == current,
        }
        for state in order
        if counts[state] or state == current
    ]
    return [every, *states]


def _here(request: FirmRequest, given: dict[str, str]) -> str:
    return f"{request.path}?{urlencode(given)}" if given else request.path


def _narrowed(request: FirmRequest) -> QuerySet[Communication]:
    rows = queries.visible_communications(request.membership)
    for name in ("run", "client"):
        value = request.GET.get(name, "")
        if value.isascii() and value.isdigit() and len(value) < 19:
            rows = rows.filter(**{name: int(value)})
    return rows


def _made(row: Communication) -> Rendered | None:
    """None when its template names what there is no longer."""
    try:
        return deliveries.rendered(row, at=timezone.now())
    except TemplateRefusedError:
        return None


def _row(request: FirmRequest, pk: int) -> Communication:
    rows = queries.with_staleness(queries.visible_communications(request.membership))
    row: Communication | None = (
        rows.select_related("mail", "run__opportunity", "run__by__user", "client").filter(pk=pk).first()
    )
    if row is None:
        raise Http404
    return row
