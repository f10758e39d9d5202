"""The second step of the log-in, and showing once more who one is before what cannot be taken back (T25)."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, overload
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from tenants.single_sign_on import opening

View = Callable[..., HttpResponse]


def has_second_step(user: Any) -> bool:
    return bool(is_mfa_enabled(user))


def is_recent(request: HttpRequest) -> bool:
    """Whether whoever is at the keyboard has shown within the last minutes who he is, by logging in or once more."""
    if not get_reauthentication_flows(request.user) and not opening.doors(request):
        # Neither password nor passkey nor provider: there is nothing to ask for.
        return True
    times = [record["at"] for record in get_authentication_records(request, request.user)]
    return bool(times) and time.time() - max(times) < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


@overload
def recently_confirmed(view: View) -> View: ...


@overload
def recently_confirmed(*, when: Callable[..., bool]) -> Callable[[View], View]: ...


def recently_confirmed(view: View | None = None, *, when: Callable[..., bool] | None = None) -> Any:
    """Below ``requires``: ask for the password, a code or a passkey first. What was filled in is not kept: the page is.

    ``when`` is asked with what the view gets, where not every use of the page is grave. A guard test finds the mark
    and tries each page that carries it.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if is_recent(request) or (when and not when(request, *args, **kwargs)):
                return view(request, *args, **kwargs)
            return _asked(request)

        checked.asks_again = "sometimes" if when else "always"  # type: ignore[attr-defined]
        return checked

    return decorate if view is None else decorate(view)


def _asked(request: Any) -> HttpResponse:
    back = request.get_full_path() if request.method == "GET" else request.META.get("HTTP_REFERER", "")
    page = _path(request, back) or reverse("tenants:firm_choice")
    way = opening.way_to_confirm(request) or reverse("account_reauthenticate")
    return redirect(f"{way}?{urlencode({'next': page})}")


def _path(request: HttpRequest, address: str) -> str:
    """The address without its host, if it is one of ours."""
    own = f"{request.scheme}://{request.get_host()}/"
    if address.startswith(own):
        return "/" + address.removeprefix(own)
    return address if address.startswith("/") and not address.startswith("//") else ""
