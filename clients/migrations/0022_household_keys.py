from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0021_validated_data"),
    ]

    operations = [
        migrations.AddField(
            model_name="household",
            name="external_id",
            field=models.CharField(
                blank=True,
                default="",
                help_text="By which files name this household.",
                max_length=100,
                verbose_name="key in another program",
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="household",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_id", ""), _negated=True),
                fields=("firm", "external_id"),
                name="clients_household_external_id",
            ),
        ),
    ]
