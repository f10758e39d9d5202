"""How clients belong together: families under one roof, and people and the companies they were linked to."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clients.fields import FoldedField
from clients.models.choices import ListEntry
from clients.models.clients import Client
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned


class Household(FirmOwned):
    """A family (nucleo familiare): its members' assets are one sum. Who is in it stands in their profiles."""

    name = models.CharField(_("name"), max_length=150)
    name_key = FoldedField(of="name")
    notes = models.TextField(_("notes"), blank=True)
    external_id = models.CharField(
        _("key in another program"), max_length=100, blank=True, help_text=_("By which files name this household.")
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)
    # The changes of the members' records that came with the deletion: what its undo gives back.
    taken_out = models.JSONField(default=list, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("household")
        verbose_name_plural = _("households")
        ordering = ["name_key", "id"]
        constraints = [
            *wall(),
            models.UniqueConstraint(
                fields=["firm", "external_id"],
                condition=~models.Q(external_id="") & models.Q(deleted_at__isnull=True),
                name="clients_household_external_id",
            ),
        ]
        indexes = [models.Index(fields=["firm", "name_key", "id"], name="clients_household_by_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("clients:household_detail", kwargs={"firm_slug": self.firm.slug, "pk": self.pk})


class CompanyLink(FirmOwned):
    """From when until when a contact was linked to a company, and as what; the open one is today's (STY-06)."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="company_links")
    company = FirmForeignKey(
        Client, on_delete=models.CASCADE, related_name="contact_links", verbose_name=_("linked company")
    )
    role = FirmForeignKey(
        ListEntry, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("contact role")
    )
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"), null=True)

    class Meta(FirmOwned.Meta):
        verbose_name = _("link to a company")
        verbose_name_plural = _("links to companies")
        ordering = ["-from_on", "-id"]
        constraints = [
            *wall("client", "company", "role"),
            models.UniqueConstraint(
                fields=["firm", "client"], condition=models.Q(until_on__isnull=True), name="clients_companylink_one"
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "client", "-from_on"], name="clients_companylink_by_client"),
            models.Index(fields=["firm", "company", "-from_on"], name="clients_companylink_by_company"),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} → {self.company_id}"
