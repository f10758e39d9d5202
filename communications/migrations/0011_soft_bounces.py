from django.db import migrations, models

from communications.starting_letters import LETTERS


def tie(apps, schema_editor):
    """Supplied letters that came to a firm before its supplied services (0006, 0008) receive theirs."""
    template, service = (
        apps.get_model("communications", name) for name in ("CommunicationTemplate", "ServiceOpportunity")
    )
    own = service._base_manager.filter(is_supplied=True).values_list("firm_id", "key", "pk")
    services = {(firm_id, key): pk for firm_id, key, pk in own}
    keys = {name: letter.service for letter in LETTERS if letter.service for name in (letter.name.it, letter.name.en)}
    untied = template._base_manager.filter(is_supplied=True, kind="offer", opportunity_id__isnull=True)
    for pk, firm_id, name in list(untied.values_list("pk", "firm_id", "name")):
        if found := services.get((firm_id, keys.get(name, ""))):
            template._base_manager.filter(pk=pk).update(opportunity_id=found)


class Migration(migrations.Migration):
    dependencies = [("communications", "0010_campaigns")]

    operations = [
        migrations.AddField(
            model_name="outgoingmail",
            name="soft_bounces",
            field=models.PositiveSmallIntegerField(
                db_default=0, default=0, help_text="How often it came back as one that may be tried again."
            ),
        ),
        migrations.RunPython(tie, migrations.RunPython.noop),
    ]
