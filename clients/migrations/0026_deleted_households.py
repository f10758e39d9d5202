from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0025_present_clients"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="household", name="clients_household_external_id"),
        migrations.AddField(
            model_name="household",
            name="deleted_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="household",
            name="taken_out",
            field=models.JSONField(default=list, editable=False),
        ),
        migrations.AddConstraint(
            model_name="household",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_id", ""), _negated=True) & models.Q(("deleted_at__isnull", True)),
                fields=("firm", "external_id"),
                name="clients_household_external_id",
            ),
        ),
    ]
