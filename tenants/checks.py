"""The product refuses to work under a role for which row-level security is no wall (architecture.md section 2).

Looked at twice: by ``manage.py check --database default``, and at the first connection of every process, whatever it is
(web, worker, command), so that no way of starting forgets it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

_ATTRIBUTES = """
SELECT r.rolsuper, r.rolbypassrls,
       EXISTS (SELECT 1 FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relowner = r.oid),
       EXISTS (SELECT 1 FROM pg_roles o WHERE o.rolname <> r.rolname AND (o.rolsuper OR o.rolbypassrls)
               AND pg_has_role(r.oid, o.oid, 'MEMBER')),
       EXISTS (SELECT 1 FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relowner <> r.oid
               AND pg_has_role(r.oid, c.relowner, 'MEMBER'))
FROM pg_roles r WHERE r.rolname = current_user
"""

_PROBLEMS = (
    ("tenants.E001", "is a superuser"),
    ("tenants.E002", "has BYPASSRLS"),
    ("tenants.E003", "owns tables"),
    ("tenants.E004", "is a member of a role that bypasses row-level security"),
    ("tenants.E005", "is a member of the role that owns the tables"),
)
_HINT = "Use the ordinary role in DATABASE_URL; MIGRATION_DATABASE_URL is for `migrate` only."

_trusted: set[tuple[Any, Any]] = set()
_migrating: list[bool] = []


@register(Tags.database)
def ordinary_role(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """The role of web and workers is neither superuser, owner nor BYPASSRLS."""
    return [Error(text, hint=_HINT, id=code) for code, text in problems(connection)] if databases else []


def problems(wrapper: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    """What is wrong with the role of this connection: code and words."""
    with wrapper.cursor() as cursor:
        cursor.execute(_ATTRIBUTES)
        found = cursor.fetchone()
    return [
        (code, f"The database role {words}.")
        for (code, words), present in zip(_PROBLEMS, found, strict=True)
        if present
    ]


def refuse_unsafe_role(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Receiver of ``connection_created``: one question for each process and role, then silence."""
    role = (connection.settings_dict["HOST"], connection.settings_dict["USER"])
    if _migrating or role in _trusted:
        return
    found = problems(connection)
    if found:
        connection.close()
        raise ImproperlyConfigured(" ".join(f"{code}: {text}" for code, text in found) + f" {_HINT}")
    _trusted.add(role)


@contextmanager
def as_migrator() -> Iterator[None]:
    """The one exception: the deploy step that migrates."""
    _migrating.append(True)
    try:
        yield
    finally:
        _migrating.pop()
