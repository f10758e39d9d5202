"""Start-up checks: the product refuses to run under a role for which row-level security is no wall."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection

_ATTRIBUTES = """
SELECT r.rolsuper, r.rolbypassrls,
       EXISTS (SELECT 1 FROM pg_tables t WHERE t.schemaname = 'public' AND t.tableowner = r.rolname),
       EXISTS (SELECT 1 FROM pg_roles o WHERE o.rolname <> r.rolname AND (o.rolsuper OR o.rolbypassrls)
               AND pg_has_role(r.oid, o.oid, 'MEMBER'))
FROM pg_roles r WHERE r.rolname = current_user
"""

_PROBLEMS = (
    ("tenants.E001", "is a superuser"),
    ("tenants.E002", "has BYPASSRLS"),
    ("tenants.E003", "owns tables"),
    ("tenants.E004", "is a member of a role that bypasses row-level security"),
)


@register(Tags.database)
def ordinary_role(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """The role of web and workers is neither superuser, owner nor BYPASSRLS (architecture.md section 2)."""
    if not databases:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_ATTRIBUTES)
        found = cursor.fetchone()
    hint = "Use the ordinary role in DATABASE_URL; MIGRATION_DATABASE_URL is for `migrate` only."
    return [
        Error(f"The database role {problem}.", hint=hint, id=code)
        for (code, problem), present in zip(_PROBLEMS, found, strict=True)
        if present
    ]
