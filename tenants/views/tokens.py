"""Tokens for the API."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tenants import queries, services
from tenants.forms import TokenForm
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from tenants.second_step import recently_confirmed
from web.toasts import notify


@requires(Permission.MANAGE_TOKENS)
def token_list(request: FirmRequest) -> HttpResponse:
    context = {"tokens": queries.tokens_of(request.membership), "now": now()}
    return render(request, "tenants/token_list.html", context)


@requires(Permission.MANAGE_TOKENS)
@recently_confirmed
def token_create(request: FirmRequest) -> HttpResponse:
    """The answer to the POST shows the token; it is stored nowhere, so no page could show it after a redirect."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        token = services.create_token(
            request.membership,
            name=form.cleaned_data["name"],
            scopes=[form.cleaned_data["scope"]],
            expires_at=form.cleaned_data["expires_on"],
            by=request.membership,
        )
        return render(request, "tenants/token_created.html", {"token": token})
    return render(request, "tenants/token_create.html", {"form": form}, status=422 if form.is_bound else 200)


@requires(Permission.MANAGE_TOKENS)
@require_POST
def token_revoke(request: FirmRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(queries.tokens_of(request.membership), pk=pk)
    services.revoke_token(token, by=request.membership, at=now())
    notify(request, _("Token revoked"))
    return redirect("tenants:token_list", firm_slug=request.firm.slug)
