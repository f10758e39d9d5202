import django.db.models.deletion
from django.db import migrations, models

import tenants.constraints
import tenants.fields


class Migration(migrations.Migration):
    dependencies = [
        ("outcomes", "0004_fulfilments_by_appointment"),
    ]

    operations = [
        migrations.AddField(
            model_name="relation",
            name="counts_as_held",
            field=models.BooleanField(
                blank=True,
                help_text="Empty: as the outcome says.",
                null=True,
                verbose_name="the appointment took place",
            ),
        ),
        migrations.AddField(
            model_name="pointsentry",
            name="reverses",
            field=tenants.fields.FirmForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="outcomes.pointsentry",
            ),
        ),
        migrations.AddConstraint(
            model_name="pointsentry",
            constraint=tenants.constraints.SameFirm(field="reverses", name="outcomes_pointsentry_reverses_same_firm"),
        ),
        migrations.AddConstraint(
            model_name="pointsentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reverses__isnull", False)),
                fields=("firm", "reverses"),
                name="outcomes_pointsentry_reversed_once",
            ),
        ),
    ]
