"""Each defence of the wall, removed while the product works: the probe that stands over it must notice."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any
from unittest import mock

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models
from psycopg2 import extensions

from tenants import binding, checks, middleware, queries, services
from tenants.binding import use_firm
from tenants.models import ApiToken, Firm, Membership
from tenants.services import members
from tests.architecture import probes
from tests.cast import token_for
from tests.tenants.test_isolation import Trial

FIRM = "nullif(current_setting('app.firm_id', true), '')::bigint"


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
