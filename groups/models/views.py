"""Viste: named ways of looking at the client list (SIS-05 … SIS-15)."""

from __future__ import annotations

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from groups.enums import ViewLayout
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership

LONGEST_NAME = 100


class View(FirmOwned):
    """A vista: whom it shows, and how. A supplied one is copied, not changed (SIS-14, O-40)."""

    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    description = models.TextField(_("description"), blank=True, validators=[MaxLengthValidator(1_000)])
    # What the product supplies is known by its key; nobody owns it.
    key = models.CharField(max_length=40, blank=True, editable=False)
    owner = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("of"))
    is_shared = models.BooleanField(_("shared with the whole firm"), default=False)
    filter = models.JSONField(_("filter"), null=True, blank=True)
    parameters = models.JSONField(
        default=dict, blank=True, help_text=_("Plain parameters of the client list that the filter does not know.")
    )
    columns = models.JSONField(_("columns"), default=list, blank=True)
    ordering = models.CharField(_("order"), max_length=100, blank=True)
    grouping = models.CharField(_("grouped by"), max_length=100, blank=True)
    layout = models.CharField(_("layout"), max_length=20, choices=ViewLayout.choices, default=ViewLayout.TABLE)
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("vista")
        verbose_name_plural = _("viste")
        ordering = ["position", "name", "id"]
        constraints = [
            *wall("owner"),
            models.UniqueConstraint(fields=["firm", "key"], condition=~models.Q(key=""), name="groups_view_key"),
            models.UniqueConstraint(fields=["firm", "owner", "name"], name="groups_view_name"),
            models.CheckConstraint(
                condition=models.Q(owner__isnull=False, key="") | models.Q(owner__isnull=True) & ~models.Q(key=""),
                name="groups_view_owned_or_supplied",
            ),
        ]

    @property
    def is_supplied(self) -> bool:
        return bool(self.key)

    def __str__(self) -> str:
        return self.name
