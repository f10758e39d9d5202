"""How allauth behaves here (settings.ACCOUNT_ADAPTER, settings.MFA_ADAPTER)."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants import mail
from tenants.models import User
from tenants.second_step import is_recent

# Of what changed about a person's log-in allauth tells by these names of mails.
TOLD = {
    "account/email/password_changed": gettext_lazy("the password was changed"),
    "account/email/password_set": gettext_lazy("a password was set"),
    "account/email/password_reset": gettext_lazy("the password was set anew by a link in a mail"),
    "mfa/email/totp_activated": gettext_lazy("an app with codes was set up"),
    "mfa/email/totp_deactivated": gettext_lazy("the app with codes was switched off"),
    "mfa/email/webauthn_added": gettext_lazy("a passkey was added"),
    "mfa/email/webauthn_removed": gettext_lazy("a passkey was removed"),
    "mfa/email/recovery_codes_generated": gettext_lazy("new recovery codes were made"),
}


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The keys of apps with codes are sealed where they lie. Of a passkey only the public half is here."""

    error_messages: ClassVar[dict[str, str | Promise]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("That does not fit. Try again."),
    }

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Where a passkey is good: at this address, shown by the name of the product."""
        return {**super().get_public_key_credential_rp_entity(), "name": settings.MFA_TOTP_ISSUER}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 - allauth's name
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey %(number)d") % {"number": number}

    def encrypt(self, text: str) -> str:
        return _seals()[0].encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return MultiFernet(_seals()).decrypt(encrypted_text.encode()).decode()


def _seals() -> list[Fernet]:
    """From the secret key, and from those that it has replaced."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [Fernet(urlsafe_b64encode(sha256(f"second step:{key!s}".encode()).digest())) for key in keys]


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come by invitation or by ``create_user``."""
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever has just logged in is not asked once more."""
        return not is_recent(self.request)

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _, token = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
        return mail.absolute(path)

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        mail.send_password_reset(user, context["password_reset_url"])

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Whoever did not do it himself is to know at once."""
        if template_prefix in TOLD:
            mail.send_log_in_changed(user, str(TOLD[template_prefix]))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("tenants:firm_choice")
