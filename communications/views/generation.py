"""Genera comunicazione (SIS-37): choose text and clients, read the dry run, confirm, watch."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communications import audiences, queries
from communications.enums import LeftOut, RunState
from communications.forms.sending import GenerateForm
from communications.models import CommunicationRun
from communications.services import generation
from communications.tasks import ring_generation
from tenants.answers import address, is_saved, performed
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.keyset import InvalidCursorError, keyset_page
from web.toasts import notify, notify_error

RUN = "communications:run_detail"
PAGE = 50


@requires(Permission.EDIT_CLIENTS)
def generate(request: FirmRequest) -> HttpResponse:
    """``?audience=`` and ``?template=`` say what is known already; the answer is a dry run, which changes nobody."""
    given = request.POST.get("audience") or request.GET.get("audience", "")
    try:
        form = GenerateForm(request.POST or None, member=request.membership, given=given)
    except ValidationError as unknown:
        return _without_audience(request, given, unknown)
    form.fields["template"].initial = request.GET.get("template", "")
    made: list[CommunicationRun] = []
    is_valid = request.method == "POST" and form.is_valid()
    if is_valid and is_saved(form, lambda: made.append(_prepared(request, form))):
        return HttpResponseRedirect(address(request, RUN, pk=made[0].pk))
    context = {"form": form, "settings": queries.mail_settings(), "runs": _recent(request)}
    return page_or_partial(request, "communications/generate.html", "communications/_generate_form.html", context)


@requires(Permission.VIEW_CLIENTS)
def run_detail(request: FirmRequest, pk: int) -> HttpResponse:
    """The dry run before, progress while it is written, and afterwards who received it and who was left out."""
    run = _run(request, pk)
    if generation.is_lost(run, at=timezone.now()):
        ring_generation(run.pk)
    chosen = request.GET.get("reason", "")
    reason = chosen if chosen in LeftOut.values else ""
    clients = queries.audience_of(run, request.membership, reason=reason)
    try:
        page = keyset_page(clients, ordering="name_key", cursor=request.GET.get("cursor"), size=PAGE)
    except InvalidCursorError as error:
        raise Http404 from error
    context = {
        "run": run,
        "page": page,
        "reason": reason,
        "reasons": _reasons(request, run, reason),
        "addresses": queries.addresses_in(run, page.items),
        "shared": queries.sharing_an_address(run),
        "may_confirm": run.state == RunState.DRAFT and run.by_id == request.membership.pk,
        "settings": queries.mail_settings(),
    }
    return page_or_partial(request, "communications/run_detail.html", "communications/_run.html", context)


@requires(Permission.EDIT_CLIENTS)
@require_POST
def run_confirm(request: FirmRequest, pk: int) -> HttpResponse:
    run = _run(request, pk)
    if run.by_id != request.membership.pk:
        raise Http404
    try:
        run = generation.confirm(run, at=timezone.now())
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
        return HttpResponseRedirect(address(request, RUN, pk=pk))
    if run.is_busy:
        transaction.on_commit(partial(ring_generation, run.pk), robust=True)
    else:
        notify(request, _("The communications are generated. Nothing has been sent yet."))
    return HttpResponseRedirect(address(request, RUN, pk=pk))


@requires(Permission.EDIT_CLIENTS)
@require_POST
def run_stop(request: FirmRequest, pk: int) -> HttpResponse:
    run = _run(request, pk)
    return performed(
        request,
        lambda: generation.stop(run, by=request.membership, at=timezone.now()),
        told=_("Stopped. What is generated already can be sent or cancelled."),
        back=address(request, RUN, pk=pk),
    )


def _without_audience(request: FirmRequest, given: str, unknown: ValidationError) -> HttpResponse:
    """A selection does not last: whoever comes back to one that is gone chooses again."""
    if not given.startswith(audiences.SELECTION):
        raise Http404 from unknown
    notify_error(request, " ".join(unknown.messages))
    return HttpResponseRedirect(address(request, "clients:client_list"))


def _prepared(request: FirmRequest, form: GenerateForm) -> CommunicationRun:
    code, member = form.cleaned_data["audience"], request.membership
    return generation.prepare(
        form.cleaned_data["template"],
        audiences.clients_of(code, by=member, today=local_today(request.firm)),
        audience_name=audiences.name_of(code, by=member),
        replaces=code.startswith(audiences.ONE),
        by=member,
        at=timezone.now(),
    )


def _reasons(request: FirmRequest, run: CommunicationRun, current: str) -> list[dict[str, Any]]:
    """Who is included, then each reason with how many it leaves out."""
    counts, here = queries.reasons_of(run), address(request, RUN, pk=run.pk)
    included = {"code": "", "label": _("Written to"), "count": counts.get("", 0), "url": here}
    left_out = [
        {"code": each.value, "label": each.label, "count": counts[each.value], "url": f"{here}?reason={each.value}"}
        for each in LeftOut
        if counts.get(each.value)
    ]
    return [{**line, "is_current": line["code"] == current} for line in (included, *left_out)]


def _recent(request: FirmRequest) -> list[CommunicationRun]:
    return list(queries.runs_of(request.membership).exclude(state=RunState.DRAFT)[:8])


def _run(request: FirmRequest, pk: int) -> CommunicationRun:
    run = queries.runs_of(request.membership).filter(pk=pk).first()
    if run is None:
        raise Http404
    return run
