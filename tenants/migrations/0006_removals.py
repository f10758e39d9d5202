import django.db.models.deletion
from django.db import migrations, models

import tenants.binding
import tenants.constraints
import tenants.fields
import tenants.removal_models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0005_webhooks"),
    ]

    operations = [
        migrations.CreateModel(
            name="Removal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=100, verbose_name="kind")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "rows",
                    models.JSONField(default=list, editable=False, encoder=tenants.removal_models.ExactEncoder),
                ),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="when")),
                ("restored_at", models.DateTimeField(editable=False, null=True, verbose_name="taken back")),
                (
                    "by",
                    tenants.fields.FirmForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.membership",
                        verbose_name="by",
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
            ],
            options={
                "verbose_name": "deletion",
                "verbose_name_plural": "deletions",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddIndex(
            model_name="removal",
            index=models.Index(fields=["firm", "-at", "-id"], name="tenants_removal_recent"),
        ),
        migrations.AddConstraint(
            model_name="removal",
            constraint=tenants.constraints.FirmPolicy(column="firm_id", name="tenants_removal_policy"),
        ),
        migrations.AddConstraint(
            model_name="removal",
            constraint=models.UniqueConstraint(fields=("firm", "id"), name="tenants_removal_firm_key"),
        ),
        migrations.AddConstraint(
            model_name="removal",
            constraint=tenants.constraints.SameFirm(field="by", name="tenants_removal_by_same_firm"),
        ),
    ]
