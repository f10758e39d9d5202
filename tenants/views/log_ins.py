"""Where somebody is logged in, and ending that; the second step of the log-in."""

from __future__ import annotations

from typing import Any, cast

from allauth.mfa.base.views import IndexView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tenants import sessions
from tenants.models import User
from tenants.requests import signed_in
from tenants.second_step import recently_confirmed
from tenants.single_sign_on.opening import needs_own_log_in
from tenants.unbound import firms_of_user
from web.toasts import notify


@signed_in
@needs_own_log_in
def log_in_list(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    context = {"log_ins": sessions.log_ins_of(user, current=request.session.session_key or "")}
    return render(request, "account/log_ins.html", context)


@signed_in
@needs_own_log_in
@recently_confirmed
@require_POST
def log_ins_end(request: HttpRequest) -> HttpResponse:
    """One of them, named by what its page shows of it, or all but this one."""
    sessions.end_others(
        cast("User", request.user), current=request.session.session_key or "", only=request.POST.get("log_in", "")
    )
    notify(request, _("Ended"))
    return redirect("log_in_list")


class SecondStepView(IndexView):  # type: ignore[misc]
    """What the second step is made of, and which firm asks for it."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = self.request.GET.get("firm", "")
        firms = firms_of_user(cast("User", self.request.user).pk)
        demanded = next((firm.name for firm in firms if firm.slug == asked), "")
        return {**super().get_context_data(**kwargs), "demanded": demanded}
