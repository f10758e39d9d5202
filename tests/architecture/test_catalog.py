"""The wall as the database has it, table by table."""

from collections.abc import Callable

import pytest
from psycopg2 import extensions

from tests.architecture import catalog as guards

GUARDS = [
    guards.policy_problems,
    guards.definer_policy_problems,
    guards.unlisted_table_problems,
    guards.column_problems,
    guards.unique_problems,
    guards.reference_problems,
    guards.keyless_problems,
    guards.plain_key_problems,
    guards.key_rule_problems,
    guards.trigger_problems,
    guards.owner_problems,
    guards.function_problems,
    guards.view_problems,
    guards.role_problems,
    guards.privilege_problems,
]


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.__name__)
def test_the_catalog_shows_no_gap(guard: Callable[[extensions.cursor], list[str]], catalog: extensions.cursor) -> None:
    assert guard(catalog) == []


def test_the_guards_have_something_to_guard() -> None:
    counted = {"tables": len(guards.firm_tables()), "references": len(list(guards.references()))}
    print(f"the wall: {counted}")  # noqa: T201 - how many cases were derived

    assert min(counted.values()) > 10
