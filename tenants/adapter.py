"""How allauth behaves here (settings.ACCOUNT_ADAPTER)."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from tenants import mail
from tenants.models import User
from tenants.second_step import is_recent


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The keys of apps with codes are sealed where they lie."""

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

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("tenants:firm_choice")
