"""Every client gets a first portfolio: firms that exist already receive what a new firm receives (XCT-05)."""

import django.db.models.deletion
from django.db import migrations, models

import clients.main_portfolio
import tenants.constraints
import tenants.fields

TYPOLOGIES = """
    INSERT INTO portfolios_typology (
        firm_id, position, name, description, active, scale, recency_thresholds, frequency_thresholds,
        monetary_thresholds, potentiality_thresholds, palette, is_automatic, updated_at, version
    )
    SELECT f.id, n, CASE
               WHEN n = 1 THEN CASE f.language WHEN 'en' THEN 'Managed savings' ELSE 'Risparmio gestito' END
               WHEN n = 2 THEN CASE f.language WHEN 'en' THEN 'Pensions and protection'
                                               ELSE 'Previdenza e protezione' END
               ELSE CASE f.language WHEN 'en' THEN 'Typology ' ELSE 'Tipologia ' END || n
           END, '', n <= 2, 5, '{30,90,180,365}', '{1,2,4,8}', '{100000,500000,2000000,5000000}',
           '{1000000,5000000,10000000,50000000}', '{red,orange,amber,teal,green}', false, now(), 1
    FROM tenants_firm f, generate_series(1, 10) n
    ON CONFLICT DO NOTHING
"""
PORTFOLIOS = """
    INSERT INTO portfolios_portfolio (firm_id, typology_id, name, colour, active, is_default, position, version)
    SELECT f.id, t.id, CASE f.language WHEN 'en' THEN 'General' ELSE 'Generico' END, 'gray', true, true, 1, 1
    FROM tenants_firm f JOIN portfolios_typology t ON t.firm_id = f.id AND t.position = 1
    ON CONFLICT DO NOTHING
"""
FIRST = """
    UPDATE clients_client c SET main_portfolio_id = p.id FROM portfolios_portfolio p
    WHERE p.firm_id = c.firm_id AND p.is_default
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0009_unkeyed_marks"),
        ("portfolios", "0001_initial"),
        ("tenants", "0002_unbound_functions"),
    ]

    operations = [
        # By hand: the column has no default in the database, and the default in Python needs a bound firm.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL("ALTER TABLE clients_client ADD COLUMN main_portfolio_id bigint"),
                migrations.RunSQL(TYPOLOGIES),
                migrations.RunSQL(PORTFOLIOS),
                migrations.RunSQL(FIRST),
                migrations.RunSQL("ALTER TABLE clients_client ALTER COLUMN main_portfolio_id SET NOT NULL"),
            ],
            state_operations=[
                migrations.AddField(
                    model_name="client",
                    name="main_portfolio",
                    field=tenants.fields.FirmForeignKey(
                        db_constraint=False,
                        db_index=False,
                        default=clients.main_portfolio.default,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portfolios.portfolio",
                        verbose_name="main portfolio",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="client",
            index=models.Index(fields=["firm", "main_portfolio", "name_key"], name="clients_client_by_portfolio"),
        ),
        migrations.AddConstraint(
            model_name="client",
            constraint=tenants.constraints.SameFirm(
                field="main_portfolio", name="clients_client_main_portfolio_same_firm"
            ),
        ),
    ]
