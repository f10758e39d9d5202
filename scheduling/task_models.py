"""What a person of the firm is to do, or has done, for a client: tasks and telephone calls."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from scheduling.enums import TaskKind, TaskState
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership

KEPT = models.Q(deleted_at__isnull=True)
OPEN = KEPT & models.Q(state=TaskState.OPEN)


class Task(FirmOwned):
    """An Attività or a Telefonata (STY-27 … STY-29, STY-35), planned or over.

    ``at`` of a whole day is its beginning in the firm's zone. ``company`` is the one to which the client was linked
    when it was entered (STY-22).
    """

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="tasks", verbose_name=_("client"))
    company = FirmForeignKey(Client, on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=TaskKind.choices)
    subject = models.CharField(_("subject"), max_length=200)
    notes = models.TextField(_("notes"), blank=True)
    at = models.DateTimeField(_("when"))
    whole_day = models.BooleanField(_("at no certain hour"), default=True)
    assignee = FirmForeignKey(Membership, on_delete=models.PROTECT, related_name="+", verbose_name=_("for"))
    state = models.CharField(_("state"), max_length=10, choices=TaskState.choices, default=TaskState.OPEN)
    done_at = models.DateTimeField(_("done on"), null=True, blank=True)
    done_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    created_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["at", "id"]
        constraints = [
            *wall("client", "company", "assignee", "done_by", "created_by"),
            models.CheckConstraint(
                condition=models.Q(state=TaskState.OPEN, done_at__isnull=True)
                | models.Q(state=TaskState.DONE, done_at__isnull=False),
                name="scheduling_task_done_has_a_moment",
            ),
        ]
        indexes = [
            models.Index(
                fields=["firm", "client", "kind", "at", "id"], condition=KEPT, name="scheduling_task_by_client"
            ),
            models.Index(
                fields=["firm", "company", "kind", "at", "id"],
                condition=KEPT & models.Q(company__isnull=False),
                name="scheduling_task_by_company",
            ),
            models.Index(fields=["firm", "assignee", "at"], condition=KEPT, name="scheduling_task_by_assignee"),
            # Whom an advisor sees because of what he is to do for him (clients.visibility).
            models.Index(
                fields=["firm", "assignee", "at"], include=["client"], condition=OPEN, name="scheduling_task_to_do"
            ),
            models.Index(fields=["firm", "at", "id"], condition=OPEN, name="scheduling_task_open"),
            models.Index(fields=["firm", "created_by", "at"], condition=OPEN, name="scheduling_task_by_creator"),
            models.Index(fields=["firm", "updated_at", "id"], name="scheduling_task_by_update"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subject}"

    @property
    def starts_at(self) -> datetime:
        """As an appointment calls it, with which it shares the Calendar."""
        at: datetime = self.at
        return at

    def get_absolute_url(self) -> str:
        return reverse("scheduling:task_detail", kwargs={"firm_slug": self.firm.slug, "pk": self.pk})
