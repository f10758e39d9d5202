"""The request as views see it once the firm is bound, and the decorators that every view carries."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django_htmx.middleware import HtmxDetails

from tenants.models import ApiToken, Firm, Membership, User
from tenants.permissions import Permission
from tenants.unbound import FirmOfUser

View = Callable[..., HttpResponse]


class FirmRequest(HttpRequest):
    """A request inside a firm: for typing only; FirmMiddleware sets the attributes."""

    user: User
    firm: Firm
    firms: list[FirmOfUser]
    membership: Membership
    htmx: HtmxDetails
    api_token: ApiToken | None


def requires(permission: Permission) -> Callable[[View], View]:
    """Let only members with ``permission`` pass (403 otherwise). Compulsory: a test fails on a view without it."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: FirmRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            kwargs.pop("firm_slug", None)
            if not request.membership.can(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        checked.permission = permission  # type: ignore[attr-defined]
        return checked

    return decorate


def any_member(view: View) -> View:
    """A page inside a firm for every active member, whatever his role."""

    @wraps(view)
    def checked(request: FirmRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        kwargs.pop("firm_slug", None)
        if not request.membership.is_active:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    checked.permission = "any_member"  # type: ignore[attr-defined]
    return checked


def signed_in(view: View) -> View:
    """A page outside any firm, for somebody who has logged in."""
    checked = login_required(view)
    checked.permission = "signed_in"  # type: ignore[attr-defined]
    return checked


def public(view: View) -> View:
    """A page for everybody. Each use is a decision: the guard test lists them."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    checked.permission = "public"  # type: ignore[attr-defined]
    return checked
