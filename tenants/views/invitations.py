"""Accepting an invitation: for somebody new, and for somebody who can log in already."""

from __future__ import annotations

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache

from tenants import queries, services
from tenants.binding import bound_firm
from tenants.forms import AcceptForm
from tenants.models import Invitation, User
from tenants.requests import public

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@public
@never_cache
def invitation_accept(request: HttpRequest, firm_id: int, secret: str) -> HttpResponse:
    invitation = queries.find_invitation(secret, at=now())
    if invitation is None:
        return render(request, "tenants/invitation_ended.html", status=404)
    if User.objects.filter(email__iexact=invitation.email).exists():
        return _accept_known(request, invitation)
    return _accept_new(request, invitation)


def _accept_known(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Only the invited person himself may use the link: he has to be logged in."""
    user = request.user
    is_invited = user.is_authenticated and user.email.lower() == invitation.email.lower()
    if request.method == "POST" and is_invited:
        services.accept_invitation(invitation, at=now())
        return redirect("overview", firm_slug=bound_firm().slug)
    context = {"invitation": invitation, "firm": bound_firm(), "is_invited": is_invited}
    return render(request, "tenants/invitation_accept_known.html", context)


def _accept_new(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = AcceptForm(request.POST or None, email=invitation.email, initial={"name": invitation.name})
    if request.method == "POST" and form.is_valid():
        member = services.accept_invitation(invitation, at=now(), **form.cleaned_data)
        login(request, member.user, backend=BACKEND)
        return redirect("overview", firm_slug=bound_firm().slug)
    context = {"invitation": invitation, "firm": bound_firm(), "form": form}
    return render(request, "tenants/invitation_accept.html", context, status=422 if form.is_bound else 200)
