"""Scores and changes of levels know their client as the ORM does, and carry no key: they are derived."""

import django.db.models.deletion
from django.db import migrations, models

import tenants.binding
import tenants.fields


def _client(model: str, related_name: str) -> list[migrations.operations.base.Operation]:
    return [
        migrations.RemoveField(model_name=model, name="client_id"),
        migrations.AddField(
            model_name=model,
            name="client",
            field=tenants.fields.FirmForeignKey(
                db_constraint=False,
                db_index=False,
                default=0,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name=related_name,
                to="clients.client",
            ),
            preserve_default=False,
        ),
    ]


def _firm(model: str) -> migrations.AlterField:
    return migrations.AlterField(
        model_name=model,
        name="firm",
        field=models.ForeignKey(
            db_constraint=False,
            db_index=False,
            default=tenants.binding.bound_firm_id,
            editable=False,
            on_delete=django.db.models.deletion.PROTECT,
            related_name="+",
            to="tenants.firm",
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("clients", "0010_main_portfolio"), ("portfolios", "0001_initial")]

    operations = [
        _firm("score"),
        _firm("levelchange"),
        # The column stays as it is.
        migrations.SeparateDatabaseAndState(
            state_operations=[*_client("score", "scores"), *_client("levelchange", "level_changes")]
        ),
    ]
