"""Files of clients handed in, and the rows that were refused."""

from __future__ import annotations

from django.db import models

from clients.enums import ImportState, OnDuplicate
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership


class ImportJob(FirmOwned):
    """One file of clients handed in, its mapping, and what became of it."""

    file_name = models.CharField(max_length=255)
    content = models.BinaryField(editable=False, default=b"")
    mapping = models.JSONField(default=dict)
    on_duplicate = models.CharField(max_length=10, choices=OnDuplicate.choices, default=OnDuplicate.UPDATE)
    dry_run = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.QUEUED)
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    error_count = models.PositiveIntegerField(default=0)
    failure = models.TextField(blank=True)
    by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta(FirmOwned.Meta):
        ordering = ["-id"]
        constraints = wall("by")

    def __str__(self) -> str:
        return self.file_name


class RefusedRow(FirmOwned):
    """A row of an import that was refused: where, what stood there, and why."""

    import_job = FirmForeignKey(ImportJob, on_delete=models.CASCADE, related_name="refused_rows")
    line = models.PositiveIntegerField()
    column = models.CharField(max_length=200, blank=True)
    value = models.TextField(blank=True)
    code = models.CharField(max_length=40)
    message = models.TextField()

    class Meta(FirmOwned.Meta):
        ordering = ["line", "id"]
        constraints = wall("import_job")
        indexes = [models.Index(fields=["firm", "import_job", "line"], name="clients_refusedrow_by_line")]

    def __str__(self) -> str:
        return f"{self.line}: {self.message}"
