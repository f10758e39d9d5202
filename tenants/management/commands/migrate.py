"""``migrate`` as the deploy-only migrator; afterwards the owner, who cannot log in, owns every table."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connection

from tenants import checks
from tenants.management.reporting import OneLineCommand

# The ordinary role reads which migrations have run, for /readyz, and nothing else of them.
_HAND_OVER = """
REASSIGN OWNED BY cadenza_migrator TO cadenza_owner;
REVOKE ALL ON django_migrations FROM cadenza_app;
GRANT SELECT (app, name) ON django_migrations TO cadenza_app;
"""


class Command(OneLineCommand, DjangoMigrate):
    """Needs BYPASSRLS: only so are foreign keys validated and data migrations see rows (security.md 3.3)."""

    help = "Migrates the database as the role of MIGRATION_DATABASE_URL."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.MIGRATION_DATABASE:
            raise CommandError("MIGRATION_DATABASE_URL is not set: migrations need the migrator's role.")
        ordinary = dict(connection.settings_dict)
        connection.close()
        connection.settings_dict.update({**settings.MIGRATION_DATABASE, "NAME": ordinary["NAME"]})
        try:
            with checks.as_migrator():
                super().handle(*args, **options)
                with connection.cursor() as cursor:
                    cursor.execute(_HAND_OVER)
        finally:
            connection.close()
            connection.settings_dict.update(ordinary)
