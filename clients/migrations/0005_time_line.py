import django.db.models.deletion
from django.db import migrations, models

import clients.fields
import tenants.binding
import tenants.constraints
import tenants.fields


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0004_bulk_jobs"),
        ("tenants", "0002_unbound_functions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "firm",
                    models.ForeignKey(
                        db_index=False,
                        default=tenants.binding.bound_firm_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.firm",
                    ),
                ),
                (
                    "created_by",
                    tenants.fields.FirmForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.membership",
                    ),
                ),
                (
                    "company",
                    tenants.fields.FirmForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.client",
                    ),
                ),
                (
                    "client",
                    tenants.fields.FirmForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to="clients.client",
                        verbose_name="client",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="when")),
                ("title", models.CharField(blank=True, max_length=200, verbose_name="title")),
                ("text", models.TextField(verbose_name="text")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "verbose_name": "note",
                "verbose_name_plural": "notes",
                "ordering": ["-at", "-id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="NoteVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "replaced_by",
                    tenants.fields.FirmForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.membership",
                    ),
                ),
                (
                    "note",
                    tenants.fields.FirmForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="clients.note",
                    ),
                ),
                (
                    "firm",
                    models.ForeignKey(
                        db_index=False,
                        default=tenants.binding.bound_firm_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.firm",
                    ),
                ),
                (
                    "client",
                    tenants.fields.FirmForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="clients.client",
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("title", models.CharField(blank=True, max_length=200)),
                ("text", models.TextField()),
                ("replaced_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "former version of a note",
                "verbose_name_plural": "former versions of notes",
                "ordering": ["-number"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "note",
                    tenants.fields.FirmForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="clients.note",
                    ),
                ),
                (
                    "firm",
                    models.ForeignKey(
                        db_index=False,
                        default=tenants.binding.bound_firm_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.firm",
                    ),
                ),
                (
                    "created_by",
                    tenants.fields.FirmForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.membership",
                    ),
                ),
                (
                    "client",
                    tenants.fields.FirmForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="clients.client",
                        verbose_name="client",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="file")),
                ("content_type", models.CharField(max_length=100, verbose_name="type")),
                ("size", models.BigIntegerField(verbose_name="size")),
                ("digest", models.CharField(editable=False, help_text="SHA-256 of the content.", max_length=64)),
                ("stored_as", models.CharField(editable=False, max_length=120)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("deleted_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "verbose_name": "attachment",
                "verbose_name_plural": "attachments",
                "ordering": ["id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ManagementEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "firm",
                    models.ForeignKey(
                        db_index=False,
                        default=tenants.binding.bound_firm_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.firm",
                    ),
                ),
                (
                    "company",
                    tenants.fields.FirmForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.client",
                    ),
                ),
                (
                    "client",
                    tenants.fields.FirmForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="management_events",
                        to="clients.client",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("receipt", "Receipt"),
                            ("invoice", "Invoice"),
                            ("shipment", "Shipment"),
                            ("commission", "Commission"),
                            ("contribution", "Contribution"),
                            ("contract", "Contract document"),
                            ("other", "Other document"),
                        ],
                        max_length=15,
                        verbose_name="kind",
                    ),
                ),
                ("on", models.DateField(verbose_name="date")),
                ("at", models.DateTimeField(editable=False, help_text="The beginning of that day in the firm's zone.")),
                ("number", models.CharField(blank=True, max_length=50, verbose_name="number")),
                ("amount", clients.fields.MoneyField(blank=True, null=True, verbose_name="amount")),
                ("description", models.CharField(blank=True, max_length=300, verbose_name="description")),
                ("external_source", models.CharField(blank=True, max_length=50, verbose_name="external source")),
                ("external_id", models.CharField(max_length=100, verbose_name="external id")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name": "management event",
                "verbose_name_plural": "management events",
                "ordering": ["-at", "-id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.RemoveIndex(
            model_name="statuschange",
            name="clients_statuschange_recent",
        ),
        migrations.AddField(
            model_name="statuschange",
            name="company",
            field=tenants.fields.FirmForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clients.client",
            ),
        ),
        migrations.AddIndex(
            model_name="statuschange",
            index=models.Index(fields=["firm", "client", "-at", "-id"], name="clients_statuschange_recent"),
        ),
        migrations.AddIndex(
            model_name="statuschange",
            index=models.Index(
                condition=models.Q(("company__isnull", False)),
                fields=["firm", "company", "-at", "-id"],
                name="clients_statuschange_company",
            ),
        ),
        migrations.AddConstraint(
            model_name="statuschange",
            constraint=tenants.constraints.SameFirm(field="company", name="clients_statuschange_company_same_firm"),
        ),
        migrations.AddIndex(
            model_name="managementevent",
            index=models.Index(fields=["firm", "client", "-at", "-id"], name="clients_mgmtevent_by_client"),
        ),
        migrations.AddIndex(
            model_name="managementevent",
            index=models.Index(
                condition=models.Q(("company__isnull", False)),
                fields=["firm", "company", "-at", "-id"],
                name="clients_mgmtevent_by_company",
            ),
        ),
        migrations.AddConstraint(
            model_name="managementevent",
            constraint=tenants.constraints.FirmPolicy(column="firm_id", name="clients_managementevent_policy"),
        ),
        migrations.AddConstraint(
            model_name="managementevent",
            constraint=models.UniqueConstraint(fields=("firm", "id"), name="clients_managementevent_firm_key"),
        ),
        migrations.AddConstraint(
            model_name="managementevent",
            constraint=tenants.constraints.SameFirm(field="client", name="clients_managementevent_client_same_firm"),
        ),
        migrations.AddConstraint(
            model_name="managementevent",
            constraint=tenants.constraints.SameFirm(field="company", name="clients_managementevent_company_same_firm"),
        ),
        migrations.AddConstraint(
            model_name="managementevent",
            constraint=models.UniqueConstraint(
                fields=("firm", "external_source", "external_id"), name="clients_managementevent_external_id"
            ),
        ),
        migrations.AddConstraint(
            model_name="managementevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("external_id", ""), _negated=True), name="clients_managementevent_known"
            ),
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["firm", "client", "-at", "-id"],
                name="clients_note_by_client",
            ),
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True), ("company__isnull", False)),
                fields=["firm", "company", "-at", "-id"],
                name="clients_note_by_company",
            ),
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(fields=["firm", "updated_at", "id"], name="clients_note_by_update"),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=tenants.constraints.FirmPolicy(column="firm_id", name="clients_note_policy"),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.UniqueConstraint(fields=("firm", "id"), name="clients_note_firm_key"),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=tenants.constraints.SameFirm(field="client", name="clients_note_client_same_firm"),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=tenants.constraints.SameFirm(field="company", name="clients_note_company_same_firm"),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=tenants.constraints.SameFirm(field="created_by", name="clients_note_created_by_same_firm"),
        ),
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(fields=["firm", "client", "id"], name="clients_attachment_by_client"),
        ),
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["firm", "note", "id"],
                name="clients_attachment_by_note",
            ),
        ),
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["firm"],
                include=("size",),
                name="clients_attachment_sizes",
            ),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=tenants.constraints.FirmPolicy(column="firm_id", name="clients_attachment_policy"),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.UniqueConstraint(fields=("firm", "id"), name="clients_attachment_firm_key"),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=tenants.constraints.SameFirm(field="client", name="clients_attachment_client_same_firm"),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=tenants.constraints.SameFirm(field="note", name="clients_attachment_note_same_firm"),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=tenants.constraints.SameFirm(field="created_by", name="clients_attachment_created_by_same_firm"),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.UniqueConstraint(fields=("firm", "stored_as"), name="clients_attachment_stored_as"),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.CheckConstraint(condition=models.Q(("size__gte", 0)), name="clients_attachment_size"),
        ),
        migrations.AddIndex(
            model_name="noteversion",
            index=models.Index(fields=["firm", "client"], name="clients_noteversion_by_client"),
        ),
        migrations.AddConstraint(
            model_name="noteversion",
            constraint=tenants.constraints.FirmPolicy(column="firm_id", name="clients_noteversion_policy"),
        ),
        migrations.AddConstraint(
            model_name="noteversion",
            constraint=models.UniqueConstraint(fields=("firm", "id"), name="clients_noteversion_firm_key"),
        ),
        migrations.AddConstraint(
            model_name="noteversion",
            constraint=tenants.constraints.SameFirm(field="client", name="clients_noteversion_client_same_firm"),
        ),
        migrations.AddConstraint(
            model_name="noteversion",
            constraint=tenants.constraints.SameFirm(field="note", name="clients_noteversion_note_same_firm"),
        ),
        migrations.AddConstraint(
            model_name="noteversion",
            constraint=tenants.constraints.SameFirm(
                field="replaced_by", name="clients_noteversion_replaced_by_same_firm"
            ),
        ),
        migrations.AddConstraint(
            model_name="noteversion",
            constraint=models.UniqueConstraint(fields=("firm", "note", "number"), name="clients_noteversion_number"),
        ),
    ]
