"""What a browser says of a passkey (settings.MFA_FORMS): refused, whatever it is that is wrong with it."""

from __future__ import annotations

import struct
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms as shown
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django import forms
from django.utils.translation import gettext_lazy as _

from web.documents import Decoder

# What reading a document meets that no browser has written.
UNREADABLE = (
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    struct.error,
    InvalidSignature,
    UnsupportedAlgorithm,
)
LONGEST_NAME = 60


def _credential() -> forms.JSONField:
    """Where the browser's script puts what the passkey said."""
    return forms.JSONField(required=True, widget=forms.HiddenInput, decoder=Decoder)


class PasskeyAddForm(shown.AddWebAuthnForm):  # type: ignore[misc]
    name = forms.CharField(label=_("Name"), required=False, max_length=LONGEST_NAME)
    credential = _credential()

    def clean(self) -> Any:
        try:
            return super().clean()
        except UNREADABLE:
            raise get_adapter().validation_error("incorrect_code") from None


class PasskeyNameForm(shown.EditWebAuthnForm):  # type: ignore[misc]
    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)


class _ReadShown:
    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]
        except UNREADABLE:
            raise get_adapter().validation_error("incorrect_code") from None


class PasskeySecondStepForm(_ReadShown, shown.AuthenticateWebAuthnForm):  # type: ignore[misc]
    credential = _credential()


class PasskeyLogInForm(_ReadShown, shown.LoginWebAuthnForm):  # type: ignore[misc]
    credential = _credential()


class PasskeyConfirmForm(_ReadShown, shown.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    credential = _credential()
