"""The firm's register of processing activities (GDPR, art. 30)."""

from __future__ import annotations

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.constraints import wall
from tenants.models import FirmOwned

LONGEST = 4_000


def _text(label: object, help_text: object = "") -> models.TextField[str, str]:
    return models.TextField(label, blank=True, validators=[MaxLengthValidator(LONGEST)], help_text=help_text)  # type: ignore[arg-type]


class ProcessingRegister(FirmOwned):
    """What holds for the whole register. One row for a firm, or none."""

    controller = _text(_("controller"), _("Name and contact details; empty: the firm's name."))
    representative = _text(_("joint controller or representative"))
    officer = _text(_("data protection officer"))
    processors = _text(_("processors and sub-processors"), _("One on a line: name, what for, where."))
    measures = _text(_("security measures"))

    class Meta(FirmOwned.Meta):
        verbose_name = _("register of processing")
        verbose_name_plural = _("registers of processing")
        constraints = [*wall(), models.UniqueConstraint(fields=["firm"], name="clients_register_once")]

    def __str__(self) -> str:
        return str(self.pk)


class Processing(FirmOwned):
    """One activity. Categories and periods of a supplied one follow from the product (clients/processing.py)."""

    # What the product supplies is known by its key; one that the firm added has none.
    key = models.CharField(max_length=20, blank=True, editable=False)
    name = models.CharField(_("activity"), max_length=150)
    purpose = _text(_("purposes"))
    basis = _text(_("legal basis"))
    subjects = _text(_("whose data"))
    data = _text(_("further categories of data"))
    recipients = _text(_("recipients"))
    transfers = _text(_("transfers to third countries"))
    periods = _text(_("further periods of erasure"))
    position = models.PositiveIntegerField(_("position"), default=0)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("processing activity")
        verbose_name_plural = _("processing activities")
        ordering = ["position", "id"]
        constraints = [
            *wall(),
            models.UniqueConstraint(fields=["firm", "name"], name="clients_processing_name"),
            models.UniqueConstraint(fields=["firm", "key"], condition=~models.Q(key=""), name="clients_processing_key"),
        ]

    def __str__(self) -> str:
        return self.name
