from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0018_series")]

    operations = [
        migrations.AddField(
            model_name="series",
            name="last_change",
            field=models.JSONField(
                editable=False,
                help_text="What was there before the last change of the whole, until the next one.",
                null=True,
            ),
        ),
    ]
