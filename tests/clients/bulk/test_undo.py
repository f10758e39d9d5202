"""Whatever is done to many, and whatever happens to some of them since: the undo restores the others exactly."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients import services as single
from clients.bulk import services
from clients.bulk.actions import actions
from clients.models import Client, ClientLabel, Label, Status
from groups.enums import GroupKind
from groups.models import GroupMember
from groups.services import GroupDetails, create_group
from tests.clients.builders import NOON, new_client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bound")]

PEOPLE = 6
LATER = NOON + timedelta(hours=1)
FACTS = {
    "assign_advisor": "advisor_id",
    "assign_contact": "contact_id",
    "change_status": "status_id",
    "archive": "state",
    "reactivate": "state",
    "add_label": "labels",
    "remove_label": "labels",
    "add_to_group": "groups",
    "remove_from_group": "groups",
}


class World:
    """Two of everything that can be given, and six clients who have some of it."""

    def __init__(self, ada: Any, bob: Any) -> None:
        self.by = ada
        self.members = [None, ada, bob]
        self.statuses = [None, *Status.objects.order_by("id")[:2]]
        self.labels = [single.create_choice(Label(name=name), by=ada) for name in ("Medico", "Pensionato")]
        self.groups = [
            create_group(GroupDetails(name=name, kind=GroupKind.FIXED), by=ada, at=NOON) for name in ("Uno", "Due")
        ]

    def argument(self, code: str, pick: int) -> dict[str, Any]:
        match FACTS[code]:
            case "advisor_id":
                return {"advisor": _key(self.members[pick % 3])}
            case "contact_id":
                return {"contact": _key(self.members[pick % 3])}
            case "status_id":
                return {"status": _key(self.statuses[pick % 3])}
            case "labels":
                return {"label": self.labels[pick % 2].pk}
            case "groups":
                return {"group": self.groups[pick % 2].pk}
            case _:
                return {}

    def act(self, code: str, pick: int, pks: list[int]) -> Any:
        action = actions()[code]
        job = services.freeze(action, Client.objects.filter(pk__in=pks), by=self.by, at=LATER)
        form = action.parse(self.argument(code, pick), self.by)
        assert form.is_valid()
        return services.confirm(job, form.cleaned_data, at=LATER)


def _key(row: Any) -> Any:
    return row.pk if row is not None else ""


def state() -> dict[int, dict[str, Any]]:
    """Everything that these actions can touch, client by client."""
    rows = Client.objects.values("pk", "advisor_id", "contact_id", "specialist_id", "status_id", "state", "category_id")
    found = {row.pop("pk"): dict(row) for row in rows}
    for pk, facts in found.items():
        facts["labels"] = frozenset(ClientLabel.objects.filter(client_id=pk).values_list("label_id", flat=True))
        facts["groups"] = frozenset(GroupMember.objects.filter(client_id=pk).values_list("group_id", flat=True))
    return found


step = st.tuples(st.sampled_from(sorted(FACTS)), st.integers(0, 5), st.sets(st.integers(0, PEOPLE - 1), min_size=1))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(beginning=st.lists(step, max_size=4), done=step, since=st.lists(step, max_size=3))
def test_the_undo_restores_exactly_what_was_not_changed_since(ada, bob, beginning, done, since):
    with transaction.atomic():
        _example(ada, bob, beginning, done, since)
        transaction.set_rollback(True)


def _example(ada, bob, beginning, done, since):
    world = World(ada, bob)
    pks = [new_client(f"Client {number}").pk for number in range(PEOPLE)]
    for code, pick, chosen in beginning:
        world.act(code, pick, [pks[number] for number in chosen])
    before = state()
    code, pick, chosen = done
    job = world.act(code, pick, [pks[number] for number in chosen])
    after = state()
    for code_since, pick_since, chosen_since in since:
        world.act(code_since, pick_since, [pks[number] for number in chosen_since])
    then = state()

    changed = {pk for pk in pks if before[pk] != after[pk]}
    assert job.changed == len(changed)
    if changed:
        job = services.undo(job, by=ada, at=LATER)

    now = state()
    _check(FACTS[code], before, after, then, now, changed)
    assert job.restored == sum(now[pk][FACTS[code]] != then[pk][FACTS[code]] for pk in changed)


def _check(fact, before, after, then, now, changed):
    """Each client stands as the rule says: the fact is as before where it was still as the action left it."""
    for pk, facts in now.items():
        expected = dict(then[pk])
        if pk in changed:
            expected[fact] = _undone(before[pk][fact], after[pk][fact], then[pk][fact])
        assert facts == expected


def _undone(before, after, then):
    if isinstance(before, frozenset):
        put, taken = after - before, before - after
        return (then - put) | taken
    return before if then == after else then
