"""The people of the firm."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tenants import queries, services
from tenants.forms import InviteForm, RightsForm
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.toasts import notify, notify_error


@requires(Permission.MANAGE_PEOPLE)
def member_list(request: FirmRequest) -> HttpResponse:
    context = {
        "members": queries.members(),
        "invitations": queries.open_invitations(at=now()).select_related("invited_by").order_by("-id"),
    }
    return render(request, "tenants/member_list.html", context)


@requires(Permission.MANAGE_PEOPLE)
def member_invite(request: FirmRequest) -> HttpResponse:
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.invite(**form.cleaned_data, by=request.membership, at=now())
        except ValidationError as refusal:
            form.add_error("email", refusal)
        else:
            notify(request, _("Invitation sent to %(email)s") % form.cleaned_data)
            return redirect("tenants:member_list", firm_slug=request.firm.slug)
    return render(request, "tenants/member_invite.html", {"form": form}, status=422 if form.is_bound else 200)


@requires(Permission.MANAGE_PEOPLE)
def member_edit(request: FirmRequest, pk: int) -> HttpResponse:
    member = get_object_or_404(queries.members(), pk=pk)
    form = RightsForm(request.POST or None, instance=queries.members().get(pk=pk))
    if request.method == "POST" and form.is_valid():
        try:
            services.change_rights(member, by=request.membership, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error("role", refusal)
        else:
            notify(request, _("Saved"))
            return redirect("tenants:member_list", firm_slug=request.firm.slug)
    context = {"member": member, "form": form}
    return render(request, "tenants/member_edit.html", context, status=422 if form.is_bound else 200)


@requires(Permission.MANAGE_PEOPLE)
@require_POST
def member_deactivate(request: FirmRequest, pk: int) -> HttpResponse:
    member = get_object_or_404(queries.members(), pk=pk)
    try:
        services.deactivate_member(member, by=request.membership, at=now())
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
    else:
        notify(request, _("%(name)s can no longer log in to this firm") % {"name": member.name})
    return redirect("tenants:member_list", firm_slug=request.firm.slug)


@requires(Permission.MANAGE_PEOPLE)
@require_POST
def member_reactivate(request: FirmRequest, pk: int) -> HttpResponse:
    member = get_object_or_404(queries.members(), pk=pk)
    services.reactivate_member(member, by=request.membership)
    notify(request, _("%(name)s can log in again") % {"name": member.name})
    return redirect("tenants:member_list", firm_slug=request.firm.slug)


@requires(Permission.MANAGE_PEOPLE)
@require_POST
def invitation_revoke(request: FirmRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(queries.open_invitations(at=now()), pk=pk)
    services.revoke_invitation(invitation, by=request.membership, at=now())
    notify(request, _("Invitation withdrawn"))
    return redirect("tenants:member_list", firm_slug=request.firm.slug)
