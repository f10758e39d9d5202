"""Firms that are there already receive the supplied texts, as a new one does (communications.defaults)."""

from django.db import migrations

from communications.starting_letters import FRAME, LETTERS, said


def load(apps, schema_editor):
    firm_model = apps.get_model("tenants", "Firm")
    service_model = apps.get_model("communications", "ServiceOpportunity")
    template, frame = (apps.get_model("communications", name) for name in ("CommunicationTemplate", "MailTemplate"))
    own = service_model._base_manager.filter(is_supplied=True).values_list("firm_id", "key", "pk")
    services = {(firm_id, key): pk for firm_id, key, pk in own}
    for firm_id, language in firm_model._base_manager.values_list("pk", "language"):
        template._base_manager.bulk_create(
            template(
                firm_id=firm_id,
                kind="offer" if letter.service else "circular",
                name=said(letter.name, language),
                opportunity_id=services.get((firm_id, letter.service)),
                subject=said(letter.subject, language),
                body=letter.body(language),
                is_supplied=True,
                position=position,
            )
            for position, letter in enumerate(LETTERS, start=1)
        )
        frame._base_manager.create(
            firm_id=firm_id,
            name=said(FRAME.name, language),
            header=FRAME.header,
            closing=said(FRAME.closing, language),
            footer=said(FRAME.footer, language),
            is_supplied=True,
            in_force=True,
        )


class Migration(migrations.Migration):
    dependencies = [("communications", "0005_templates")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
