"""What a firm lets its clients choose from: statuses, entries of its own lists, labels."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.enums import StatusSymbol, Tone
from clients.fields import FoldedField
from tenants.constraints import wall
from tenants.models import FirmOwned


class Status(FirmOwned):
    """A commercial status that clients of the firm can take (IFY-21 … IFY-23)."""

    name = models.CharField(_("description"), max_length=100)
    active = models.BooleanField(_("active"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    symbol = models.CharField(_("symbol"), max_length=40, choices=StatusSymbol.choices, default=StatusSymbol.CIRCLE)
    colour = models.CharField(_("colour"), max_length=10, choices=Tone.choices, default=Tone.GRAY)

    class Meta(FirmOwned.Meta):
        verbose_name = _("commercial status")
        verbose_name_plural = _("commercial statuses")
        ordering = ["position", "id"]
        constraints = [*wall(), models.UniqueConstraint(fields=["firm", "name"], name="clients_status_name")]

    def __str__(self) -> str:
        return self.name


class ListEntry(FirmOwned):
    """An entry of one of the firm's own look-up tables (elenchi utente); deactivated, never lost (STY-14)."""

    # One of ListName, or the key of a UserList.
    list_name = models.CharField(_("list"), max_length=20)
    name = models.CharField(_("description"), max_length=100)
    # By which imports and integrations know an entry that the product supplied, whatever the firm calls it.
    code = models.CharField(_("code"), max_length=20, blank=True, editable=False)
    active = models.BooleanField(_("active"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta(FirmOwned.Meta):
        verbose_name = _("list entry")
        verbose_name_plural = _("list entries")
        ordering = ["list_name", "position", "id"]
        constraints = [
            *wall(),
            models.UniqueConstraint(fields=["firm", "list_name", "name"], name="clients_listentry_name"),
            models.UniqueConstraint(
                fields=["firm", "list_name", "code"], condition=~models.Q(code=""), name="clients_listentry_code"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Label(FirmOwned):
    """A free label (etichetta), many per client (REL-11)."""

    name = models.CharField(_("label"), max_length=60)
    name_key = FoldedField(of="name")
    colour = models.CharField(_("colour"), max_length=10, choices=Tone.choices, default=Tone.GRAY)
    active = models.BooleanField(_("active"), default=True)

    class Meta(FirmOwned.Meta):
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        ordering = ["name_key"]
        constraints = [*wall(), models.UniqueConstraint(fields=["firm", "name_key"], name="clients_label_name")]

    def __str__(self) -> str:
        return self.name
