"""The rights of the person: consents with their proof, who looked at the record, erasure and what it had to keep."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.enums import AccessDoor, ConsentPurpose, ConsentSource, ErasureGround, RetentionClass
from clients.models.clients import Client
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership


class Consent(FirmOwned):
    """One line of the ledger of consents: given, refused or withdrawn; append-only (GDPR art. 7)."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(_("purpose"), max_length=10, choices=ConsentPurpose.choices)
    granted = models.BooleanField(_("given"), null=True, help_text=_("Empty: no longer known."))
    on = models.DateField(_("on"))
    source = models.CharField(_("how"), max_length=10, choices=ConsentSource.choices)
    proof = models.CharField(_("proof"), max_length=300, blank=True)
    by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("entered by"))
    at = models.DateTimeField(_("entered on"))

    class Meta(FirmOwned.Meta):
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-at", "-id"]
        constraints = wall("client", "by")
        indexes = [models.Index(fields=["firm", "client", "-at"], name="clients_consent_by_client")]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.granted}"


class Access(FirmOwned):
    """That a member looked at clients: who, when, from where, whom (Garante 192/2011). Append-only."""

    at = models.DateTimeField()
    by = FirmForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    door = models.CharField(max_length=10, choices=AccessDoor.choices)
    address = models.GenericIPAddressField(null=True)
    seen = ArrayField(models.BigIntegerField())

    class Meta(FirmOwned.Meta):
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")
        constraints = wall("by")
        indexes = [
            models.Index(fields=["firm", "-at", "-id"], name="clients_access_recent"),
            models.Index(fields=["firm", "by", "-at"], name="clients_access_by_member"),
        ]

    def __str__(self) -> str:
        return f"{self.by_id}: {self.seen}"


class Erasure(FirmOwned):
    """That a person was erased: when, by whom, on what ground, and how much. Holds nothing about the person."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="erasures")
    at = models.DateTimeField(_("erased on"))
    by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("erased by"))
    ground = models.CharField(_("ground"), max_length=10, choices=ErasureGround.choices)
    counts = models.JSONField(default=dict)

    class Meta(FirmOwned.Meta):
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["-at", "-id"]
        constraints = wall("client", "by")
        indexes = [models.Index(fields=["firm", "-at", "-id"], name="clients_erasure_recent")]

    def __str__(self) -> str:
        return str(self.client_id)


class LockedRecord(FirmOwned):
    """What the law forbids to erase before a day, taken out of the product: shown nowhere, gone when the day comes."""

    erasure = FirmForeignKey(Erasure, on_delete=models.CASCADE, related_name="locked")
    retention = models.CharField(_("kept because of"), max_length=10, choices=RetentionClass.choices)
    kind = models.CharField(max_length=60)
    until = models.DateField(_("kept until"))
    content = models.JSONField(encoder=DjangoJSONEncoder)

    class Meta(FirmOwned.Meta):
        verbose_name = _("locked record")
        verbose_name_plural = _("locked records")
        ordering = ["until", "id"]
        constraints = wall("erasure")
        indexes = [
            models.Index(fields=["firm", "until"], name="clients_locked_by_until"),
            models.Index(fields=["firm", "erasure"], name="clients_locked_by_erasure"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.until}"


class RetentionPeriod(FirmOwned):
    """For how many years this firm keeps a class of records, where it is not the usual number."""

    retention = models.CharField(_("kept because of"), max_length=10, choices=RetentionClass.choices)
    years = models.PositiveSmallIntegerField(_("years"))

    class Meta(FirmOwned.Meta):
        verbose_name = _("retention period")
        verbose_name_plural = _("retention periods")
        constraints = [
            *wall(),
            models.UniqueConstraint(fields=["firm", "retention"], name="clients_retention_once"),
            models.CheckConstraint(
                condition=models.Q(years__gte=1, years__lte=99), name="clients_retention_years_in_reach"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.retention}: {self.years}"
