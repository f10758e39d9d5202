"""Fields that a firm defines for its clients by itself (campi utente), their values, and lists of its own."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.enums import CustomType, FormPlace, Sheet
from clients.fields import FoldedField, MoneyField, NumberField
from clients.models.choices import ListEntry
from clients.models.clients import Client
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned

KEY = RegexValidator(r"\A[a-z][a-z0-9_]*\Z", _("Small letters, digits and underscores, beginning with a letter."))


class UserList(FirmOwned):
    """A look-up table that the firm made for its own fields; its entries are ``ListEntry`` rows of this ``key``."""

    key = models.CharField(_("key"), max_length=20, validators=[KEY])
    name = models.CharField(_("description"), max_length=100)
    active = models.BooleanField(_("active"), default=True)

    class Meta(FirmOwned.Meta):
        verbose_name = _("user list")
        verbose_name_plural = _("user lists")
        ordering = ["name", "id"]
        constraints = [*wall(), models.UniqueConstraint(fields=["firm", "key"], name="clients_userlist_key")]

    def __str__(self) -> str:
        return self.name


class CustomField(FirmOwned):
    """The definition of one field (SIS-16, SIS-18). Key and type are for ever: values and filters rest on them."""

    key = models.CharField(_("key"), max_length=40, validators=[KEY])
    label = models.CharField(_("label"), max_length=80)
    help_text = models.CharField(_("explanation"), max_length=200, blank=True)
    type = models.CharField(_("type"), max_length=12, choices=CustomType.choices)
    list_name = models.CharField(_("list"), max_length=20, blank=True)
    form = models.CharField(_("form"), max_length=15, choices=FormPlace.choices, default=FormPlace.BOTH)
    required = models.BooleanField(_("required"), default=False)
    in_mail = models.BooleanField(_("can be used in mails"), default=True)
    active = models.BooleanField(_("active"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(FirmOwned.Meta):
        verbose_name = _("user field")
        verbose_name_plural = _("user fields")
        ordering = ["position", "id"]
        constraints = [*wall(), models.UniqueConstraint(fields=["firm", "key"], name="clients_customfield_key")]

    def __str__(self) -> str:
        return self.label


class CustomValue(FirmOwned):
    """One value of a client: in the column of its field's type, the others are empty (docs/decisions/0010).

    No row means no value; a field of several choices has one row for each.
    """

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="custom_values")
    field = FirmForeignKey(CustomField, on_delete=models.PROTECT, related_name="values")
    text = models.CharField(max_length=500, blank=True)
    text_key = FoldedField(of="text")
    number = NumberField(null=True, blank=True)
    amount = MoneyField(null=True, blank=True)
    day = models.DateField(null=True, blank=True)
    flag = models.BooleanField(null=True, blank=True)
    entry = FirmForeignKey(ListEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(FirmOwned.Meta):
        verbose_name = _("value of a user field")
        verbose_name_plural = _("values of user fields")
        constraints = [
            *wall("client", "field", "entry"),
            models.UniqueConstraint(
                fields=["firm", "client", "field", "entry"], nulls_distinct=False, name="clients_customvalue_once"
            ),
        ]
        # Each row stands in one of them. The client is included, so that a filter need not look at the row itself.
        indexes = [
            models.Index(
                fields=["firm", "field", "text_key"],
                opclasses=["int8_ops", "int8_ops", "text_pattern_ops"],
                include=["client"],
                condition=~models.Q(text_key=""),
                name="clients_customvalue_by_text",
            ),
            *(
                models.Index(
                    fields=["firm", "field", column],
                    include=["client"],
                    condition=models.Q(**{f"{column}__isnull": False}),
                    name=f"clients_customvalue_by_{column}",
                )
                for column in ("number", "amount", "day", "flag", "entry")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field_id}: {self.text or self.pk}"


class SheetDefault(FirmOwned):
    """Which fields of a form are hidden from everybody who has not chosen for himself (STY-10, O-51)."""

    sheet = models.CharField(_("form"), max_length=15, choices=Sheet.choices)
    hidden = models.JSONField(_("hidden fields"), default=list)

    class Meta(FirmOwned.Meta):
        verbose_name = _("default of a form")
        verbose_name_plural = _("defaults of forms")
        constraints = [*wall(), models.UniqueConstraint(fields=["firm", "sheet"], name="clients_sheetdefault_once")]

    def __str__(self) -> str:
        return self.get_sheet_display()
