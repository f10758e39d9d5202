"""The outbox for who configures: what waits, what was sent, what is stuck and why, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from communications import queries, retention, services
from communications.enums import MailState
from communications.models import OutgoingMail
from tenants.answers import address, performed
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.keyset import InvalidCursorError, keyset_page

PAGE = 50


@requires(Permission.CONFIGURE)
def mail_list(request: FirmRequest) -> HttpResponse:
    """Latest first; ``?state=`` shows one state alone."""
    state = request.GET.get("state", "")
    chosen = state if state in MailState.values else ""
    try:
        page = keyset_page(
            queries.outgoing_mails(state=chosen),
            ordering="-posted_at",
            cursor=request.GET.get("cursor"),
            size=PAGE,
        )
    except InvalidCursorError as error:
        raise Http404 from error
    counts = queries.mail_counts()
    tabs = [(each, counts.get(each.value, 0)) for each in MailState if counts.get(each.value) or each.value == chosen]
    context = {
        "page": page,
        "tabs": tabs,
        "chosen": chosen,
        "total": sum(counts.values()),
        "kept_days": settings.MAIL_KEPT.days,
    }
    return page_or_partial(request, "communications/mail_list.html", "communications/_mails.html", context)


@requires(Permission.CONFIGURE)
def mail_detail(request: FirmRequest, pk: int) -> HttpResponse:
    mail = get_object_or_404(OutgoingMail, pk=pk)
    context = {
        "mail": mail,
        "kept_until": retention.kept_until(mail),
        "label": retention.internal_kinds().get(mail.kind),
    }
    return render(request, "communications/mail_detail.html", context)


@requires(Permission.CONFIGURE)
@require_POST
def mail_send_again(request: FirmRequest, pk: int) -> HttpResponse:
    return _act(request, pk, services.send_again, _("The mail is in the outbox again."))


@requires(Permission.CONFIGURE)
@require_POST
def mail_settle(request: FirmRequest, pk: int) -> HttpResponse:
    """Somebody asked, and it did arrive."""
    return _act(request, pk, services.settle, _("The mail counts as arrived."))


@requires(Permission.CONFIGURE)
@require_POST
def mail_cancel(request: FirmRequest, pk: int) -> HttpResponse:
    """Taken out; the undo puts it back."""
    undo = address(request, "communications:mail_send_again", pk=pk)
    return _act(request, pk, services.cancel, _("The mail will not be sent."), undo=undo)


def _act(
    request: FirmRequest, pk: int, service: Callable[..., OutgoingMail], told: Promise, *, undo: str = ""
) -> HttpResponse:
    mail = get_object_or_404(OutgoingMail, pk=pk)
    back = address(request, "communications:mail_detail", pk=pk)
    return performed(
        request, lambda: service(mail, by=request.membership, at=timezone.now()), told=told, undo=undo, back=back
    )
