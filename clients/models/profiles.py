"""The wide rest of a client's record, read by his page (docs/decisions/0001)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.enums import MifidClass, PacFrequency, Sex
from clients.fields import FoldedField, NonNegativeMoneyField
from clients.models.choices import ListEntry
from clients.models.clients import Client
from clients.models.relations import Household
from clients.validators import validate_iban
from tenants.constraints import wall
from tenants.fields import FirmForeignKey, FirmOneToOneField
from tenants.models import FirmOwned


class Profile(FirmOwned):
    """The rest of a client's record (domain 6.1)."""

    client = FirmOneToOneField(Client, on_delete=models.CASCADE, primary_key=True, related_name="profile")
    birth_date = models.DateField(_("birth date"), null=True, blank=True)
    birth_place = models.CharField(_("birth place"), max_length=100, blank=True)
    birth_place_key = FoldedField(of="birth_place")
    sex = models.CharField(_("sex"), max_length=6, choices=Sex.choices, blank=True)
    # Somebody wants the client's tax code although its check fails: a placeholder, or what the card really says.
    tax_code_kept = models.BooleanField(_("tax code kept although wrong"), null=True, blank=True)
    iban = models.CharField(_("IBAN"), max_length=34, blank=True, validators=[validate_iban])
    pec = models.EmailField(_("certified e-mail (PEC)"), blank=True)
    pec_key = FoldedField(of="pec")
    profession = models.CharField(_("profession"), max_length=100, blank=True)
    profession_key = FoldedField(of="profession")
    marital_status = models.CharField(_("marital status"), max_length=50, blank=True)
    marital_status_key = FoldedField(of="marital_status")
    education = models.CharField(_("education"), max_length=100, blank=True)
    education_key = FoldedField(of="education")
    company = FirmForeignKey(
        Client, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("linked company")
    )
    contact_role = FirmForeignKey(
        ListEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("contact role")
    )
    parent_company = FirmForeignKey(
        Client, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("parent company")
    )
    household = FirmForeignKey(
        Household, on_delete=models.PROTECT, null=True, blank=True, related_name="profiles", verbose_name=_("household")
    )
    household_role = FirmForeignKey(
        ListEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("household role")
    )
    rating = FirmForeignKey(
        ListEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("rating")
    )
    link_type = FirmForeignKey(
        ListEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("link type")
    )
    aum_valued_on = models.DateField(_("RFA valued on"), null=True, blank=True)
    liquidity = NonNegativeMoneyField(_("liquidity"), null=True, blank=True)
    outside_wealth = NonNegativeMoneyField(_("wealth held elsewhere"), null=True, blank=True)
    risk_profile = FirmForeignKey(
        ListEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("risk profile")
    )
    mifid_class = models.CharField(_("MiFID classification"), max_length=20, choices=MifidClass.choices, blank=True)
    questionnaire_on = models.DateField(_("MiFID questionnaire"), null=True, blank=True)
    questionnaire_expires_on = models.DateField(_("MiFID questionnaire expires"), null=True, blank=True)
    time_horizon = models.CharField(_("time horizon"), max_length=50, blank=True)
    time_horizon_key = FoldedField(of="time_horizon")
    objectives = models.TextField(_("objectives"), blank=True)
    objectives_key = FoldedField(of="objectives")
    document_type = models.CharField(_("identity document"), max_length=50, blank=True)
    document_type_key = FoldedField(of="document_type")
    document_number = models.CharField(_("document number"), max_length=50, blank=True)
    document_number_key = FoldedField(of="document_number")
    document_expires_on = models.DateField(_("document expires"), null=True, blank=True)
    due_diligence_on = models.DateField(_("customer due diligence"), null=True, blank=True)
    due_diligence_next_on = models.DateField(_("next due diligence"), null=True, blank=True)
    is_pep = models.BooleanField(_("politically exposed person"), null=True, blank=True)
    pac_amount = NonNegativeMoneyField(_("PAC amount"), null=True, blank=True)
    pac_frequency = models.CharField(_("PAC frequency"), max_length=15, choices=PacFrequency.choices, blank=True)
    pac_ends_on = models.DateField(_("PAC ends"), null=True, blank=True)
    privacy_consent = models.BooleanField(_("privacy consent"), null=True, blank=True)
    privacy_consent_on = models.DateField(_("privacy consent given on"), null=True, blank=True)
    marketing_consent = models.BooleanField(_("marketing consent"), null=True, blank=True)
    marketing_consent_on = models.DateField(_("marketing consent given on"), null=True, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    notes_key = FoldedField(of="notes")

    class Meta(FirmOwned.Meta):
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        constraints = [
            *wall(
                "client",
                "company",
                "contact_role",
                "parent_company",
                "household",
                "household_role",
                "rating",
                "link_type",
                "risk_profile",
                key="client",
            ),
            models.CheckConstraint(
                condition=(models.Q(liquidity__isnull=True) | models.Q(liquidity__gte=0))
                & (models.Q(outside_wealth__isnull=True) | models.Q(outside_wealth__gte=0))
                & (models.Q(pac_amount__isnull=True) | models.Q(pac_amount__gte=0)),
                name="clients_profile_money_not_negative",
            ),
        ]
        indexes = [
            models.Index(
                fields=["firm", "company"],
                condition=models.Q(company__isnull=False),
                name="clients_profile_by_company",
            ),
            models.Index(
                fields=["firm", "parent_company"],
                condition=models.Q(parent_company__isnull=False),
                name="clients_profile_by_parent",
            ),
            models.Index(
                fields=["firm", "household"],
                condition=models.Q(household__isnull=False),
                name="clients_profile_by_household",
            ),
        ]

    def __str__(self) -> str:
        return str(self.client)
