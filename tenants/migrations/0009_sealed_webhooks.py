from typing import Any

from django.db import migrations, models

from web.sealing import seal, unseal

SECRETS = ("secret", "former_secret")


def seal_all(apps: Any, schema_editor: Any) -> None:
    """Nothing that signs lies in clear any more; the other sides notice nothing."""
    _rewrite(apps, seal)


def open_all(apps: Any, schema_editor: Any) -> None:
    _rewrite(apps, unseal)


def _rewrite(apps: Any, change: Any) -> None:
    webhooks = apps.get_model("tenants", "Webhook")
    for row in webhooks._base_manager.all():
        purpose = f"webhook of firm {row.firm_id}"
        written = {name: change(getattr(row, name), purpose=purpose) for name in SECRETS if getattr(row, name)}
        webhooks._base_manager.filter(pk=row.pk).update(**written)


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0008_second_step"),
    ]

    operations = [
        migrations.AlterField("webhook", "secret", models.TextField(editable=False)),
        migrations.AlterField("webhook", "former_secret", models.TextField(blank=True, editable=False)),
        migrations.RunPython(seal_all, open_all),
    ]
