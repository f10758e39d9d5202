"""Passkeys: added, named, taken away, shown once more; and the log-in by one of them alone."""

from __future__ import annotations

from typing import Any

from allauth.mfa.webauthn import views
from allauth.mfa.webauthn.internal import auth
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

from web.toasts import notify, notify_error

PAGE = reverse_lazy("mfa_index")


class PasskeyAddView(views.AddWebAuthnView):  # type: ignore[misc]
    """Each asks for finger, face or PIN and is found without an address: two factors in one, good alone too."""

    template_name = "mfa/webauthn/add_form.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["js_data"] = {"creation_options": auth.begin_registration(self.request.user, passwordless=True)}
        return context


class PasskeyRenameView(views.EditWebAuthnView):  # type: ignore[misc]
    template_name = "mfa/webauthn/edit_form.html"
    success_url = PAGE

    def form_valid(self, form: Any) -> HttpResponse:
        notify(self.request, _("Saved"))
        answer: HttpResponse = super().form_valid(form)
        return answer


class PasskeyRemoveView(views.RemoveWebAuthnView):  # type: ignore[misc]
    template_name = "mfa/webauthn/authenticator_confirm_delete.html"
    success_url = PAGE


class PasskeyConfirmView(views.ReauthenticateWebAuthnView):  # type: ignore[misc]
    """Showing once more who one is, by a passkey."""

    template_name = "mfa/webauthn/reauthenticate.html"

    def form_invalid(self, form: Any) -> HttpResponse:
        _say_why(self.request, form)
        return redirect(self.request.get_full_path())


class PasskeyLogInView(views.LoginWebAuthnView):  # type: ignore[misc]
    """No address, no password: what the device asks for is the second factor."""

    def form_invalid(self, form: Any) -> HttpResponse:
        _say_why(self.request, form)
        return redirect("account_login")


def _say_why(request: Any, form: Any) -> None:
    notify_error(request, " ".join(str(problem) for problems in form.errors.values() for problem in problems))
