"""Annulla evasione (O-35): everything as it was, or word of what could not be."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from clients.models import Status, StatusChange
from clients.services import change_status
from crm import onboarding
from outcomes import services
from outcomes.models import Activity, ActivityKind, ActivityKindType, Fulfilment, Outcome, PointsEntry, Relation
from scheduling import planning
from scheduling.models import Appointment, AppointmentType
from scheduling.services import take_appointment
from tenants.binding import use_firm
from tenants.enums import Role
from tenants.models import AuditEvent, Membership
from tests.cast import join
from tests.outcomes.making import CALL, INTERESTED, MEETING, NOT_INTERESTED, NOW, book, fulfil, make_client, rome
from tests.outcomes.states import state

LATER = NOW + timedelta(hours=1)


@pytest.mark.usefixtures("bound")
@pytest.mark.parametrize("number", range(18))
def test_each_pair_of_the_scheme_leaves_nothing_behind(
    number: int, ada: Membership, alice: Membership, bob: Membership
) -> None:
    pair = list(Relation.objects.select_related("type", "outcome"))[number]
    client = make_client(advisor=alice, status=Status.objects.get(name="Non cliente"))
    book(client, MEETING, by=alice, starts_at=rome(2025, 6, 1))
    appointment = book(client, pair.type.name, by=alice, assignee=None)
    take_appointment(appointment, by=bob, at=NOW)
    there = [*Appointment.objects.values_list("pk", flat=True)]
    before = state(appointments=there)

    fulfil(appointment, pair.outcome.name, by=bob)
    assert state(appointments=there) != before
    undone = services.undo_fulfilment(appointment, by=ada, at=LATER, reason="Sbagliato")

    assert undone.left == []
    assert state(appointments=there) == before
    assert PointsEntry.objects.count() == 2
    assert PointsEntry.objects.get(kind="reversal").at == LATER
    assert AuditEvent.objects.filter(action="appointment.fulfilment_undone", by=ada).count() == 1
    # The history tells what happened, the way back included.
    assert StatusChange.objects.count() in {0, 2}


@pytest.mark.usefixtures("bound")
class TestLeftOver:
    def test_a_status_that_changed_since_stays(self, ada: Membership, alice: Membership) -> None:
        client = make_client(advisor=alice)
        call = book(client, by=alice)
        fulfil(call, INTERESTED, by=alice)
        for name in ("Perso", "Pianificato"):
            change_status(client, to=Status.objects.get(name=name), by=alice, at=LATER)

        undone = services.undo_fulfilment(call, by=ada, at=LATER)

        client.refresh_from_db()
        assert (undone.left, client.status.name) == (["status_changed_since"], "Pianificato")

    def test_a_follow_up_with_an_outcome_stays(self, ada: Membership, alice: Membership) -> None:
        call = book(make_client(advisor=alice), by=alice)
        made = fulfil(call, INTERESTED, by=alice)
        assert made.follow_up is not None
        fulfil(made.follow_up, "Sottoscrive", by=alice, at=made.follow_up.starts_at)

        undone = services.undo_fulfilment(call, by=ada, at=NOW + timedelta(days=3))

        assert undone.left == ["status_changed_since", "follow_up_over"]
        made.follow_up.refresh_from_db()
        assert made.follow_up.state == "held"

    def test_an_activity_that_went_on_stays(self, ada: Membership, alice: Membership) -> None:
        client = make_client(advisor=alice)
        kind = ActivityKind.objects.create(name="Rinnovo")
        ActivityKindType.objects.create(kind=kind, type=AppointmentType.objects.get(name=CALL))
        activity = Activity.objects.create(client=client, kind=kind, opened_at=NOW)
        first, second = book(client, by=alice), book(client, by=alice)
        fulfil(first, INTERESTED, by=alice)
        fulfil(second, NOT_INTERESTED, by=alice, at=LATER)

        assert "activity_changed_since" in services.undo_fulfilment(first, by=ada, at=LATER).left
        activity.refresh_from_db()
        assert activity.status is not None
        assert activity.status.name == "Perso"

    def test_nothing_is_undone_twice_and_the_outcome_can_be_recorded_again(
        self, ada: Membership, alice: Membership
    ) -> None:
        call = book(make_client(advisor=alice), by=alice)
        fulfil(call, INTERESTED, by=alice)
        services.undo_fulfilment(call, by=ada, at=LATER)

        with pytest.raises(ValidationError) as refusal:
            services.undo_fulfilment(call, by=ada, at=LATER)
        again = fulfil(call, NOT_INTERESTED, by=alice, at=LATER)

        assert refusal.value.code == "not_fulfilled"
        assert Fulfilment.objects.filter(undone_at__isnull=True).get() == again
        assert Fulfilment.objects.count() == 2


def graphs() -> st.SearchStrategy[list[dict[str, int | bool | None]]]:
    """Ten types, eight outcomes, five statuses: any relations between them."""
    pair = st.fixed_dictionaries(
        {
            "type": st.integers(0, 9),
            "outcome": st.integers(0, 7),
            "status": st.integers(-1, 4),
            "next": st.integers(-1, 9),
            "points": st.integers(0, 20),
            "days": st.integers(0, 400),
            "hours": st.integers(0, 48),
            "concluding": st.booleans(),
            "recipient": st.sampled_from(["me", "advisor", "contact", "specialist", "all"]),
            "counts_as_held": st.booleans(),
            "pair_counts_as_held": st.none() | st.booleans(),
        }
    )
    return st.lists(pair, min_size=1, max_size=6, unique_by=lambda one: (one["type"], one["outcome"]))


def draw_graph(pairs: list[dict[str, Any]]) -> list[Relation]:
    types, outcomes, statuses = (list(model.objects.all()) for model in (AppointmentType, Outcome, Status))
    Relation.objects.all().delete()
    made = []
    for pair in pairs:
        follows = pair["next"] >= 0
        outcome = outcomes[pair["outcome"]]
        Outcome.objects.filter(pk=outcome.pk).update(counts_as_held=pair["counts_as_held"])
        made.append(
            Relation.objects.create(
                type=types[pair["type"]],
                outcome=outcome,
                status=statuses[pair["status"]] if pair["status"] >= 0 else None,
                points=pair["points"],
                concluding=pair["concluding"],
                counts_as_held=pair["pair_counts_as_held"],
                follow_up_type=types[pair["next"]] if follows else None,
                recipient=pair["recipient"] if follows else "",
                days=pair["days"] if follows else 0,
                hours=pair["hours"] if follows else 0,
            )
        )
    return made


class TestAnyGraph(TestCase):
    @given(pairs=graphs(), order=st.randoms(use_true_random=False), has_activity=st.booleans())
    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def test_walking_forward_and_back_leaves_nothing_behind(self, pairs, order, has_activity) -> None:  # type: ignore[no-untyped-def]
        firm = onboarding.create_firm(name="Any", slug="any")
        ada = join(firm, "ada@any.example", "Ada", Role.ADMIN)
        with use_firm(firm):
            relations = draw_graph(pairs)
            client = make_client(advisor=ada)
            book(client, MEETING, by=ada, starts_at=rome(2025, 6, 1))
            if has_activity:
                kind = ActivityKind.objects.create(name="Rinnovo")
                for kept in AppointmentType.objects.all():
                    ActivityKindType.objects.create(kind=kind, type=kept)
                Activity.objects.create(client=client, kind=kind, opened_at=NOW)
            walk = [(book(client, pair.type.name, by=ada), pair) for pair in relations]
            order.shuffle(walk)
            there = [*Appointment.objects.values_list("pk", flat=True)]
            states, end = [], NOW + timedelta(minutes=len(walk))
            for step, (appointment, pair) in enumerate(walk):
                planning.recompute_clients([client.pk], at=end)
                states.append(state(appointments=there))
                fulfil(appointment, pair.outcome.name, by=ada, at=NOW + timedelta(minutes=step))
            for step in reversed(range(len(walk))):
                assert services.undo_fulfilment(walk[step][0], by=ada, at=end).left == []
                assert state(appointments=there) == states[step]
