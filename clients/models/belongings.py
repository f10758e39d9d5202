"""What a client has several of: addresses of all kinds, labels, and the history of his status."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.enums import PhoneKind, StatusCause
from clients.fields import CoordinateField, FoldedField
from clients.models.choices import Label, Status
from clients.models.clients import PREFIX, Client
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership


class Email(FirmOwned):
    """An e-mail address of a client; position 1 is the main one."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="emails")
    position = models.PositiveSmallIntegerField(default=1)
    address = models.EmailField(_("e-mail"), max_length=254)
    address_key = FoldedField(of="address")
    for_communications = models.BooleanField(_("for communications"), default=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        ordering = ["position"]
        constraints = [
            *wall("client"),
            models.UniqueConstraint(fields=["firm", "client", "position"], name="clients_email_position"),
        ]
        indexes = [models.Index(fields=["firm", "address_key"], opclasses=PREFIX, name="clients_email_by_address")]

    def __str__(self) -> str:
        return self.address


class Phone(FirmOwned):
    """A telephone number of a client in E.164; Italian landlines keep their 0."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="phones")
    position = models.PositiveSmallIntegerField(default=1)
    number = models.CharField(_("telephone"), max_length=20)
    kind = models.CharField(_("kind"), max_length=10, choices=PhoneKind.choices, default=PhoneKind.MOBILE)

    class Meta(FirmOwned.Meta):
        verbose_name = _("telephone")
        verbose_name_plural = _("telephones")
        ordering = ["position"]
        constraints = [
            *wall("client"),
            models.UniqueConstraint(fields=["firm", "client", "position"], name="clients_phone_position"),
        ]
        indexes = [models.Index(fields=["firm", "number"], opclasses=PREFIX, name="clients_phone_by_number")]

    def __str__(self) -> str:
        return self.number


class Address(FirmOwned):
    """A postal address of a client."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="addresses")
    position = models.PositiveSmallIntegerField(default=1)
    street = models.CharField(_("street"), max_length=200, blank=True)
    street_key = FoldedField(of="street")
    postal_code = models.CharField(_("postal code"), max_length=12, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    city_key = FoldedField(of="city")
    province = models.CharField(_("province"), max_length=2, blank=True)
    country = models.CharField(_("country"), max_length=2, default="IT")
    latitude = CoordinateField(_("latitude"))
    longitude = CoordinateField(_("longitude"))

    class Meta(FirmOwned.Meta):
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        ordering = ["position"]
        constraints = [
            *wall("client"),
            models.UniqueConstraint(fields=["firm", "client", "position"], name="clients_address_position"),
        ]
        indexes = [
            models.Index(
                fields=["firm", "latitude", "longitude"],
                condition=models.Q(latitude__isnull=False, longitude__isnull=False),
                include=["client"],
                name="clients_address_located",
            )
        ]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.street, self.postal_code, self.city, self.province) if part)


class ClientLabel(FirmOwned):
    """That a client carries a label."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="client_labels")
    label = FirmForeignKey(Label, on_delete=models.PROTECT, related_name="client_labels")

    class Meta(FirmOwned.Meta):
        constraints = [
            *wall("client", "label"),
            models.UniqueConstraint(fields=["firm", "client", "label"], name="clients_clientlabel_once"),
        ]
        indexes = [models.Index(fields=["firm", "label", "client"], name="clients_clientlabel_by_label")]

    def __str__(self) -> str:
        return str(self.label)


class StatusChange(FirmOwned):
    """One change of a client's commercial status: from, to, when, by whom, why (IFY-24). Append-only."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="status_changes")
    company = FirmForeignKey(Client, on_delete=models.PROTECT, null=True, related_name="+")
    from_status = FirmForeignKey(Status, on_delete=models.PROTECT, null=True, related_name="+")
    to_status = FirmForeignKey(Status, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    cause = models.CharField(max_length=10, choices=StatusCause.choices)

    class Meta(FirmOwned.Meta):
        ordering = ["-at", "-id"]
        constraints = wall("client", "company", "from_status", "to_status", "by")
        indexes = [
            models.Index(fields=["firm", "client", "-at", "-id"], name="clients_statuschange_recent"),
            models.Index(
                fields=["firm", "company", "-at", "-id"],
                condition=models.Q(company__isnull=False),
                name="clients_statuschange_company",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"
