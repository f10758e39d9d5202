from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outcomes", "0005_corrections_and_held_pairs"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="fulfilment",
            index=models.Index(fields=["firm", "to_status", "at", "id"], name="outcomes_fulfilment_by_status"),
        ),
    ]
