"""Each defence of the wall, removed: the guard that stands over it must notice.

A guard that has never failed proves nothing. Here every one of them is called on a product in which exactly one thing
was broken, and must return a problem that names it.
"""

from collections.abc import Callable
from typing import Any

import pytest
from celery import Celery
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import path
from psycopg2 import extensions

from tenants.managers import FirmManager
from tenants.models import Membership
from tenants.permissions import Permission
from tenants.requests import public, requires, signed_in
from tenants.tasks import FirmTask
from tests.architecture import catalog as walls
from tests.architecture import code
from tests.architecture.routes import marker_problems, routes

TABLE = "clients_status"
ADD_KEY = "ALTER TABLE clients_client ADD FOREIGN KEY (firm_id, advisor_id) REFERENCES tenants_membership (firm_id, id)"
POLICY = "clients_status_policy"
FIRM = "nullif(current_setting('app.firm_id', true), '')::bigint"

# What is done to the schema, the guard that must notice, and a word of what it must say.
SCHEMA: dict[str, tuple[str, Callable[[extensions.cursor], list[str]], str]] = {
    "policy dropped": (f"DROP POLICY {POLICY} ON {TABLE}", walls.policy_problems, "0 policies"),
    "row-level security off": (
        f"ALTER TABLE {TABLE} DISABLE ROW LEVEL SECURITY",
        walls.policy_problems,
        "not enabled",
    ),
    "not forced on the owner": (f"ALTER TABLE {TABLE} NO FORCE ROW LEVEL SECURITY", walls.policy_problems, "forced"),
    "everything may be seen": (f"ALTER POLICY {POLICY} ON {TABLE} USING (true)", walls.policy_problems, "see true"),
    "everything may be written": (
        f"ALTER POLICY {POLICY} ON {TABLE} WITH CHECK (true)",
        walls.policy_problems,
        "write true",
    ),
    "a second permissive policy": (
        f"CREATE POLICY more ON {TABLE} FOR SELECT TO PUBLIC USING (true)",
        walls.policy_problems,
        "2 policies",
    ),
    "a policy for the ordinary role": (
        f"CREATE POLICY more ON {TABLE} FOR ALL TO cadenza_app USING (true)",
        walls.definer_policy_problems,
        "more",
    ),
    "the definer may write": (
        f"CREATE POLICY more ON {TABLE} FOR UPDATE TO cadenza_definer USING (true)",
        walls.definer_policy_problems,
        "more",
    ),
    "an unlisted definer policy": (
        f"CREATE POLICY more ON {TABLE} FOR SELECT TO cadenza_definer USING (true)",
        walls.policy_problems,
        "unknown policy more",
    ),
    "policy wrapped in a sub-select": (
        f"ALTER POLICY {POLICY} ON {TABLE} USING (firm_id = (SELECT {FIRM}))",
        walls.policy_problems,
        "see",
    ),
    "composite key dropped": (
        "ALTER TABLE clients_client DROP CONSTRAINT clients_client_advisor_same_firm",
        walls.reference_problems,
        "clients_client.advisor_id",
    ),
    "key to the client dropped": (
        "ALTER TABLE clients_email DROP CONSTRAINT clients_email_client_same_firm",
        walls.keyless_problems,
        "clients_email",
    ),
    "plain key instead of a composite one": (
        "ALTER TABLE clients_client ADD FOREIGN KEY (advisor_id) REFERENCES tenants_membership (id)",
        walls.plain_key_problems,
        "plain key",
    ),
    "key never validated": (
        f"{ADD_KEY} NOT VALID",
        walls.key_rule_problems,
        "never validated",
    ),
    "key checked only at commit": (
        f"{ADD_KEY} DEFERRABLE INITIALLY DEFERRED",
        walls.key_rule_problems,
        "only at commit",
    ),
    "on delete set null": (
        f"{ADD_KEY} ON DELETE SET NULL (advisor_id)",
        walls.key_rule_problems,
        "sets null",
    ),
    "unique across firms": (f"ALTER TABLE {TABLE} ADD UNIQUE (name)", walls.unique_problems, "start with the firm"),
    "unique index on an expression": (
        f"CREATE UNIQUE INDEX more ON {TABLE} (lower(name), firm_id)",
        walls.unique_problems,
        "start with the firm",
    ),
    "no UNIQUE (firm, key)": (
        "ALTER TABLE tenants_auditevent DROP CONSTRAINT tenants_auditevent_firm_key",
        walls.unique_problems,
        "tenants_auditevent: no UNIQUE",
    ),
    "firm may be null": (
        f"ALTER TABLE {TABLE} ALTER firm_id DROP NOT NULL",
        walls.column_problems,
        "firm_id: bigint NULL",
    ),
    "key without identity": (f"ALTER TABLE {TABLE} ALTER id DROP IDENTITY", walls.column_problems, "no identity"),
    "a table of nobody": ("CREATE TABLE loose (id bigint)", walls.unlisted_table_problems, "loose"),
    "a table whose owner can log in": ("CREATE TABLE loose (id bigint)", walls.owner_problems, "loose"),
    "a trigger": (
        f"CREATE TRIGGER more BEFORE UPDATE ON {TABLE}"
        " FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        walls.trigger_problems,
        "more",
    ),
    "a rule": (f"CREATE RULE more AS ON DELETE TO {TABLE} DO INSTEAD NOTHING", walls.trigger_problems, "more"),
    "a definer function owned by a bypassing role": (
        "ALTER FUNCTION app.all_firms() OWNER TO cadenza_migrator",
        walls.function_problems,
        "runs as cadenza_migrator",
    ),
    "a definer function without its own search path": (
        "ALTER FUNCTION app.all_firms() RESET search_path",
        walls.function_problems,
        "search_path",
    ),
    "a definer function for everybody": (
        "GRANT EXECUTE ON FUNCTION app.all_firms() TO PUBLIC",
        walls.function_problems,
        "everybody may call it",
    ),
    "an unlisted function": (
        "CREATE FUNCTION app.peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER"
        " AS 'SELECT count(*) FROM public.clients_client'",
        walls.function_problems,
        "app.peek: unknown",
    ),
    "the firm behind an immutable function": (
        "CREATE FUNCTION app.mine() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT current_setting('app.firm_id') $$",
        walls.function_problems,
        "app.mine: immutable",
    ),
    "a view that asks as its owner": (
        f"CREATE VIEW everything AS SELECT * FROM {TABLE}",
        walls.view_problems,
        "everything",
    ),
    "a materialised view": (
        f"CREATE MATERIALIZED VIEW everything AS SELECT * FROM {TABLE}",
        walls.view_problems,
        "everything",
    ),
    "the ordinary role may truncate": (
        f"GRANT TRUNCATE ON {TABLE} TO cadenza_app",
        walls.privilege_problems,
        "TRUNCATE",
    ),
    "the audit trail can be rewritten": (
        "GRANT UPDATE ON tenants_auditevent TO cadenza_app",
        walls.privilege_problems,
        "tenants_auditevent",
    ),
    "the ordinary role may create tables": (
        "GRANT CREATE ON SCHEMA public TO cadenza_app",
        walls.role_problems,
        "create in public",
    ),
}


@pytest.mark.parametrize("name", SCHEMA)
def test_a_gap_in_the_schema_is_noticed(name: str, catalog: extensions.cursor) -> None:
    sql, guard, word = SCHEMA[name]
    assert guard(catalog) == []

    catalog.execute(sql)

    assert [problem for problem in guard(catalog) if word in problem], guard(catalog)


def test_a_role_that_bypasses_the_policies_is_noticed(catalog: extensions.cursor) -> None:
    assert "cadenza_migrator bypasses row-level security" in walls.role_problems(catalog, "cadenza_migrator")


class Loose(models.Manager[Membership]):
    """A manager that somebody wrote in a hurry."""


class Careless(FirmManager[Membership]):
    def get_queryset(self) -> Any:
        return models.QuerySet(self.model, using=self._db)


def manager(kind: type[models.Manager[Membership]]) -> models.Manager[Membership]:
    made = kind()
    made.model, made.name = Membership, kind.__name__
    return made


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [Loose, Careless])
def test_a_manager_that_forgets_the_firm_is_noticed(kind: type[models.Manager[Membership]]) -> None:
    problems = code.manager_problems(Membership, manager(kind))

    assert [problem.rpartition(" reads ")[2] for problem in problems] == ["without the firm", "with no firm bound"]


def unmarked(request: HttpRequest, firm_slug: str) -> HttpResponse:
    return HttpResponse()


@pytest.mark.parametrize(
    ("route", "word"),
    [
        (path("f/<slug:firm_slug>/x/", unmarked, name="x"), "no @requires"),
        (path("x/", public(unmarked), name="x"), "public without a reason"),
        (path("f/<slug:firm_slug>/x/", signed_in(unmarked), name="x"), "in a firm, but for signed_in"),
        (path("x/", requires(Permission.CONFIGURE)(unmarked), name="x"), "outside a firm"),
    ],
)
def test_a_page_that_does_not_say_who_may_see_it_is_noticed(route: Any, word: str) -> None:
    assert [problem for problem in marker_problems(routes([route])) if word in problem]


def test_a_task_outside_the_wall_is_noticed() -> None:
    app = Celery(set_as_current=False)

    @app.task(name="clients.tasks.plain")
    def plain() -> None:
        """In no firm."""

    @app.task(name="clients.tasks.firmless", base=FirmTask)
    def firmless() -> None:
        """Without a firm to be in."""

    assert code.task_problems([plain]) == ["clients.tasks.plain: neither in a firm nor listed"]
    assert code.task_problems([firmless]) == ["clients.tasks.firmless: takes no firm_id"]


@pytest.mark.parametrize(
    ("guard", "path", "text"),
    [
        (code.door_problems, "groups/services/x.py", "from clients.views import records"),
        (code.door_problems, "scheduling/x.py", "import clients.forms"),
        (code.binder_problems, "clients/services/x.py", "with use_firm(firm):\n    pass"),
        (code.setting_problems, "clients/x.py", "SQL = \"SELECT set_config('app.firm_id', %s, false)\""),
        (code.setting_problems, "clients/x.py", "SQL = 'SET app.firm_id = 7'"),
        (code.setting_problems, "clients/x.py", "SQL = 'SET SESSION app.firm_id = 7'"),
        (code.rewriting_problems, "clients/x.py", "SQL = 'MERGE INTO clients_client'"),
    ],
)
def test_a_module_that_breaks_a_rule_is_noticed(
    guard: Callable[[dict[str, str]], list[str]], path: str, text: str
) -> None:
    assert len(guard({path: text})) == 1


def test_a_reference_against_the_import_order_is_noticed() -> None:
    up = ("tenants", "clients", "tenants.Membership.favourite")

    assert code.direction_problems([up]) == ["tenants.Membership.favourite leads from tenants up to clients"]


def test_there_are_enough_sabotages() -> None:
    print(f"sabotages of the schema: {len(SCHEMA)}")  # noqa: T201

    assert len(SCHEMA) >= 20
