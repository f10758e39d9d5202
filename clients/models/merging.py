"""One person entered twice: what a merge did, so that it can be undone exactly, and pairs that are two people."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.enums import ClientState
from clients.models.clients import Client
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership


class ClientMerge(FirmOwned):
    """That a client was merged into another: everything that was written, row by row."""

    survivor = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="merges")
    merged = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(_("merged on"))
    by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("merged by"))
    former_state = models.CharField(max_length=10, choices=ClientState.choices)
    # {"client": {column: [before, after]}, "profile": …}: what the survivor took over.
    values = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    # {holding: [keys of the rows]}: what went over, what was made as a copy, what only its owner can put back.
    moved = models.JSONField(default=dict)
    made = models.JSONField(default=dict)
    remembered = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    undone_at = models.DateTimeField(_("undone on"), null=True)
    undone_by = FirmForeignKey(
        Membership, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("undone by")
    )

    class Meta(FirmOwned.Meta):
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ["-at", "-id"]
        constraints = wall("survivor", "merged", "by", "undone_by")
        indexes = [
            models.Index(fields=["firm", "survivor", "-at"], name="clients_merge_by_survivor"),
            models.Index(fields=["firm", "merged"], name="clients_merge_by_merged"),
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.survivor_id}"


class NotDuplicate(FirmOwned):
    """Somebody's decision that two clients who look alike are two; the smaller id stands first."""

    first = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    second = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta(FirmOwned.Meta):
        verbose_name = _("pair that is no duplicate")
        verbose_name_plural = _("pairs that are no duplicates")
        constraints = [
            *wall("first", "second", "by"),
            models.UniqueConstraint(fields=["firm", "first", "second"], name="clients_notduplicate_once"),
            models.CheckConstraint(
                condition=models.Q(first__lt=models.F("second")), name="clients_notduplicate_in_order"
            ),
        ]
        indexes = [models.Index(fields=["firm", "second"], name="clients_notduplicate_by_second")]

    def __str__(self) -> str:
        return f"{self.first_id} ≠ {self.second_id}"
