"""The narrow row that lists, filters, counts, search and the night read, and the words that search looks up."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clients import main_portfolio
from clients.enums import ClientKind, ClientState, ListName
from clients.fields import FoldedField, NonNegativeMoneyField
from clients.models.choices import ListEntry, Status
from clients.validators import validate_tax_code, validate_vat_number
from tenants.constraints import FirmPolicy, wall
from tenants.fields import FirmForeignKey
from tenants.models import Derived, FirmOwned, Membership

# For an index that serves equality and prefixes (``__prefix``) of its text column in any collation.
PREFIX = ["int8_ops", "text_pattern_ops"]


class Client(FirmOwned):
    """A person or company that the firm serves: identity, responsibilities, status and money."""

    kind = models.CharField(_("type"), max_length=10, choices=ClientKind.choices, default=ClientKind.PERSON)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    last_name_key = FoldedField(of="last_name")
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    first_name_key = FoldedField(of="first_name")
    company_name = models.CharField(_("company name"), max_length=200, blank=True)
    company_name_key = FoldedField(of="company_name")
    name = models.CharField(_("name"), max_length=202, editable=False, help_text=_("As lists show it."))
    name_key = FoldedField(of="name")
    state = models.CharField(_("state"), max_length=10, choices=ClientState.choices, default=ClientState.ACTIVE)
    tax_code = models.CharField(_("tax code"), max_length=16, blank=True, validators=[validate_tax_code])
    vat_number = models.CharField(_("VAT number"), max_length=16, blank=True, validators=[validate_vat_number])
    advisor = FirmForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("advisor")
    )
    contact = FirmForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("contact")
    )
    specialist = FirmForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("specialist")
    )
    status = FirmForeignKey(
        Status,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("commercial status"),
    )
    category = FirmForeignKey(
        ListEntry,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("category"),
        limit_choices_to={"list_name": ListName.CATEGORY},
    )
    # The one reference upwards: every client has a first portfolio (GAT-05, architecture.md section 1).
    main_portfolio = FirmForeignKey(
        "portfolios.Portfolio",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("main portfolio"),
        default=main_portfolio.default,
    )
    aum = NonNegativeMoneyField(_("RFA (AUM)"), null=True, blank=True)
    merged_into = FirmForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("merged into"),
    )
    erased_at = models.DateTimeField(_("erased on"), null=True, blank=True, editable=False)
    external_source = models.CharField(_("external source"), max_length=50, blank=True)
    external_id = models.CharField(_("external id"), max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("client")
        verbose_name_plural = _("clients")
        constraints = [
            *wall("advisor", "contact", "specialist", "status", "category", "main_portfolio", "merged_into"),
            models.UniqueConstraint(
                fields=["firm", "external_source", "external_id"],
                condition=~models.Q(external_id=""),
                name="clients_client_external_id",
            ),
            models.CheckConstraint(
                condition=models.Q(aum__isnull=True) | models.Q(aum__gte=0), name="clients_client_aum_not_negative"
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="clients_client_named"),
            # Whoever asks only for the served clients never meets one who is there for his address alone.
            models.CheckConstraint(
                condition=models.Q(merged_into__isnull=True, erased_at__isnull=True) | models.Q(state="archived"),
                name="clients_client_gone_is_archived",
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "name_key", "id"], name="clients_client_by_name"),
            # The clients whom the firm has (queries.present_clients), without reading one of them: what a filter finds
            # in another table is held against this.
            models.Index(
                fields=["firm", "id"],
                include=["state"],
                condition=models.Q(merged_into__isnull=True, erased_at__isnull=True),
                name="clients_client_present",
            ),
            models.Index(fields=["firm", "advisor", "name_key"], name="clients_client_by_advisor"),
            models.Index(fields=["firm", "aum"], name="clients_client_by_aum"),
            models.Index(fields=["firm", "updated_at", "id"], name="clients_client_by_update"),
            models.Index(fields=["firm", "main_portfolio", "name_key"], name="clients_client_by_portfolio"),
            models.Index(
                fields=["firm", "contact"], condition=models.Q(contact__isnull=False), name="clients_client_by_contact"
            ),
            models.Index(
                fields=["firm", "specialist"],
                condition=models.Q(specialist__isnull=False),
                name="clients_client_by_specialist",
            ),
            models.Index(
                fields=["firm", "merged_into"],
                condition=models.Q(merged_into__isnull=False),
                name="clients_client_by_survivor",
            ),
            models.Index(
                fields=["firm", "tax_code"],
                opclasses=PREFIX,
                condition=~models.Q(tax_code=""),
                name="clients_client_by_tax_code",
            ),
            models.Index(
                fields=["firm", "vat_number"],
                opclasses=PREFIX,
                condition=~models.Q(vat_number=""),
                name="clients_client_by_vat_number",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("clients:client_detail", kwargs={"firm_slug": self.firm.slug, "pk": self.pk})


class ClientWord(Derived):
    """A word of a client's name, folded: what search looks up (docs/decisions/0003). Derived, hence without a key."""

    pk = models.CompositePrimaryKey("firm_id", "client_id", "word")
    client_id = models.BigIntegerField()
    word = models.TextField()

    class Meta(FirmOwned.Meta):
        constraints = [FirmPolicy(name="clients_clientword_policy")]
        indexes = [
            models.Index(
                fields=["firm", "word"], opclasses=PREFIX, include=["client_id"], name="clients_clientword_by_word"
            )
        ]

    def __str__(self) -> str:
        return self.word
