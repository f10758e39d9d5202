from typing import Any

from django.db import migrations


def supply(apps: Any, schema_editor: Any) -> None:
    """The firms that were there before the register receive the supplied activities, in their language."""
    from clients.processing import rows_of_supplied  # noqa: PLC0415

    firm, processing = apps.get_model("tenants", "Firm"), apps.get_model("clients", "Processing")
    known = {column.name for column in processing._meta.get_fields()}
    rows = [
        processing(firm_id=pk, key=key, position=place, **{name: text for name, text in texts.items() if name in known})
        for pk, language in firm._base_manager.values_list("pk", "language")
        for key, place, texts in rows_of_supplied(language)
    ]
    processing._base_manager.bulk_create(rows, batch_size=1_000, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("clients", "0029_processing")]

    operations = [migrations.RunPython(supply, migrations.RunPython.noop)]
