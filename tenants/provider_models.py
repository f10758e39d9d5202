"""The systems by which a firm's people log in with what they have at work, and who is who there."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.constraints import wall
from tenants.enums import LogInProtocol
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership


class IdentityProvider(FirmOwned):
    """One firm's identity provider. It vouches for members of this firm, and opens this firm alone (decision 0030)."""

    # Stands in the addresses: whoever has not logged in yet names the provider by it.
    key = models.CharField(max_length=32, editable=False)
    protocol = models.CharField(
        _("protocol"), max_length=10, choices=LogInProtocol.choices, default=LogInProtocol.OPENID_CONNECT
    )
    name = models.CharField(_("name"), max_length=100)
    is_active = models.BooleanField(_("active"), default=True)
    # Of OpenID Connect the address that its tokens name and its description is found under; of SAML the entity's id.
    issuer = models.CharField(max_length=500)
    application_id = models.CharField(max_length=255, blank=True)
    # Sealed (web/sealing.py).
    secret = models.TextField(blank=True, editable=False)
    # Of SAML: where people are sent, and the certificates that it signs with.
    sign_on_url = models.CharField(max_length=500, blank=True)
    certificates = models.JSONField(default=list, blank=True)
    domains = ArrayField(models.CharField(max_length=253), verbose_name=_("e-mail domains"))
    vouches_for_addresses = models.BooleanField(
        _("its addresses count as verified"),
        default=False,
        help_text=_("For a provider that does not say whether it has verified an address, such as Microsoft Entra ID."),
    )
    asks_second_step = models.BooleanField(
        _("it asks for a second step itself"),
        default=False,
        help_text=_("Then the firm's own second step is not asked for after it."),
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(FirmOwned.Meta):
        verbose_name = _("identity provider")
        verbose_name_plural = _("identity providers")
        constraints = [
            *wall(),
            models.UniqueConstraint(fields=["firm", "key"], name="tenants_identityprovider_key"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def door(self) -> str:
        """What allauth knows the provider by, and its address says."""
        return f"{self.firm_id}-{self.key}"

    @property
    def purpose(self) -> str:
        """What the secret is sealed for."""
        return f"identity provider {self.door}"


class ProviderAccount(FirmOwned):
    """Which account at the provider is which member: bound at the first log-in, so that an address given to somebody
    else there opens nothing here."""

    provider = FirmForeignKey(IdentityProvider, on_delete=models.CASCADE, related_name="accounts")
    member = FirmForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(max_length=255)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta(FirmOwned.Meta):
        verbose_name = _("account at an identity provider")
        verbose_name_plural = _("accounts at identity providers")
        constraints = [
            *wall("provider", "member"),
            models.UniqueConstraint(fields=["firm", "provider", "subject"], name="tenants_provideraccount_subject"),
            models.UniqueConstraint(fields=["firm", "provider", "member"], name="tenants_provideraccount_member"),
        ]

    def __str__(self) -> str:
        return self.subject
