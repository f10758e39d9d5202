"""Marketing lists: whom a campaign is for, by a filter or frozen at a date (STY-16, O-70)."""

from __future__ import annotations

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import Derived, FirmOwned, Membership


class MarketingList(FirmOwned):
    """Dynamic: its members are those of the filter at any moment; frozen: those of the moment in ``frozen_at``."""

    name = models.CharField(_("name"), max_length=100)
    description = models.TextField(_("description"), blank=True, validators=[MaxLengthValidator(1_000)])
    filter = models.JSONField(_("filter"), null=True, blank=True)
    frozen_at = models.DateTimeField(_("frozen"), null=True, editable=False)
    created_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("marketing list")
        verbose_name_plural = _("marketing lists")
        ordering = ["name", "id"]
        constraints = [
            *wall("created_by"),
            models.UniqueConstraint(fields=["firm", "name"], name="groups_marketinglist_name"),
        ]

    @property
    def is_frozen(self) -> bool:
        return self.frozen_at is not None

    def __str__(self) -> str:
        return self.name


class MarketingListMember(Derived):
    """That a client was in a list when it was frozen.

    Written by the thousand, hence without a key to client and list, as a group's members are: services delete them.
    """

    marketing_list = FirmForeignKey(MarketingList, on_delete=models.CASCADE, related_name="members")
    client_id = models.BigIntegerField()

    class Meta(FirmOwned.Meta):
        constraints = [
            *wall("marketing_list"),
            models.UniqueConstraint(fields=["firm", "client_id", "marketing_list"], name="groups_listmember_once"),
        ]
        indexes = [
            models.Index(fields=["firm", "marketing_list", "client_id"], name="groups_listmember_by_list"),
        ]

    def __str__(self) -> str:
        return f"{self.marketing_list_id}: {self.client_id}"
