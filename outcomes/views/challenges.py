"""Challenges (Sfide) with their live ranking (O-36)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from outcomes.forms.points import ChallengeForm, initial_of
from outcomes.models import Challenge
from outcomes.queries.challenges import challenges, phase_of, standings
from outcomes.services.challenges import delete_challenge, save_challenge
from tenants.answers import address, performed
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.toasts import notify


@requires(Permission.VIEW_APPOINTMENTS)
def challenge_list(request: FirmRequest) -> HttpResponse:
    today = local_today(request.firm)
    rows = [{"challenge": row, "phase": phase_of(row, on=today)} for row in challenges()]
    context = {"rows": rows, "may_edit": request.membership.can(Permission.CONFIGURE)}
    return render(request, "outcomes/challenge_list.html", context)


@requires(Permission.VIEW_APPOINTMENTS)
def challenge_detail(request: FirmRequest, pk: int) -> HttpResponse:
    """Target, prize and ranking as of now."""
    challenge = get_object_or_404(challenges(), pk=pk)
    context = {
        "challenge": challenge,
        "phase": phase_of(challenge, on=local_today(request.firm)),
        "standings": standings(challenge, firm=request.firm),
        "may_edit": request.membership.can(Permission.CONFIGURE),
    }
    return render(request, "outcomes/challenge_detail.html", context)


@requires(Permission.CONFIGURE)
def challenge_create(request: FirmRequest) -> HttpResponse:
    return _form(request, None)


@requires(Permission.CONFIGURE)
def challenge_edit(request: FirmRequest, pk: int) -> HttpResponse:
    return _form(request, get_object_or_404(challenges(), pk=pk))


@requires(Permission.CONFIGURE)
@require_POST
def challenge_delete(request: FirmRequest, pk: int) -> HttpResponse:
    challenge = get_object_or_404(challenges(), pk=pk)
    return performed(
        request,
        lambda: delete_challenge(challenge, by=request.membership),
        told=_("Challenge deleted"),
        back=address(request, "outcomes:challenge_list"),
    )


def _form(request: FirmRequest, challenge: Challenge | None) -> HttpResponse:
    form = ChallengeForm(request.POST or None, initial=initial_of(challenge) if challenge else None)
    saved = _saved(request, challenge, form) if request.method == "POST" and form.is_valid() else None
    if saved is not None:
        notify(request, _("Challenge saved"))
        return redirect("outcomes:challenge_detail", firm_slug=request.firm.slug, pk=saved.pk)
    status = 422 if form.errors else 200
    return render(request, "outcomes/challenge_form.html", {"form": form, "challenge": challenge}, status=status)


def _saved(request: FirmRequest, challenge: Challenge | None, form: ChallengeForm) -> Challenge | None:
    version = form.cleaned_data["version"] if challenge else None
    try:
        return save_challenge(challenge, form.details(), by=request.membership, version=version)
    except ValidationError as refusal:
        for name, errors in getattr(refusal, "error_dict", {"": [refusal]}).items():
            form.add_error(name if name in form.fields else None, errors)
        return None
