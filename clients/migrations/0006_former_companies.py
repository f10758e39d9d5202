"""Changes of status made before the company was kept: the company of today is the best that is known."""

from django.db import migrations

FILL = """
    UPDATE clients_statuschange s SET company_id = p.company_id FROM clients_profile p
    WHERE p.firm_id = s.firm_id AND p.client_id = s.client_id AND p.company_id IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("clients", "0005_time_line")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
