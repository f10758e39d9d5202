"""Whatever three firms do, in whatever order and however badly, each sees its own rows and nobody else's.

A model of the rows is kept in plain dictionaries; random operations, half of them attempts to reach another firm's
rows, run against the database; afterwards both must agree.
"""

import os
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.models import Label
from tenants import services
from tenants.binding import use_firm
from tenants.models import Firm

EXAMPLES = int(os.environ.get("ISOLATION_EXAMPLES", "40"))
FIRMS = 3

Rows = dict[int, str]
World = dict[int, Rows]
Step = tuple[str, int, int, int]


@pytest.fixture
def firms(db: None) -> list[Firm]:
    return [services.create_firm(name=f"Firm {number}", slug=f"firm-{number}") for number in range(FIRMS)]


class Trial:
    """The database and the model side by side. ``mine`` acts; ``theirs`` may be the same firm, and names the target."""

    def __init__(self, firms: list[Firm]) -> None:
        self.firms = [firm.pk for firm in firms]
        self.world: World = {firm: {} for firm in self.firms}
        self.made = 0

    def step(self, name: str, mine: int, theirs: int, which: int) -> None:
        act: Callable[[int, int, int], None] = getattr(self, name)
        with use_firm(self.firms[mine]):
            act(self.firms[mine], self.firms[theirs], which)

    def create(self, mine: int, theirs: int, which: int) -> None:
        self.made += 1
        label = Label.objects.create(name=f"label {self.made}")
        self.world[mine][label.pk] = label.name

    def rename_one(self, mine: int, theirs: int, which: int) -> None:
        pk = self.pick(theirs, which)
        self.made += 1
        changed = Label.objects.filter(pk=pk).update(name=f"renamed {self.made}", name_key=f"renamed {self.made}")
        assert changed == (pk in self.world[mine])
        if changed:
            self.world[mine][pk] = f"renamed {self.made}"

    def rename_in_sql(self, mine: int, theirs: int, which: int) -> None:
        self.run("UPDATE clients_label SET name = name || '!' WHERE firm_id = %s OR id = %s", theirs, which, mine)

    def rename_all_in_sql(self, mine: int, theirs: int, which: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE clients_label SET name = name || '?'")
            assert cursor.rowcount == len(self.world[mine])
        self.world[mine] = {pk: f"{name}?" for pk, name in self.world[mine].items()}

    def delete_one(self, mine: int, theirs: int, which: int) -> None:
        pk = self.pick(theirs, which)
        deleted, _ = Label.objects.filter(pk=pk).delete()
        assert deleted == (self.world[mine].pop(pk, None) is not None)

    def delete_all_in_sql(self, mine: int, theirs: int, which: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM clients_label")
            assert cursor.rowcount == len(self.world[mine])
        self.world[mine] = {}

    def write_elsewhere(self, mine: int, theirs: int, which: int) -> None:
        """Into another firm: through the model and in SQL. Into one's own it is allowed, and undone."""
        for attempt in (self._save_into, self._insert_into, self._move_to):
            try:
                with transaction.atomic():
                    attempt(mine, theirs)
                    transaction.set_rollback(True)
            except DatabaseError:
                assert mine != theirs
            else:
                assert mine == theirs or not self.world[mine]

    def _save_into(self, mine: int, theirs: int) -> None:
        if self.world[mine]:
            Label(firm_id=theirs, name="smuggled").save()

    def _insert_into(self, mine: int, theirs: int) -> None:
        if self.world[mine]:
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO clients_label (firm_id, name, name_key, colour, active)"
                    " VALUES (%s, 'x', 'x', '#000000', true)",
                    [theirs],
                )

    def _move_to(self, mine: int, theirs: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE clients_label SET firm_id = %s", [theirs])

    def fail_inside(self, mine: int, theirs: int, which: int) -> None:
        """A block for another firm that ends badly leaves nothing behind, and this firm bound."""
        with pytest.raises(RuntimeError):
            self._fail(theirs)
        self.look(mine)

    def _fail(self, theirs: int) -> None:
        with use_firm(theirs):
            Label.objects.all().delete()
            raise RuntimeError

    def nest(self, mine: int, theirs: int, which: int) -> None:
        with use_firm(theirs):
            self.create(theirs, mine, which)
        self.look(mine)

    def pick(self, firm: int, which: int) -> int:
        rows = sorted(self.world[firm])
        return rows[which % len(rows)] if rows else 0

    def run(self, sql: str, theirs: int, which: int, mine: int) -> None:
        pk = self.pick(theirs, which)
        reached = set(self.world[mine]) if mine == theirs else set()
        with connection.cursor() as cursor:
            cursor.execute(sql, [theirs, pk])
            assert cursor.rowcount == len(reached)
        for row in reached:
            self.world[mine][row] += "!"

    def look(self, firm: int) -> None:
        """Through the model, and in SQL that forgot the firm."""
        assert dict(Label.objects.values_list("pk", "name")) == self.world[firm]
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, name FROM clients_label")
            assert dict(cursor.fetchall()) == self.world[firm]


OPERATIONS = [
    "create",
    "create",
    "rename_one",
    "rename_in_sql",
    "rename_all_in_sql",
    "delete_one",
    "delete_all_in_sql",
    "write_elsewhere",
    "fail_inside",
    "nest",
]
NUMBER = st.integers(0, FIRMS - 1)
STEPS = st.lists(st.tuples(st.sampled_from(OPERATIONS), NUMBER, NUMBER, st.integers(0, 9)), min_size=1, max_size=20)


@given(steps=STEPS)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    # The firms are the same for every example, and each example is rolled back.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_nothing_crosses_between_firms(firms: list[Firm], steps: list[Step]) -> None:
    with transaction.atomic():
        trial = Trial(firms)
        for step in steps:
            trial.step(*step)
        for firm in trial.firms:
            with use_firm(firm):
                trial.look(firm)
        transaction.set_rollback(True)
    assert_nobody_bound()


def assert_nobody_bound() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), current_setting('app.firm_id', true) FROM clients_label")
        found: Any = cursor.fetchone()
    assert found[0] == 0
    assert not found[1]
