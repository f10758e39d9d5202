"""The pages of allauth that this product offers, under allauth's own names. There is no sign-up."""

from __future__ import annotations

from allauth.account import views
from allauth.mfa.base import views as steps
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.urls import path, re_path

from tenants.requests import public, signed_in
from tenants.views import log_ins, passkeys

urlpatterns = [
    path("login/", public(views.login), name="account_login"),
    path("logout/", public(views.logout), name="account_logout"),
    path("inactive/", public(views.account_inactive), name="account_inactive"),
    path("reauthenticate/", signed_in(views.reauthenticate), name="account_reauthenticate"),
    path("log-ins/", log_ins.log_in_list, name="log_in_list"),
    path("log-ins/end/", log_ins.log_ins_end, name="log_ins_end"),
    path("second-step/", signed_in(log_ins.SecondStepView.as_view()), name="mfa_index"),
    path("second-step/authenticate/", public(steps.authenticate), name="mfa_authenticate"),
    path("second-step/reauthenticate/", signed_in(steps.reauthenticate), name="mfa_reauthenticate"),
    path("second-step/app/", signed_in(totp.activate_totp), name="mfa_activate_totp"),
    path("second-step/app/off/", signed_in(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("second-step/codes/", signed_in(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("second-step/codes/new/", signed_in(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("second-step/codes/file/", signed_in(codes.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("second-step/passkeys/new/", signed_in(passkeys.PasskeyAddView.as_view()), name="mfa_add_webauthn"),
    path("second-step/passkeys/<int:pk>/", signed_in(passkeys.PasskeyRenameView.as_view()), name="mfa_edit_webauthn"),
    path(
        "second-step/passkeys/<int:pk>/remove/",
        signed_in(passkeys.PasskeyRemoveView.as_view()),
        name="mfa_remove_webauthn",
    ),
    path(
        "second-step/passkeys/confirm/",
        signed_in(passkeys.PasskeyConfirmView.as_view()),
        name="mfa_reauthenticate_webauthn",
    ),
    path("passkey/", public(passkeys.PasskeyLogInView.as_view()), name="mfa_login_webauthn"),
    path("password/change/", signed_in(views.password_change), name="account_change_password"),
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
