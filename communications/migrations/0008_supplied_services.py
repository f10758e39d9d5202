from typing import Any

from django.db import migrations


def supply(apps: Any, schema_editor: Any) -> None:
    """The firms that were there before the catalogue of services receive the supplied ones (SIS-32, O-44)."""
    from communications.defaults import supplied  # noqa: PLC0415

    firm, service = apps.get_model("tenants", "Firm"), apps.get_model("communications", "ServiceOpportunity")
    own: dict[int, list[tuple[str, str, int]]] = {}
    for pk, key, name, position in service._base_manager.values_list("firm_id", "key", "name", "position"):
        own.setdefault(pk, []).append((key, name, position))
    rows = []
    for pk, language in firm._base_manager.values_list("pk", "language"):
        taken = {word for key, name, _place in own.get(pk, ()) for word in (key, name)}
        last = max((position for _key, _name, position in own.get(pk, ())), default=0)
        for place, start in enumerate(supplied(), start=last + 1):
            name, description = start.name.of(language), start.description.of(language)
            if not {start.key, name} & taken:
                rows.append(
                    service(
                        firm_id=pk, key=start.key, name=name, description=description, is_supplied=True, position=place
                    )
                )
    service._base_manager.bulk_create(rows, batch_size=1_000, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("communications", "0007_communications")]

    operations = [migrations.RunPython(supply, migrations.RunPython.noop)]
