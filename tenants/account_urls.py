"""The pages of allauth that this product offers, under allauth's own names. There is no sign-up."""

from __future__ import annotations

from typing import Any

from allauth.account import views
from allauth.mfa.base import views as steps
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.urls import path, re_path

from tenants.requests import public, signed_in
from tenants.single_sign_on.opening import needs_own_log_in
from tenants.views import log_ins, passkeys
from tenants.views.single_sign_on import company_log_in


def own(view: Any) -> Any:
    """What changes the account itself: not for whom one firm's provider alone has vouched."""
    return signed_in(needs_own_log_in(view))


urlpatterns = [
    path("login/", public(views.login), name="account_login"),
    path("company/", company_log_in, name="company_log_in"),
    path("logout/", public(views.logout), name="account_logout"),
    path("inactive/", public(views.account_inactive), name="account_inactive"),
    path("reauthenticate/", signed_in(views.reauthenticate), name="account_reauthenticate"),
    path("log-ins/", log_ins.log_in_list, name="log_in_list"),
    path("log-ins/end/", log_ins.log_ins_end, name="log_ins_end"),
    path("second-step/", own(log_ins.SecondStepView.as_view()), name="mfa_index"),
    path("second-step/authenticate/", public(steps.authenticate), name="mfa_authenticate"),
    path("second-step/reauthenticate/", signed_in(steps.reauthenticate), name="mfa_reauthenticate"),
    path("second-step/app/", own(totp.activate_totp), name="mfa_activate_totp"),
    path("second-step/app/off/", own(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("second-step/codes/", own(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("second-step/codes/new/", own(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("second-step/codes/file/", own(codes.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("second-step/passkeys/new/", own(passkeys.PasskeyAddView.as_view()), name="mfa_add_webauthn"),
    path("second-step/passkeys/<int:pk>/", own(passkeys.PasskeyRenameView.as_view()), name="mfa_edit_webauthn"),
    path(
        "second-step/passkeys/<int:pk>/remove/",
        own(passkeys.PasskeyRemoveView.as_view()),
        name="mfa_remove_webauthn",
    ),
    path(
        "second-step/passkeys/confirm/",
        signed_in(passkeys.PasskeyConfirmView.as_view()),
        name="mfa_reauthenticate_webauthn",
    ),
    path("passkey/", public(passkeys.PasskeyLogInView.as_view()), name="mfa_login_webauthn"),
    path("password/change/", own(views.password_change), name="account_change_password"),
    path("password/reset/", public(views.password_reset), name="account_reset_password"),
    path("password/reset/done/", public(views.password_reset_done), name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        public(views.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        public(views.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
]
