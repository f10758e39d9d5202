"""A database of its own for each scale, kept for later runs; and what may be done in it beside the product."""

from __future__ import annotations

import os
from contextlib import closing
from urllib.parse import urlsplit

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg2.extensions import connection as Connection  # noqa: N812
from psycopg2.sql import SQL, Identifier, Literal

from crm.bench.generator import Announce, fill
from crm.bench.scale import Scale

MADE = "complete"


def use_database(scale: Scale, announce: Announce) -> None:
    """Point this process, and those that it starts, at the database of this scale; make it when it is not there."""
    name = f"bench_{scale.name}"
    with closing(admin_connection()) as server:
        made = _is_made(server, name)
        if not made:
            _create(server, name)
    _point_at(name)
    if made:
        # The tables of an earlier version of the product, brought up to date.
        call_command("migrate", interactive=False, verbosity=0)
        return
    with closing(admin_connection()) as own:
        with own.cursor() as cursor:
            cursor.execute((settings.BASE_DIR / "tenants/database.sql").read_text())
        announce("Preparing the tables")
        call_command("migrate", interactive=False, verbosity=0)
        fill(scale, own, announce)
        with own.cursor() as cursor:
            cursor.execute(SQL("COMMENT ON DATABASE {} IS {}").format(Identifier(name), Literal(MADE)))


def admin_connection() -> Connection:
    """As the migrator: no row-level security. In autocommit, without a limit on the time of a statement."""
    own = psycopg2.connect(os.environ["MIGRATION_DATABASE_URL"])
    own.autocommit = True
    return own


def _is_made(server: Connection, name: str) -> bool:
    with server.cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') = %s FROM pg_database WHERE datname = %s", [MADE, name]
        )
        return cursor.fetchone() == (True,)


def _create(server: Connection, name: str) -> None:
    """Anew: what an interrupted run left is of no use."""
    with server.cursor() as cursor:
        cursor.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(name)))
        cursor.execute(SQL("CREATE DATABASE {} TEMPLATE template0 OWNER cadenza_owner").format(Identifier(name)))


def _point_at(name: str) -> None:
    connections.close_all()
    connections.settings["default"]["NAME"] = name
    for variable in ("DATABASE_URL", "MIGRATION_DATABASE_URL"):
        os.environ[variable] = urlsplit(os.environ[variable])._replace(path=f"/{name}").geturl()
