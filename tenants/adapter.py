"""How allauth behaves here (settings.ACCOUNT_ADAPTER)."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

from tenants import mail
from tenants.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come by invitation or by ``create_user``."""
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _, token = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
        return mail.absolute(path)

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        mail.send_password_reset(user, context["password_reset_url"])

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("tenants:firm_choice")
