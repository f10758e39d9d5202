"""Pianificazione → Le mie settimane: a proposal for everybody who is due, accepted and taken back in one step."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from scheduling import queries, services
from scheduling.forms.weeks import WeeksForm, choices_of, moments_of
from scheduling.views.week_board import Board
from scheduling.weeks.adjusting import adjust, rules
from scheduling.weeks.planning import propose_weeks
from tenants.answers import address, performed
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.toasts import notify, notify_error

MOST_TOLD = 3


@requires(Permission.ENTER_APPOINTMENTS)
def weeks(request: FirmRequest) -> HttpResponse:
    """The proposal, to be looked at and adjusted."""
    form = WeeksForm(request.GET or None, by=request.membership)
    return _page(request, form, Board(request, form.asked))


@requires(Permission.ENTER_APPOINTMENTS)
@require_POST
def weeks_move(request: FirmRequest) -> HttpResponse:
    """Meetings dragged, or written, to other hours: held against hours, calendar and cadence; nothing is kept yet."""
    form = WeeksForm(request.POST, by=request.membership)
    (member, number), zone = form.asked, request.firm.time_zone
    seen, proposal = propose_weeks(member, weeks=number, by=request.membership, at=timezone.now())
    (before, _none), (wished, unread) = (moments_of(request.POST, zone, prefix=name) for name in ("was.", "at."))
    wished = {pk: moment for pk, moment in wished.items() if moment != before.get(pk)}
    held_to = rules(member, seen, proposal, by=request.membership)
    found, refused = adjust(proposal, held_to, before, wished)
    board = Board(request, form.asked, (seen, found))
    board.refuse(
        {pk: error.messages[0] for pk, error in refused.items()} | dict.fromkeys(unread, _("Say day and hour."))
    )
    _tell(request, board, wished)
    return _page(request, form, board)


@requires(Permission.ENTER_APPOINTMENTS)
@require_POST
def weeks_accept(request: FirmRequest) -> HttpResponse:
    """All that is ticked becomes appointments, or none."""
    form = WeeksForm(request.POST, by=request.membership)
    member, number = form.asked
    choices, unread = choices_of(request.POST, request.firm.time_zone)
    if unread:
        return _refused(request, form, dict.fromkeys(unread, _("Say day and hour.")))
    try:
        made = services.accept_weeks(member, choices, weeks=number, by=request.membership, at=timezone.now())
    except ValidationError as refusal:
        return _refused(request, form, _told(refusal))
    told = ngettext("%(number)s meeting planned.", "%(number)s meetings planned.", made.made) % {"number": made.made}
    notify(request, told, undo=address(request, "scheduling:weeks_undo", pk=made.pk))
    return HttpResponseRedirect(address(request, "scheduling:weeks"))


@requires(Permission.ENTER_APPOINTMENTS)
@require_POST
def weeks_undo(request: FirmRequest, pk: int) -> HttpResponse:
    planned = get_object_or_404(queries.planned_weeks(request.membership), pk=pk)
    return performed(
        request,
        lambda: services.undo_weeks(planned, by=request.membership, at=timezone.now()),
        told=_("The meetings of these weeks are gone; what was changed since has stayed."),
        back=address(request, "scheduling:weeks"),
    )


def _page(request: FirmRequest, form: WeeksForm, board: Board) -> HttpResponse:
    context = board.context() | {"form": form, "recent": queries.planned_weeks(request.membership)[:5]}
    status = 422 if board.errors else 200
    return page_or_partial(request, "scheduling/weeks.html", "scheduling/_weeks_plan.html", context, status=status)


def _refused(request: FirmRequest, form: WeeksForm, errors: dict[int, str]) -> HttpResponse:
    """With what was sent, as it was sent."""
    board = Board(request, form.asked)
    board.keep_sent()
    board.refuse(errors)
    return _page(request, form, board)


def _tell(request: FirmRequest, board: Board, wished: Collection[int]) -> None:
    """Who has another hour now; who has not, and why: beside the row, and said aloud."""
    refused = [pk for pk in wished if pk in board.errors and pk in board.rows]
    moved = [pk for pk in wished if pk not in board.errors and pk in board.rows]
    for pk in refused[:MOST_TOLD]:
        notify_error(request, _("%(client)s stays on %(moment)s. %(why)s") % board.told(pk))
    if len(moved) == 1:
        notify(request, _("%(client)s moved to %(moment)s.") % board.told(moved[0]))
    elif moved:
        told = ngettext("%(number)s meeting moved.", "%(number)s meetings moved.", len(moved))
        notify(request, told % {"number": len(moved)})


def _told(refusal: ValidationError) -> dict[int, str]:
    """By client; 0 for what concerns no client."""
    if not hasattr(refusal, "error_dict"):
        return {0: " ".join(refusal.messages)}
    return {int(key): " ".join(error.messages[0] for error in errors) for key, errors in refusal.error_dict.items()}
