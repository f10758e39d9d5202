"""Appointments booked before the company was kept: the company of today is the best that is known."""

from django.db import migrations

FILL = """
    UPDATE scheduling_appointment a SET company_id = p.company_id FROM clients_profile p
    WHERE p.firm_id = a.firm_id AND p.client_id = a.client_id AND p.company_id IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0005_tasks_and_companies")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
