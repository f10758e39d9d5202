"""What is written about a client: notes with their former versions, and the files attached to them."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clients.models.clients import Client
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership

ON_FILE = models.Q(deleted_at__isnull=True)


class Note(FirmOwned):
    """A note about a client (STY-33). ``company`` is the one he was linked to when it was written (STY-22)."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="notes", verbose_name=_("client"))
    company = FirmForeignKey(Client, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("when"))
    title = models.CharField(_("title"), max_length=200, blank=True)
    text = models.TextField(_("text"))
    created_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["-at", "-id"]
        constraints = wall("client", "company", "created_by")
        indexes = [
            models.Index(fields=["firm", "client", "-at", "-id"], condition=ON_FILE, name="clients_note_by_client"),
            models.Index(
                fields=["firm", "company", "-at", "-id"],
                condition=ON_FILE & models.Q(company__isnull=False),
                name="clients_note_by_company",
            ),
            models.Index(fields=["firm", "updated_at", "id"], name="clients_note_by_update"),
        ]

    def __str__(self) -> str:
        return self.title or str(self._meta.verbose_name)

    def get_absolute_url(self) -> str:
        return reverse("clients:note_detail", kwargs={"firm_slug": self.firm.slug, "pk": self.pk})


class NoteVersion(FirmOwned):
    """What a note said before it was changed. Append-only."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    note = FirmForeignKey(Note, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    replaced_at = models.DateTimeField()
    replaced_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(FirmOwned.Meta):
        verbose_name = _("former version of a note")
        verbose_name_plural = _("former versions of notes")
        ordering = ["-number"]
        constraints = [
            *wall("client", "note", "replaced_by"),
            models.UniqueConstraint(fields=["firm", "note", "number"], name="clients_noteversion_number"),
        ]
        indexes = [models.Index(fields=["firm", "client"], name="clients_noteversion_by_client")]

    def __str__(self) -> str:
        return f"{self.note_id}: {self.number}"


class Attachment(FirmOwned):
    """A file of a client, on a note of his (STY-34, O-56). Its content is in the storage under a random name."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="attachments", verbose_name=_("client"))
    note = FirmForeignKey(Note, on_delete=models.CASCADE, related_name="attachments", null=True)
    name = models.CharField(_("file"), max_length=200)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.BigIntegerField(_("size"))
    digest = models.CharField(max_length=64, editable=False, help_text=_("SHA-256 of the content."))
    stored_as = models.CharField(max_length=120, editable=False)
    created_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["id"]
        constraints = [
            *wall("client", "note", "created_by"),
            models.UniqueConstraint(fields=["firm", "stored_as"], name="clients_attachment_stored_as"),
            models.CheckConstraint(condition=models.Q(size__gte=0), name="clients_attachment_size"),
        ]
        indexes = [
            models.Index(fields=["firm", "client", "id"], name="clients_attachment_by_client"),
            models.Index(fields=["firm", "note", "id"], condition=ON_FILE, name="clients_attachment_by_note"),
            # The sum of it is what counts against the firm's quota.
            models.Index(fields=["firm"], include=["size"], condition=ON_FILE, name="clients_attachment_sizes"),
        ]

    def __str__(self) -> str:
        return self.name
