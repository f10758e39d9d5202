"""Correcting an operator's points by hand, and taking a correction back (IFY-42)."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from outcomes.forms.points import CorrectionForm
from outcomes.models import PointsEntry
from outcomes.queries.leaderboard import corrections
from outcomes.services.points import correct_points, undo_correction
from tenants.answers import address, is_saved, performed
from tenants.permissions import Permission
from tenants.queries import members
from tenants.requests import FirmRequest, requires
from web.toasts import notify


@requires(Permission.CORRECT_POINTS)
def points_correct(request: FirmRequest, pk: int) -> HttpResponse:
    """So many points more or less, with the reason that everybody reads beside them."""
    member = get_object_or_404(members(), pk=pk)
    form = CorrectionForm(request.POST or None)
    made: list[PointsEntry] = []

    def save() -> None:
        made.append(correct_points(member, form.correction(), by=request.membership, at=timezone.now()))

    if request.method == "POST" and form.is_valid() and is_saved(form, save):
        undo = address(request, "outcomes:correction_undo", pk=made[0].pk)
        notify(request, _("The points of %(name)s have been corrected.") % {"name": member.name}, undo=undo)
        return HttpResponseRedirect(address(request, "outcomes:member_points", pk=pk))
    context = {"form": form, "member": member}
    return render(request, "outcomes/points_correct.html", context, status=422 if form.errors else 200)


@requires(Permission.CORRECT_POINTS)
@require_POST
def correction_undo(request: FirmRequest, pk: int) -> HttpResponse:
    """By a counter-entry: both lines stay."""
    entry = get_object_or_404(corrections(), pk=pk)
    return performed(
        request,
        lambda: undo_correction(entry, by=request.membership, at=timezone.now()),
        told=_("The correction has been taken back by a counter-entry."),
        back=address(request, "outcomes:member_points", pk=entry.member_id),
    )
