from typing import Any

from django.db import migrations


def supply(apps: Any, schema_editor: Any) -> None:
    """The firms that were there before viste receive the supplied ones, in their language (XCT-05)."""
    from groups.defaults import supplied  # noqa: PLC0415

    firm, view = apps.get_model("tenants", "Firm"), apps.get_model("groups", "View")
    known = {column.name for column in view._meta.get_fields()}
    rows = []
    for pk, language in firm._base_manager.values_list("pk", "language"):
        for place, start in enumerate(supplied(), start=1):
            values = {name: value for name, value in start.values(language).items() if name in known}
            rows.append(view(firm_id=pk, key=start.key, position=place, **values))
    view._base_manager.bulk_create(rows, batch_size=1_000, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("groups", "0004_views_and_lists")]

    operations = [migrations.RunPython(supply, migrations.RunPython.noop)]
