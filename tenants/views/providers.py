"""The firm's identity providers: entered, switched, required; accounts there that are forgotten."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tenants import services
from tenants.answers import address, is_saved, performed
from tenants.enums import LogInProtocol
from tenants.forms import ProviderForm, RequirementForm, SamlForm
from tenants.models import IdentityProvider, ProviderAccount
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from tenants.second_step import recently_confirmed
from tenants.single_sign_on.openid import return_url
from tenants.single_sign_on.saml import Addresses
from web.toasts import notify


@requires(Permission.MANAGE_PEOPLE)
def provider_list(request: FirmRequest) -> HttpResponse:
    context = {"providers": IdentityProvider.objects.order_by("name", "pk"), "form": _requirement(request)}
    return render(request, "tenants/provider_list.html", context)


@requires(Permission.MANAGE_PEOPLE)
@recently_confirmed
def provider_create(request: FirmRequest) -> HttpResponse:
    return _provider_form(request, IdentityProvider())


@requires(Permission.MANAGE_PEOPLE)
@recently_confirmed
def provider_create_saml(request: FirmRequest) -> HttpResponse:
    return _provider_form(request, IdentityProvider(protocol=LogInProtocol.SAML))


@requires(Permission.MANAGE_PEOPLE)
@recently_confirmed
def provider_edit(request: FirmRequest, pk: int) -> HttpResponse:
    return _provider_form(request, get_object_or_404(IdentityProvider, pk=pk))


@requires(Permission.MANAGE_PEOPLE)
@require_POST
@recently_confirmed
def provider_switch(request: FirmRequest, pk: int) -> HttpResponse:
    provider = get_object_or_404(IdentityProvider, pk=pk)
    active = not provider.is_active
    return performed(
        request,
        lambda: services.switch_provider(provider, active=active, by=request.membership, firm=request.firm),
        told=_("Switched on") if active else _("Switched off: it opens nothing any more."),
        back=address(request, "tenants:provider_list"),
    )


@requires(Permission.MANAGE_PEOPLE)
@require_POST
@recently_confirmed
def provider_require(request: FirmRequest) -> HttpResponse:
    """Whether the firm opens by its provider alone, and to whom it opens nevertheless."""
    form = _requirement(request, request.POST)
    if form.is_valid() and is_saved(form, lambda: form.carry_out(request.firm, by=request.membership)):
        notify(request, _("Saved"))
        return redirect("tenants:provider_list", firm_slug=request.firm.slug)
    context = {"providers": IdentityProvider.objects.order_by("name", "pk"), "form": form}
    return render(request, "tenants/provider_list.html", context, status=422)


@requires(Permission.MANAGE_PEOPLE)
@require_POST
@recently_confirmed
def provider_account_forget(request: FirmRequest, pk: int) -> HttpResponse:
    account = get_object_or_404(ProviderAccount.objects.select_related("provider", "member"), pk=pk)
    return performed(
        request,
        lambda: services.forget_account(account, by=request.membership),
        told=_("Forgotten: %(name)s is recognised by the address at the next log-in.") % {"name": account.member.name},
        back=address(request, "tenants:provider_edit", pk=account.provider_id),
    )


def _requirement(request: FirmRequest, sent: Any = None) -> RequirementForm:
    return RequirementForm(sent, firm=request.firm, member=request.membership)


def _provider_form(request: FirmRequest, provider: IdentityProvider) -> HttpResponse:
    is_new = provider.pk is None
    by_saml = provider.protocol == LogInProtocol.SAML
    form = (SamlForm if by_saml else ProviderForm)(request.POST or None, provider=provider)
    if request.method == "POST" and form.is_valid():
        saving = lambda: services.save_provider(provider, form.cleaned_data, by=request.membership)  # noqa: E731
        if is_saved(form, saving):
            notify(request, _("Saved"))
            return redirect("tenants:provider_edit", firm_slug=request.firm.slug, pk=provider.pk)
    context = {
        "form": form,
        "provider": None if is_new else provider,
        "by_saml": by_saml,
        "return_url": "" if is_new or by_saml else return_url(provider.door),
        "ours": Addresses.of(provider) if by_saml and not is_new else None,
        "accounts": [] if is_new else provider.accounts.select_related("member").order_by("member__name"),
    }
    return render(request, "tenants/provider_edit.html", context, status=422 if form.is_bound else 200)
