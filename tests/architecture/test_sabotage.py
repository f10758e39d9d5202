"""Each defence of the wall, removed: the guard that stands over it must notice.

A guard that has never failed proves nothing. Here every one of them is called on a product in which exactly one thing
was broken, and must return a problem that names it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any
from unittest import mock

import pytest
from celery import Celery
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models
from django.http import HttpRequest, HttpResponse
from django.urls import path
from psycopg2 import extensions

from tenants import binding, checks, middleware, queries, services
from tenants.binding import use_firm
from tenants.managers import FirmManager
from tenants.models import ApiToken, Firm, Membership
from tenants.permissions import Permission
from tenants.requests import public, requires, signed_in
from tenants.services import members
from tenants.tasks import FirmTask
from tests.architecture import catalog as walls
from tests.architecture import code, probes
from tests.architecture.routes import marker_problems, routes
from tests.cast import token_for
from tests.tenants.test_isolation import Trial

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


@pytest.mark.django_db(transaction=True)
def test_a_setting_of_the_session_is_noticed(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    def for_the_session(bound: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET app.firm_id = %s", [str(bound.firm_id) if bound else ""])

    assert probes.leaking_problems(use_firm(firm)) == []
    monkeypatch.setattr(binding, "_tell_database", for_the_session)
    monkeypatch.setattr(binding, "_restore", lambda outer: None)

    assert probes.leaking_problems(use_firm(firm)) == [f"firm {firm.pk} is still bound"]
    connection.close()


@contextmanager
def broken(admin: extensions.connection, sql: str, mending: str) -> Iterator[None]:
    """The sabotage is committed, so that the ordinary role meets it; and mended, whatever happens."""
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(sql)
        try:
            yield
        finally:
            connection.close()
            cursor.execute(mending)


@pytest.mark.django_db(transaction=True)
def test_an_open_policy_shows_other_firms_and_is_noticed(
    ada: Membership, carol: Membership, admin: extensions.connection
) -> None:
    mending = f"ALTER POLICY tenants_membership_policy ON tenants_membership USING (firm_id = {FIRM})"

    with broken(admin, "ALTER POLICY tenants_membership_policy ON tenants_membership USING (true)", mending):
        assert probes.reading_problems(ada.firm, carol.firm) != []
    assert probes.reading_problems(ada.firm, carol.firm) == []


@pytest.mark.django_db(transaction=True)
def test_a_policy_without_check_lets_write_into_other_firms_and_is_noticed(
    ada: Membership, other_firm: Firm, admin: extensions.connection
) -> None:
    alter = "ALTER POLICY tenants_auditevent_policy ON tenants_auditevent WITH CHECK"

    with broken(admin, f"{alter} (true)", f"{alter} (firm_id = {FIRM})"):
        assert probes.writing_problems(ada.firm, other_firm, ada.user_id) != []
    assert probes.writing_problems(ada.firm, other_firm, ada.user_id) == []


@pytest.mark.django_db(transaction=True)
def test_without_composite_keys_rows_of_other_firms_can_be_named_and_it_is_noticed(
    ada: Membership, carol: Membership, admin: extensions.connection
) -> None:
    name = "tenants_auditevent_by_same_firm"
    mending = (
        f"ALTER TABLE tenants_auditevent ADD CONSTRAINT {name} FOREIGN KEY (firm_id, by_id)"
        " REFERENCES tenants_membership (firm_id, id) DEFERRABLE INITIALLY IMMEDIATE"
    )

    with broken(admin, f"ALTER TABLE tenants_auditevent DROP CONSTRAINT {name}", mending):
        assert probes.reference_problems(ada.firm, carol) != []
    assert probes.reference_problems(ada.firm, carol) == []


@pytest.mark.django_db(transaction=True)
def test_the_test_of_isolation_fails_without_policies(admin: extensions.connection) -> None:
    firms = [services.create_firm(name=name, slug=name) for name in ("one", "two", "three")]
    alter = "ALTER POLICY clients_label_policy ON clients_label"
    mending = f"{alter} USING (firm_id = {FIRM}) WITH CHECK (firm_id = {FIRM})"

    with broken(admin, f"{alter} USING (true) WITH CHECK (true)", mending):
        trial = Trial(firms)
        trial.step("create", 0, 0, 0)
        trial.step("create", 1, 1, 0)
        with pytest.raises(AssertionError):
            trial.step("rename_all_in_sql", 0, 1, 0)


def unguarded(name: str, old: str) -> str:
    """The source of a definer function with one condition taken out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef(%s::regproc)", [name])
        source: str = cursor.fetchone()[0]
    assert old in source
    return source


@pytest.mark.django_db(transaction=True)
def test_a_log_in_that_ignores_deactivation_is_noticed(
    ada: Membership, alice: Membership, admin: extensions.connection
) -> None:
    source = unguarded("app.firms_of_user", "AND m.is_active")

    with broken(admin, source.replace("AND m.is_active", ""), source):
        assert "a new session knows the firm" in probes.departure_problems(alice, ada)


@pytest.mark.django_db(transaction=True)
def test_sessions_that_outlive_their_member_are_noticed(
    ada: Membership, alice: Membership, admin: extensions.connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = unguarded("app.firms_of_user", "AND m.is_active")
    monkeypatch.setattr(members, "Session", mock.MagicMock())
    with broken(admin, source.replace("AND m.is_active", ""), source):
        assert "the old session still knows the firm" in probes.departure_problems(alice, ada)


@pytest.mark.django_db(transaction=True)
def test_a_token_looked_up_across_firms_is_noticed(
    alice: Membership, other_firm: Firm, admin: extensions.connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def anywhere(presented: queries.PresentedToken, *, at: Any) -> Any:
        return models.QuerySet(ApiToken).filter(secret_hash=presented.secret_hash).first()

    monkeypatch.setattr(queries, "usable_token", anywhere)
    assert probes.token_problems(token_for(alice), other_firm.pk) == [], "row-level security holds alone"

    mending = f"ALTER POLICY tenants_apitoken_policy ON tenants_apitoken USING (firm_id = {FIRM})"
    with broken(admin, "ALTER POLICY tenants_apitoken_policy ON tenants_apitoken USING (true)", mending):
        assert probes.token_problems(token_for(alice), other_firm.pk) != []


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls("tests.architecture.probe_urls")
def test_a_missing_middleware_is_noticed(alice: Membership, other_firm: Firm, settings: Any) -> None:
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "FirmMiddleware" not in name]

    assert "the page does not see its own firm, or more than it" in probes.request_problems(alice, other_firm)


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls("tests.architecture.probe_urls")
def test_refusals_that_leave_a_trace_are_noticed(
    alice: Membership, other_firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(middleware.transaction, "set_rollback", lambda wanted: None)

    problems = probes.request_problems(alice, other_firm)

    assert "an answer of 422 left a trace" in problems


@pytest.mark.django_db(transaction=True)
def test_the_product_refuses_to_work_as_the_migrator(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    assert checks.ordinary_role(None, databases=["default"]) == []
    ordinary = dict(connection.settings_dict)
    connection.close()
    try:
        connection.settings_dict["USER"] = "cadenza_migrator"
        with pytest.raises(ImproperlyConfigured, match=r"tenants\.E002.*tenants\.E005"), connection.cursor():
            pass
        with checks.as_migrator():
            found = {message.id for message in checks.ordinary_role(None, databases=["default"])}
            connection.close()
    finally:
        connection.close()
        connection.settings_dict.update(ordinary)

    assert found == {"tenants.E002", "tenants.E005"}


@pytest.mark.django_db(transaction=True)
def test_binding_outside_a_transaction_is_noticed(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binding.transaction, "atomic", nullcontext)

    with pytest.raises(binding.NoFirmBoundError), use_firm(firm):
        pass


def test_there_are_enough_sabotages() -> None:
    print(f"sabotages of the schema: {len(SCHEMA)}")  # noqa: T201

    assert len(SCHEMA) >= 20
