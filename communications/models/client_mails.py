"""A mail that somebody wrote to a client by hand, as the time line tells of it (STY-37 … STY-39)."""

from __future__ import annotations

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.models import Attachment, Client
from communications.models.mail import OutgoingMail
from communications.models.templates import LONGEST_TEXT
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership


class ClientMail(FirmOwned):
    """What was written to whom; ``company`` is the one he was linked to then (STY-22). The outbox tells its fate."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="mails", verbose_name=_("client"))
    company = FirmForeignKey(Client, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("when"))
    recipient = models.EmailField(_("recipient"), max_length=254)
    bcc = models.EmailField(_("blind copy to"), max_length=254, blank=True)
    subject = models.CharField(_("subject"), max_length=300)
    text = models.TextField(_("text"), validators=[MaxLengthValidator(LONGEST_TEXT)])
    outgoing = FirmForeignKey(OutgoingMail, on_delete=models.PROTECT, related_name="+")
    sent_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(FirmOwned.Meta):
        verbose_name = _("mail to a client")
        verbose_name_plural = _("mails to clients")
        ordering = ["-at", "-id"]
        constraints = [
            *wall("client", "company", "outgoing", "sent_by"),
            models.UniqueConstraint(fields=["firm", "outgoing"], name="communications_clientmail_outgoing"),
        ]
        indexes = [
            models.Index(fields=["firm", "client", "-at", "-id"], name="communications_mail_by_client"),
            models.Index(
                fields=["firm", "company", "-at", "-id"],
                condition=models.Q(company__isnull=False),
                name="communications_mail_by_company",
            ),
            models.Index(fields=["firm", "-at", "-id"], name="communications_clientmail_late"),
        ]

    def __str__(self) -> str:
        return self.subject


class MailFile(FirmOwned):
    """A file of the client that went with a mail (STY-39)."""

    mail = FirmForeignKey(ClientMail, on_delete=models.CASCADE, related_name="files")
    attachment = FirmForeignKey(Attachment, on_delete=models.CASCADE, related_name="+")

    class Meta(FirmOwned.Meta):
        verbose_name = _("file of a mail")
        verbose_name_plural = _("files of mails")
        ordering = ["id"]
        constraints = [
            *wall("mail", "attachment"),
            models.UniqueConstraint(fields=["firm", "mail", "attachment"], name="communications_mailfile_once"),
        ]
        indexes = [models.Index(fields=["firm", "attachment"], name="communications_file_of_mails")]

    def __str__(self) -> str:
        return str(self.attachment)
