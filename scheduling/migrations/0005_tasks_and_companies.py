import django.db.models.deletion
from django.db import migrations, models

import tenants.binding
import tenants.constraints
import tenants.fields


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0005_time_line"),
        ("scheduling", "0004_appointment_windows"),
        ("tenants", "0002_unbound_functions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Task",
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
                    "done_by",
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
                        editable=False,
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
                        related_name="tasks",
                        to="clients.client",
                        verbose_name="client",
                    ),
                ),
                (
                    "assignee",
                    tenants.fields.FirmForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.membership",
                        verbose_name="for",
                    ),
                ),
                (
                    "kind",
                    models.CharField(choices=[("task", "Task"), ("call", "Call")], max_length=10, verbose_name="kind"),
                ),
                ("subject", models.CharField(max_length=200, verbose_name="subject")),
                ("notes", models.TextField(blank=True, verbose_name="notes")),
                ("at", models.DateTimeField(verbose_name="when")),
                ("whole_day", models.BooleanField(default=True, verbose_name="at no certain hour")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "To do"), ("done", "Done")],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="done on")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "verbose_name": "task",
                "verbose_name_plural": "tasks",
                "ordering": ["at", "id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="appointment",
            name="company",
            field=tenants.fields.FirmForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clients.client",
            ),
        ),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(
                condition=models.Q(("company__isnull", False)),
                fields=["firm", "company", "starts_at"],
                name="scheduling_appt_by_company",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=tenants.constraints.SameFirm(field="company", name="scheduling_appointment_company_same_firm"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["firm", "client", "kind", "at", "id"],
                name="scheduling_task_by_client",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True), ("company__isnull", False)),
                fields=["firm", "company", "kind", "at", "id"],
                name="scheduling_task_by_company",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["firm", "assignee", "at"],
                name="scheduling_task_by_assignee",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True), ("state", "open")),
                fields=["firm", "at", "id"],
                name="scheduling_task_open",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True), ("state", "open")),
                fields=["firm", "created_by", "at"],
                name="scheduling_task_by_creator",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["firm", "updated_at", "id"], name="scheduling_task_by_update"),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=tenants.constraints.FirmPolicy(column="firm_id", name="scheduling_task_policy"),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(fields=("firm", "id"), name="scheduling_task_firm_key"),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=tenants.constraints.SameFirm(field="client", name="scheduling_task_client_same_firm"),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=tenants.constraints.SameFirm(field="company", name="scheduling_task_company_same_firm"),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=tenants.constraints.SameFirm(field="assignee", name="scheduling_task_assignee_same_firm"),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=tenants.constraints.SameFirm(field="done_by", name="scheduling_task_done_by_same_firm"),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=tenants.constraints.SameFirm(field="created_by", name="scheduling_task_created_by_same_firm"),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at__isnull", True), ("state", "open")),
                    models.Q(("done_at__isnull", False), ("state", "done")),
                    _connector="OR",
                ),
                name="scheduling_task_done_has_a_moment",
            ),
        ),
    ]
