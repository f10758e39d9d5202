"""What a client has of each year, and other lists of his: filings, services, policies (O-47, domain 6.1)."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.enums import FilingState
from clients.fields import FoldedField, NonNegativeMoneyField, NumberField
from clients.models.choices import ListEntry
from clients.models.clients import Client
from clients.models.custom import KEY
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned

YEARS = [MinValueValidator(1900), MaxValueValidator(2200)]


class Quantity(FirmOwned):
    """A number that the firm follows from year to year: invoices issued, total assets, revenue (SIS-11)."""

    key = models.CharField(_("key"), max_length=40, validators=[KEY])
    label = models.CharField(_("label"), max_length=80)
    is_money = models.BooleanField(_("an amount"), default=False)
    active = models.BooleanField(_("active"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta(FirmOwned.Meta):
        verbose_name = _("yearly quantity")
        verbose_name_plural = _("yearly quantities")
        ordering = ["position", "id"]
        constraints = [*wall(), models.UniqueConstraint(fields=["firm", "key"], name="clients_quantity_key")]

    def __str__(self) -> str:
        return self.label


class ClientYear(FirmOwned):
    """A financial year (esercizio) of a client, and the accounting regime in it."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="years")
    year = models.PositiveSmallIntegerField(_("financial year"), validators=YEARS)
    regime = FirmForeignKey(
        ListEntry,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("accounting regime"),
        limit_choices_to={"list_name": "accounting_regime"},
    )
    closes_on = models.DateField(_("year ends on"), null=True, blank=True)
    # Kept by the services, so that a filter on the latest year is one look-up.
    is_latest = models.BooleanField(default=True, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("financial year")
        verbose_name_plural = _("financial years")
        ordering = ["-year"]
        constraints = [
            *wall("client", "regime"),
            models.UniqueConstraint(fields=["firm", "client", "year"], name="clients_clientyear_once"),
        ]
        indexes = [
            models.Index(
                fields=["firm", "year"],
                include=["client"],
                condition=models.Q(is_latest=True),
                name="clients_year_latest",
            )
        ]

    def __str__(self) -> str:
        return str(self.year)


class YearQuantity(FirmOwned):
    """The value of one quantity in one year; the latest known one is what filters ask for."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="year_quantities")
    year = models.PositiveSmallIntegerField(_("financial year"), validators=YEARS)
    quantity = FirmForeignKey(Quantity, on_delete=models.PROTECT, related_name="values", verbose_name=_("quantity"))
    value = NumberField(_("value"))
    is_latest = models.BooleanField(default=True, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("value of a year")
        verbose_name_plural = _("values of years")
        ordering = ["-year"]
        constraints = [
            *wall("client", "quantity"),
            models.UniqueConstraint(fields=["firm", "client", "quantity", "year"], name="clients_yearquantity_once"),
        ]
        indexes = [
            models.Index(
                fields=["firm", "quantity", "value"],
                include=["client"],
                condition=models.Q(is_latest=True),
                name="clients_yearquantity_latest",
            )
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.value}"


class Filing(FirmOwned):
    """A filing (adempimento) that is handled for a client: type, period, state (SIS-12)."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="filings")
    type = FirmForeignKey(
        ListEntry,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("filing"),
        limit_choices_to={"list_name": "filing_type"},
    )
    year = models.PositiveSmallIntegerField(_("financial year"), validators=YEARS)
    period = models.CharField(_("period"), max_length=20, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=FilingState.choices, default=FilingState.TO_DO)
    due_on = models.DateField(_("due on"), null=True, blank=True)

    class Meta(FirmOwned.Meta):
        verbose_name = _("filing")
        verbose_name_plural = _("filings")
        ordering = ["-year", "period", "id"]
        constraints = [
            *wall("client", "type"),
            models.UniqueConstraint(fields=["firm", "client", "type", "year", "period"], name="clients_filing_once"),
        ]
        indexes = [models.Index(fields=["firm", "type", "state"], include=["client"], name="clients_filing_by_type")]

    def __str__(self) -> str:
        return f"{self.year} {self.period}".strip()


class ClientService(FirmOwned):
    """A service that the firm renders to a client; without an end it is active (SIS-07)."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="services")
    service = FirmForeignKey(
        ListEntry,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("service"),
        limit_choices_to={"list_name": "service"},
    )
    since = models.DateField(_("since"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)

    class Meta(FirmOwned.Meta):
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["id"]
        constraints = [
            *wall("client", "service"),
            models.UniqueConstraint(fields=["firm", "client", "service"], name="clients_clientservice_once"),
        ]
        indexes = [models.Index(fields=["firm", "service"], include=["client"], name="clients_service_by_service")]

    def __str__(self) -> str:
        return str(self.service)


class Policy(FirmOwned):
    """An insurance policy of a client (Polizze: compagnia, ramo, numero, premio, scadenza)."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="policies")
    company = models.CharField(_("insurance company"), max_length=100)
    company_key = FoldedField(of="company")
    branch = FirmForeignKey(
        ListEntry,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("branch"),
        limit_choices_to={"list_name": "policy_branch"},
    )
    number = models.CharField(_("policy number"), max_length=50, blank=True)
    number_key = FoldedField(of="number")
    premium = NonNegativeMoneyField(_("premium"), null=True, blank=True)
    expires_on = models.DateField(_("policy expires"), null=True, blank=True)

    class Meta(FirmOwned.Meta):
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        ordering = ["expires_on", "id"]
        constraints = [
            *wall("client", "branch"),
            models.UniqueConstraint(fields=["firm", "client", "company_key", "number_key"], name="clients_policy_once"),
        ]
        indexes = [
            models.Index(
                fields=["firm", "expires_on"],
                include=["client"],
                condition=models.Q(expires_on__isnull=False),
                name="clients_policy_by_expiry",
            )
        ]

    def __str__(self) -> str:
        return f"{self.company} {self.number}".strip()
