"""Guards that ask the database's own catalog. Each returns the problems that it sees, and nothing when all is well.

They take a cursor, so that the sabotage tests can call the very same guard on a schema with one defence removed.
"""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from psycopg2 import extensions

from tenants.models import Firm, FirmOwned
from tests.architecture.known import DEFINER_FUNCTIONS, DEFINER_POLICIES, GLOBAL_TABLES, KEYLESS, UNKEYED

SETTING = "(NULLIF(current_setting('app.firm_id'::text, true), ''::text))::bigint"
APP = "cadenza_app"
OWNER = "cadenza_owner"
DEFINER = "cadenza_definer"


def firm_models() -> list[Any]:
    """Every concrete model of a firm."""
    return [model for model in apps.get_models() if issubclass(model, FirmOwned)]


def firm_tables() -> list[str]:
    return sorted(model._meta.db_table for model in firm_models())


def walled() -> dict[str, str]:
    """The tables under row-level security, with the column that names the firm."""
    return {Firm._meta.db_table: "id"} | dict.fromkeys(firm_tables(), "firm_id")


def rows(cursor: extensions.cursor, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    cursor.execute(sql, parameters)
    return cursor.fetchall()


def policy_problems(cursor: extensions.cursor) -> list[str]:
    """Row-level security enabled and forced; one policy for everybody, whose two expressions are exactly ours."""
    found = rows(
        cursor,
        """SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
                  coalesce(array_agg(p.polname::text) FILTER (WHERE p.oid IS NOT NULL AND p.polroles = '{0}'), '{}'),
                  coalesce(array_agg(p.polname::text) FILTER (WHERE p.oid IS NOT NULL AND p.polroles <> '{0}'), '{}'),
                  min(pg_get_expr(p.polqual, c.oid)) FILTER (WHERE p.polroles = '{0}'),
                  min(pg_get_expr(p.polwithcheck, c.oid)) FILTER (WHERE p.polroles = '{0}'),
                  bool_and(p.polcmd = '*' AND p.polpermissive) FILTER (WHERE p.polroles = '{0}')
           FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid
           WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') GROUP BY c.oid""",
    )
    state = {table: rest for table, *rest in found}
    problems = []
    for table, column in walled().items():
        enabled, forced, everybody, others, using, check, whole = state[table]
        wanted = f"({column} = {SETTING})"
        problems += [f"{table}: row-level security is not enabled"] * (not enabled)
        problems += [f"{table}: row-level security is not forced"] * (not forced)
        problems += [f"{table}: {len(everybody)} policies for everybody instead of one"] * (len(everybody) != 1)
        problems += [f"{table}: the policy lets see {using}"] * (using != wanted)
        problems += [f"{table}: the policy lets write {check}"] * (check != wanted)
        problems += [f"{table}: the policy is not for all commands, or restrictive"] * (not whole)
        problems += [f"{table}: unknown policy {name}" for name in others if name not in DEFINER_POLICIES]
    return problems


def definer_policy_problems(cursor: extensions.cursor) -> list[str]:
    """A policy for some roles only is for the definer, and only for reading."""
    found = rows(
        cursor,
        """SELECT polrelid::regclass::text, polname, polcmd::text, polroles::regrole[]::text FROM pg_policy
           WHERE polroles <> '{0}'""",
    )
    return [
        f"{table}: policy {name} lets {roles} do {command}"
        for table, name, command, roles in found
        if command != "r" or roles != f"{{{DEFINER}}}"
    ]


def unlisted_table_problems(cursor: extensions.cursor) -> list[str]:
    """Every table is a firm's, or listed with a reason why it is nobody's."""
    found = rows(
        cursor,
        """SELECT c.relname, EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'firm_id')
           FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'm', 'f')""",
    )
    owned = set(firm_tables())
    problems = [
        f"{table}: neither a firm's nor listed" for table, _ in found if table not in owned | set(GLOBAL_TABLES)
    ]
    problems += [f"{table}: has firm_id but no firm's model" for table, firm in found if firm and table not in owned]
    return problems + [f"{table}: missing" for table in sorted(owned - {table for table, _ in found})]


def column_problems(cursor: extensions.cursor) -> list[str]:
    """firm_id bigint NOT NULL; the key a bigint, and where the database makes it, an identity."""
    found = rows(
        cursor,
        """SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity::text,
                  EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND i.indnkeyatts = 1
                          AND a.attnum = i.indkey[0]),
                  a.atthasdef
           FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
           WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY(%s)""",
        list(walled()),
    )
    problems = [
        f"{table}.{name}: {kind}{'' if filled else ' NULL'}"
        for table, name, kind, filled, _, _, _ in found
        if name == "firm_id" and (kind != "bigint" or not filled)
    ]
    with_firm = {table for table, name, *_ in found if name == "firm_id"}
    problems += [f"{table}: no firm_id" for table in firm_tables() if table not in with_firm]
    for table, name, kind, _, identity, is_key, has_default in found:
        if is_key and kind != "bigint":
            problems.append(f"{table}.{name}: the key is {kind}")
        if is_key and name == "id" and not identity:
            problems.append(f"{table}.{name}: no identity")
        if is_key and has_default and not identity:
            problems.append(f"{table}.{name}: a default instead of an identity")
    return problems


def unique_problems(cursor: extensions.cursor) -> list[str]:
    """UNIQUE (firm_id, key) on every table; firm_id first in every other unique or exclusion index."""
    found = rows(
        cursor,
        """SELECT c.relname, i.indexrelid::regclass::text, i.indisprimary,
                  ARRAY(SELECT coalesce((SELECT a.attname::text FROM pg_attribute a
                                         WHERE a.attrelid = c.oid AND a.attnum = k.number), '(expression)')
                        FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place)
                        WHERE k.place <= i.indnkeyatts ORDER BY k.place),
                  i.indpred IS NULL
           FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
           WHERE (i.indisunique OR i.indisexclusion) AND c.relname = ANY(%s)""",
        firm_tables(),
    )
    problems = [
        f"{table}: {index} ({', '.join(columns)}) does not start with the firm"
        for table, index, primary, columns, _ in found
        if not (primary and len(columns) == 1) and columns[0] != "firm_id"
    ]
    whole = {(table, tuple(columns)) for table, _, _, columns, full in found if full}
    for model in firm_models():
        key = firm_key(model)
        problems += [f"{model._meta.db_table}: no UNIQUE {key}"] * ((model._meta.db_table, key) not in whole)
    return problems


def firm_key(model: Any) -> tuple[str, ...]:
    """The key by which other tables of the firm may name a row."""
    columns = tuple(field.column for field in model._meta.pk_fields)
    return columns if columns[0] == "firm_id" else ("firm_id", *columns)


def reference_problems(cursor: extensions.cursor) -> list[str]:
    """A composite key for every reference between a firm's rows, derived from the models."""
    actual = {(table, columns, target, target_columns) for table, columns, target, target_columns, *_ in keys(cursor)}
    problems = []
    for model, field in references():
        target = field.related_model._meta
        wanted = (
            model._meta.db_table,
            ("firm_id", field.column),
            target.db_table,
            firm_key(field.related_model),
        )
        is_derived = field.column == "client_id" and model._meta.db_table in KEYLESS
        if wanted not in actual and not is_derived and (model._meta.db_table, field.column) not in UNKEYED:
            problems.append(
                f"{model._meta.db_table}.{field.column}: no key (firm_id, {field.column}) to {target.db_table}"
            )
    return problems


def keyless_problems(cursor: extensions.cursor) -> list[str]:
    """The tables that name a client without a key are exactly those of decision 0002."""
    found = rows(
        cursor,
        """SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
           WHERE c.relname = ANY(%s) AND a.attname = 'client_id' AND NOT EXISTS (
               SELECT FROM pg_constraint k
               WHERE k.conrelid = c.oid AND k.contype = 'f' AND a.attnum = ANY(k.conkey))""",
        firm_tables(),
    )
    without = {table for (table,) in found}
    return [f"{table}: names a client without a key" for table in sorted(without - KEYLESS)] + [
        f"{table}: has a key after all: take it off the list" for table in sorted(KEYLESS - without)
    ]


def plain_key_problems(cursor: extensions.cursor) -> list[str]:
    """No key between firms' tables without the firm in it; to a table of no firm it may be plain."""
    owned = set(firm_tables())
    problems = []
    for table, columns, target, target_columns, name, *_ in keys(cursor):
        if table in owned and target in owned and not (columns[0] == target_columns[0] == "firm_id"):
            problems.append(f"{table}: {name} is a plain key to {target}")
        if table not in owned and target in owned:
            problems.append(f"{table}: {name} leads from a table of no firm into a firm's {target}")
    return problems


def key_rule_problems(cursor: extensions.cursor) -> list[str]:
    """Nothing set to null or default by the database, nothing checked late between firms' rows, all validated."""
    owned = set(firm_tables())
    problems = []
    for table, _, target, _, name, on_delete, deferred, validated in keys(cursor):
        problems += [f"{table}: {name} sets null or a default on delete"] * (on_delete in "nd")
        problems += [f"{table}: {name} was never validated"] * (not validated)
        problems += [f"{table}: {name} is checked only at commit"] * (deferred and table in owned and target in owned)
    return problems


def keys(cursor: extensions.cursor) -> list[tuple[Any, ...]]:
    """Every foreign key: table, columns, target, its columns, name, on delete, deferred, validated."""
    found = rows(
        cursor,
        """SELECT k.conrelid::regclass::text, names(k.conrelid, k.conkey), k.confrelid::regclass::text,
                  names(k.confrelid, k.confkey), k.conname, k.confdeltype::text, k.condeferred, k.convalidated
           FROM pg_constraint k WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace""".replace(
            "names(k.conrelid, k.conkey)", _names("k.conrelid", "k.conkey")
        ).replace("names(k.confrelid, k.confkey)", _names("k.confrelid", "k.confkey")),
    )
    return [(table, tuple(columns), target, tuple(others), *rest) for table, columns, target, others, *rest in found]


def _names(table: str, columns: str) -> str:
    return f"""ARRAY(SELECT a.attname::text FROM unnest({columns}) WITH ORDINALITY AS u (number, place)
               JOIN pg_attribute a ON a.attrelid = {table} AND a.attnum = u.number ORDER BY u.place)"""


def references() -> Iterable[tuple[Any, Any]]:
    """Every reference from one firm-owned model to another."""
    for model in firm_models():
        for field in model._meta.concrete_fields:
            if field.is_relation and issubclass(field.related_model, FirmOwned):
                yield model, field


def trigger_problems(cursor: extensions.cursor) -> list[str]:
    found = rows(cursor, "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal")
    found += rows(
        cursor,
        """SELECT tablename, rulename FROM pg_rules WHERE schemaname IN ('public', 'app')""",
    )
    return [f"{table}: trigger or rule {name}" for table, name in found]


def owner_problems(cursor: extensions.cursor) -> list[str]:
    """The owner, who cannot log in, owns every table and sequence."""
    found = rows(
        cursor,
        """SELECT c.relname, r.rolname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
           WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'S', 'v', 'm')
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')""",
    )
    return [f"{name}: owned by {owner}" for name, owner in found if owner != OWNER]


def function_problems(cursor: extensions.cursor) -> list[str]:
    """Exactly the known functions run as their owner; the owner bypasses nothing; the search path is theirs."""
    found = rows(
        cursor,
        """SELECT p.pronamespace::regnamespace::text || '.' || p.proname, p.prosecdef, r.rolname,
                  r.rolbypassrls OR r.rolsuper,
                  coalesce(array_to_string(p.proconfig, ';'), ''), has_function_privilege('public', p.oid, 'EXECUTE'),
                  p.provolatile::text, p.prosrc
           FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner
           WHERE p.pronamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'app'))
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')""",
    )
    problems = []
    for name, definer, owner, bypasses, config, for_everybody, volatility, source in found:
        problems += [f"{name}: unknown function"] * (name not in DEFINER_FUNCTIONS)
        problems += [f"{name}: immutable, so that a cached plan would show another firm"] * (
            volatility == "i" and "app.firm_id" in source
        )
        if definer:
            problems += [f"{name}: runs as {owner}"] * (owner != DEFINER or bypasses)
            problems += [f"{name}: search_path is not pinned"] * ("search_path=pg_catalog, pg_temp" not in config)
            problems += [f"{name}: everybody may call it"] * for_everybody
    return problems


def view_problems(cursor: extensions.cursor) -> list[str]:
    """A view asks with the rights of who looks; a materialised one has no policies at all."""
    found = rows(
        cursor,
        """SELECT relname, relkind::text, coalesce(array_to_string(reloptions, ','), '') FROM pg_class c
           WHERE relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'app'))
           AND relkind IN ('v', 'm')
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')""",
    )
    return [
        f"{name}: view without security_invoker, or materialised"
        for name, kind, options in found
        if kind == "m" or "security_invoker=true" not in options
    ]


def role_problems(cursor: extensions.cursor, role: str = APP) -> list[str]:
    """The role of web and workers: no attribute, no membership, nothing to create."""
    ((superuser, bypass, createdb, createrole, memberships, in_public, in_app),) = rows(
        cursor,
        """SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole,
                  (SELECT count(*) FROM pg_auth_members m WHERE m.member = r.oid),
                  has_schema_privilege(r.oid, 'public', 'CREATE'), has_schema_privilege(r.oid, 'app', 'CREATE')
           FROM pg_roles r WHERE rolname = %s""",
        role,
    )
    checks = {
        "is a superuser": superuser,
        "bypasses row-level security": bypass,
        "may create databases": createdb,
        "may create roles": createrole,
        f"is a member of {memberships} roles": memberships,
        "may create in public": in_public,
        "may create in app": in_app,
    }
    return [f"{role} {words}" for words, wrong in checks.items() if wrong]


def privilege_problems(cursor: extensions.cursor) -> list[str]:
    """No right that ignores the policies, and none to rewrite the audit trail."""
    forbidden = ["TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"]
    found = rows(
        cursor,
        """SELECT c.relname, right_ FROM pg_class c, unnest(%s) AS right_
           WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
           AND has_table_privilege(%s, c.oid, right_)""",
        forbidden,
        APP,
    )
    found += rows(
        cursor,
        """SELECT 'tenants_auditevent', right_ FROM unnest(ARRAY['UPDATE', 'DELETE']) AS right_
           WHERE has_table_privilege(%s, 'tenants_auditevent', right_)""",
        APP,
    )
    found += rows(
        cursor,
        """SELECT 'django_migrations', right_ FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS right_
           WHERE has_table_privilege(%s, 'django_migrations', right_)""",
        APP,
    )
    return [f"{table}: {APP} has {right}" for table, right in found]
