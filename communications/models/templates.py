"""What the firm writes with: texts of communications, and the frame that stands around every mail (SIS-26 … SIS-36)."""

from __future__ import annotations

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from communications.enums import FrameColour, TemplateKind
from communications.models.opportunities import ServiceOpportunity
from communications.rendering import Colour, Frame
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned

LONGEST_TEXT = 20_000


class CommunicationTemplate(FirmOwned):
    """Modello di comunicazione: an offer, for one service or for any, or a circular; supplied ones are not changed.

    Subject and body are in the language of ``communications.rendering``.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=TemplateKind.choices, default=TemplateKind.OFFER)
    name = models.CharField(_("name"), max_length=100)
    opportunity = FirmForeignKey(
        ServiceOpportunity,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="templates",
        verbose_name=_("service"),
    )
    subject = models.CharField(_("subject"), max_length=300)
    body = models.TextField(_("text"), validators=[MaxLengthValidator(LONGEST_TEXT)])
    is_supplied = models.BooleanField(_("supplied"), default=False, editable=False)
    active = models.BooleanField(_("active"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("communication template")
        verbose_name_plural = _("communication templates")
        ordering = ["position", "id"]
        constraints = [
            *wall("opportunity"),
            models.UniqueConstraint(fields=["firm", "name"], name="communications_template_name"),
            models.CheckConstraint(
                condition=models.Q(kind="offer") | models.Q(opportunity__isnull=True),
                name="communications_circular_of_no_service",
            ),
        ]

    @property
    def tone(self) -> str:
        return TemplateKind(self.kind).tone

    def __str__(self) -> str:
        return self.name


class MailTemplate(FirmOwned):
    """Mail-sending template: what covers every mail. Exactly one of the firm's is in force (SIS-26 … SIS-28)."""

    name = models.CharField(_("name"), max_length=100)
    header = models.CharField(_("head"), max_length=300, blank=True)
    opening = models.TextField(_("before the text"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)])
    closing = models.TextField(_("after the text"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)])
    footer = models.TextField(_("foot"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)])
    colour = models.CharField(_("colour"), max_length=10, choices=FrameColour.choices, default=FrameColour.BLUE)
    in_force = models.BooleanField(_("in force"), default=False, editable=False)
    is_supplied = models.BooleanField(_("supplied"), default=False, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("mail-sending template")
        verbose_name_plural = _("mail-sending templates")
        ordering = ["id"]
        constraints = [
            *wall(),
            models.UniqueConstraint(fields=["firm", "name"], name="communications_mailtemplate_name"),
            models.UniqueConstraint(
                fields=["firm"], condition=models.Q(in_force=True), name="communications_mailtemplate_in_force"
            ),
        ]

    def frame(self) -> Frame:
        return Frame(
            header=self.header,
            opening=self.opening,
            closing=self.closing,
            footer=self.footer,
            colour=Colour(self.colour),
        )

    def __str__(self) -> str:
        return self.name
