"""Logging in with what one has at work: which firm, to its provider, and back."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode, urlsplit

import requests
from allauth.core import ratelimit
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tenants.binding import bound_firm
from tenants.forms import CompanyForm
from tenants.models import IdentityProvider
from tenants.requests import public
from tenants.single_sign_on.adapter import failed
from tenants.single_sign_on.openid import FirmOpenIDAdapter
from tenants.unbound import log_in_doors
from web.navigation import return_address


@public
@never_cache
def company_log_in(request: HttpRequest) -> HttpResponse:
    """Whose provider: found by the firm's name or the address's domain, never by who has an account."""
    if request.method == "POST" and (limited := ratelimit.consume_or_429(request, action="login")):
        return cast("HttpResponse", limited)
    form = CompanyForm(request.POST or None)
    onward = return_address(request, default="")
    if request.method == "POST" and form.is_valid():
        found = log_in_doors(form.cleaned_data["named"])
        if len({firm_id for firm_id, _key in found}) == 1:
            return _to_door(*found[0], onward)
        form.add_error("named", form.unknown())
    context = {"form": form, "next": onward, "problem": request.GET.get("problem", "")}
    return render(request, "account/company_log_in.html", context, status=422 if form.is_bound else 200)


@public
@never_cache
def single_sign_on(request: HttpRequest, firm_id: int, key: str) -> HttpResponse:
    """Read: whose page comes next. Sent: on to it. Not by reading alone, or any page could send people there."""
    row = get_object_or_404(IdentityProvider, key=key, is_active=True)
    onward = return_address(request, default="")
    if request.method != "POST":
        others = IdentityProvider.objects.filter(is_active=True).exclude(pk=row.pk).order_by("name")
        context = {"firm": bound_firm(), "provider": row, "others": others, "next": onward}
        return render(request, "account/single_sign_on.html", context)
    if limited := ratelimit.consume_or_429(request, action="login"):
        return cast("HttpResponse", limited)
    try:
        provider = get_adapter(request).get_provider(request, row.door)
        leaving = provider.send(request, next_url=onward, again=request.user.is_authenticated)
    except (OAuth2Error, requests.RequestException, ValueError):
        return failed("unreachable")
    return _leave(request, leaving["Location"], row)


@public
@never_cache
@require_safe
def single_sign_on_return(request: HttpRequest, firm_id: int, key: str) -> HttpResponse:
    """The provider's answer: allauth takes state and code, its adapter here decides who it is."""
    row = get_object_or_404(IdentityProvider, key=key, is_active=True)
    if request.GET.get("error") == "access_denied":
        return failed("cancelled")
    try:
        view = OAuth2CallbackView.adapter_view(FirmOpenIDAdapter(request, row.door))
        answer: HttpResponse = view(request)
    except (OAuth2Error, requests.RequestException, ValueError):
        # What another system says is not always what it should be.
        return failed("failed")
    return answer


def _to_door(firm_id: int, key: str, onward: str) -> HttpResponse:
    way = reverse("single_sign_on", kwargs={"firm_id": firm_id, "key": key})
    return redirect(f"{way}?{urlencode({'next': onward})}" if onward else way)


def _leave(request: HttpRequest, address: str, row: IdentityProvider) -> HttpResponse:
    """A page that goes on by itself: a redirect would be part of the form's way, which the policy keeps within our
    own pages, and nobody knows over how many hosts the provider leads."""
    context: dict[str, Any] = {"address": address, "provider": row, "host": urlsplit(address).hostname}
    answer = render(request, "account/leaving.html", context)
    answer.headers["Refresh"] = f"0;url={address}"
    return answer
