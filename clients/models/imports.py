"""Files handed in: what they say, what was refused, and what it takes to undo them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.enums import ImportState, KeptReason, OnDuplicate
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership


class ImportJob(FirmOwned):
    """One file handed in, its mapping, and what became of it."""

    file_name = models.CharField(max_length=255)
    # What its rows are: of clients, or what a higher app receives in the same way (clients/imports/kinds.py).
    kind = models.CharField(max_length=20, default="clients")
    size = models.PositiveBigIntegerField(default=0)
    # What was recognised of the file before anybody said how to read it: kind, encoding, header, samples …
    layout = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    on_duplicate = models.CharField(max_length=10, choices=OnDuplicate.choices, default=OnDuplicate.UPDATE)
    dry_run = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.QUEUED)
    is_checked = models.BooleanField(default=False, help_text="Its rows stand in ImportRow, checked and corrected.")
    cancel_requested = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    warning_count = models.PositiveIntegerField(default=0)
    error_count = models.PositiveIntegerField(default=0)
    failure = models.TextField(blank=True)
    by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    removed = models.PositiveIntegerField(default=0, help_text="By the undo.")
    restored = models.PositiveIntegerField(default=0, help_text="By the undo.")
    kept = models.PositiveIntegerField(default=0, help_text="By the undo, since they were changed or used.")

    class Meta(FirmOwned.Meta):
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]
        constraints = wall("by", "undone_by")
        indexes = [
            models.Index(
                fields=["firm", "id"],
                condition=models.Q(state__in=["draft", "checking", "checked", "queued", "running", "undoing"]),
                name="clients_importjob_open",
            )
        ]

    # What the list says of it, where it is shown.
    kind_label: object = ""

    def __str__(self) -> str:
        return self.file_name


class ImportPiece(FirmOwned):
    """A piece of the file as it was handed in; gone when the import is over."""

    import_job = FirmForeignKey(ImportJob, on_delete=models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta(FirmOwned.Meta):
        ordering = ["number"]
        constraints = [
            *wall("import_job"),
            models.UniqueConstraint(fields=["firm", "import_job", "number"], name="clients_importpiece_number"),
        ]

    def __str__(self) -> str:
        return f"{self.import_job_id}: {self.number}"


class ImportRow(FirmOwned):
    """A row of a file between its check and its import: its cells, what is wrong with them, what was corrected."""

    import_job = FirmForeignKey(ImportJob, on_delete=models.CASCADE, related_name="import_rows")
    line = models.PositiveIntegerField()
    cells = models.JSONField()
    # As COPY takes it, where nothing is wrong.
    staged = models.TextField(blank=True)
    # [{"place": number of the cell or null, "code", "message", "value"}]
    refusals = models.JSONField(null=True)
    # Of a row that goes in: what of it does not fit together, written as the refusals are.
    doubts = models.JSONField(null=True)
    # What stood in the corrected cells before: {"3": "31/02/2025"}
    corrected = models.JSONField(null=True)
    dropped = models.BooleanField(default=False)

    class Meta(FirmOwned.Meta):
        ordering = ["line"]
        constraints = [
            *wall("import_job"),
            models.UniqueConstraint(fields=["firm", "import_job", "line"], name="clients_importrow_line"),
        ]
        indexes = [
            models.Index(
                fields=["firm", "import_job", "line"],
                condition=models.Q(refusals__isnull=False),
                name="clients_importrow_refused",
            )
        ]

    def __str__(self) -> str:
        return f"{self.import_job_id}: {self.line}"


class RefusedRow(FirmOwned):
    """A row of an import that was refused, or that went in with a warning: where, what stood there, and why."""

    import_job = FirmForeignKey(ImportJob, on_delete=models.CASCADE, related_name="refused_rows")
    line = models.PositiveIntegerField()
    column = models.CharField(max_length=200, blank=True)
    value = models.TextField(blank=True)
    code = models.CharField(max_length=40)
    message = models.TextField()
    is_warning = models.BooleanField(default=False)

    class Meta(FirmOwned.Meta):
        ordering = ["line", "id"]
        constraints = wall("import_job")
        indexes = [models.Index(fields=["firm", "import_job", "line"], name="clients_refusedrow_by_line")]

    def __str__(self) -> str:
        return f"{self.line}: {self.message}"


class ImportedClient(FirmOwned):
    """A client whom an import has created or changed, and his version then. Without a key: one for each row."""

    import_job = FirmForeignKey(ImportJob, on_delete=models.CASCADE, related_name="imported_clients")
    client_id = models.BigIntegerField()
    created = models.BooleanField()
    version = models.PositiveIntegerField()
    kept = models.CharField(max_length=10, choices=KeptReason.choices, blank=True)
    kept_for = models.TextField(blank=True)

    class Meta(FirmOwned.Meta):
        constraints = [
            *wall("import_job"),
            models.UniqueConstraint(fields=["firm", "import_job", "client_id"], name="clients_importedclient_once"),
        ]
        indexes = [models.Index(fields=["firm", "client_id"], name="clients_importedclient_client")]

    def __str__(self) -> str:
        return f"{self.import_job_id}: {self.client_id}"


class ImportedRow(FirmOwned):
    """A row that an import has written beside new clients: put in, or changed from what stands in ``before``."""

    import_job = FirmForeignKey(ImportJob, on_delete=models.CASCADE, related_name="imported_rows")
    table = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    client_id = models.BigIntegerField(null=True)
    before = models.JSONField(null=True)

    class Meta(FirmOwned.Meta):
        constraints = wall("import_job")
        indexes = [
            models.Index(fields=["firm", "import_job", "table"], name="clients_importedrow_by_table"),
            models.Index(fields=["firm", "client_id"], name="clients_importedrow_client"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.row_id}"


class SavedMapping(FirmOwned):
    """How files of one kind are read, kept under a name for the next one."""

    name = models.CharField(_("name"), max_length=100)
    mapping = models.JSONField()
    by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(FirmOwned.Meta):
        verbose_name = _("saved mapping")
        verbose_name_plural = _("saved mappings")
        ordering = ["name"]
        constraints = [*wall("by"), models.UniqueConstraint(fields=["firm", "name"], name="clients_savedmapping_name")]

    def __str__(self) -> str:
        return self.name
