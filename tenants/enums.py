"""States and roles of people in a firm."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person may do in one firm (XCT-02)."""

    ADMIN = "admin", _("Administrator")
    ADVISOR = "advisor", _("Advisor")
    OPERATOR = "operator", _("Call-centre operator")
    READ_ONLY = "read_only", _("Read only")


class Theme(models.TextChoices):
    SYSTEM = "system", _("As the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Language(models.TextChoices):
    ITALIAN = "it", "Italiano"
    ENGLISH = "en", "English"


class Scope(models.TextChoices):
    """What a token may do (api.md)."""

    READ = "read", _("Read")
    WRITE = "write", _("Read and write")
    ADMIN = "admin", _("Administer")


class WebhookState(models.TextChoices):
    ACTIVE = "active", _("Active")
    DISABLED = "disabled", _("Switched off")


class LogInProtocol(models.TextChoices):
    """How an identity provider is spoken to."""

    OPENID_CONNECT = "oidc", _("OpenID Connect")
    SAML = "saml", _("SAML 2.0")


class DeliveryState(models.TextChoices):
    PENDING = "pending", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Arrived")
    DEAD = "dead", _("Given up")
