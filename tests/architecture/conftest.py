"""Guards look at the schema as the migrator, who sees everything and may sabotage it."""

import os
from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest
from psycopg2 import extensions


@pytest.fixture
def admin(django_db_setup: None) -> Iterator[extensions.connection]:
    """A connection as the migrator; what it does is undone unless it is committed."""
    with closing(psycopg2.connect(os.environ["MIGRATION_DATABASE_URL"])) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def catalog(admin: extensions.connection) -> Iterator[extensions.cursor]:
    with admin.cursor() as cursor:
        yield cursor
