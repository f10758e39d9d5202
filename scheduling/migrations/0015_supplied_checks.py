from typing import Any

from django.db import migrations


def supply(apps: Any, schema_editor: Any) -> None:
    """The firms that were there before checks on fields receive the supplied ones, switched off (REL-48)."""
    from scheduling.defaults import CHECKS  # noqa: PLC0415

    firm, check = apps.get_model("tenants", "Firm"), apps.get_model("scheduling", "Check")
    asked: dict[int, set[str]] = {}
    for pk, condition in check._base_manager.filter(kind="field").values_list("firm_id", "condition"):
        asked.setdefault(pk, set()).add(str((condition or {}).get("field")))
    check._base_manager.bulk_create(
        [
            check(
                firm_id=pk,
                kind="field",
                name=start.name.of(language),
                text=start.text.of(language),
                condition=start.condition,
                recipient="advisor",
                active=False,
            )
            for pk, language in firm._base_manager.values_list("pk", "language")
            for start in CHECKS
            if start.field not in asked.get(pk, ())
        ],
        batch_size=1_000,
    )


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0014_outside_calendars")]

    operations = [migrations.RunPython(supply, migrations.RunPython.noop)]
