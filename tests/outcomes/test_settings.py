"""What the firm draws: outcomes, relations, Sostituisci, parameters, activities (IFY-10 … IFY-56)."""

from datetime import time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from clients.models import ChangedClient, ListEntry, Status
from clients.services import delete_choice
from outcomes import services
from outcomes.models import ActivityKindType, Fulfilment, Outcome, Parameters, PointsEntry, Relation
from outcomes.services import ActivityDetails, KindDetails, OutcomeDetails, RelationDetails
from scheduling.models import Appointment, AppointmentType
from scheduling.services import delete_type
from tenants.models import AuditEvent, Membership
from tests.outcomes.making import (
    CALL,
    INTERESTED,
    MEETING,
    NOT_INTERESTED,
    NOW,
    SIGNS,
    book,
    fulfil,
    make_client,
    outcome,
    type_named,
)

pytestmark = pytest.mark.usefixtures("bound")


def codes(refusal: ValidationError) -> dict[str, str | None]:
    return {name: errors[0].code for name, errors in refusal.error_dict.items()}


class TestOutcomes:
    def test_nuovo_goes_last_and_a_name_is_taken_once(self, ada: Membership) -> None:
        made = services.create_outcome(OutcomeDetails(name="  Da   richiamare "), by=ada)

        assert (made.name, made.position, made.active) == ("Da richiamare", 9, True)
        with pytest.raises(ValidationError) as refusal:
            services.create_outcome(OutcomeDetails(name="DA RICHIAMARE"), by=ada)
        assert codes(refusal.value) == {"name": "unique"}

    def test_what_was_recorded_with_is_deactivated_not_deleted(self, ada: Membership, alice: Membership) -> None:
        fulfil(book(make_client(advisor=alice), by=alice), INTERESTED, by=alice)

        with pytest.raises(ValidationError) as refusal:
            delete_choice(outcome(INTERESTED), by=ada)
        assert refusal.value.code == "in_use"
        delete_choice(outcome("Consegnato"), by=ada)

        assert not Relation.objects.filter(outcome__name="Consegnato").exists()
        assert AuditEvent.objects.filter(action="outcome.deleted").count() == 1

    def test_a_type_is_deleted_only_while_nothing_names_it(self, ada: Membership) -> None:
        for name, code in (("Incontro", "default_meeting_type"),):
            with pytest.raises(ValidationError) as refusal:
                delete_type(type_named(name), by=ada)
            assert refusal.value.code == code
        delete_type(type_named("Proposta"), by=ada)

        assert Relation.objects.count() == 15


class TestRelations:
    def test_ticking_keeps_the_settings_of_what_was_unticked(self, ada: Membership) -> None:
        call = type_named(CALL)
        services.tick_outcomes(call, [outcome(SIGNS)], by=ada)
        assert set(Relation.objects.filter(type=call, active=True).values_list("outcome__name", flat=True)) == {SIGNS}

        services.tick_outcomes(call, [outcome(INTERESTED)], by=ada)
        pair = Relation.objects.get(type=call, active=True)
        assert (pair.outcome.name, pair.points, pair.days) == (INTERESTED, 1, 2)

    def test_a_pair_takes_effect_at_once_and_not_on_the_past(self, ada: Membership, alice: Membership) -> None:
        client = make_client(advisor=alice)
        before = fulfil(book(client, by=alice), NOT_INTERESTED, by=alice)
        details = RelationDetails(
            status=Status.objects.get(name="Cliente"),
            points=7,
            follow_up_type=type_named(MEETING),
            recipient="fixed",
            operator=ada,
            days=1,
        )
        services.save_relation(type_named(CALL), outcome(NOT_INTERESTED), details, by=ada)

        after = fulfil(book(client, by=alice), NOT_INTERESTED, by=alice)

        before.refresh_from_db()
        assert (before.points, before.to_status and before.to_status.name) == (0, "Perso")
        assert (after.points, after.to_status and after.to_status.name) == (7, "Cliente")
        assert after.follow_up is not None
        assert after.follow_up.assignee == ada

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"points": -1}, {"points": "out_of_range"}),
            ({"days": -1}, {"days": "out_of_range"}),
            ({"hours": 9_000}, {"hours": "out_of_range"}),
            ({"follow_up_type": MEETING}, {"recipient": "required"}),
            ({"follow_up_type": MEETING, "recipient": "nobody"}, {"recipient": "required"}),
            ({"follow_up_type": MEETING, "recipient": "fixed"}, {"operator": "required"}),
            ({"follow_up_type": MEETING, "recipient": "me", "operator": True}, {"operator": "not_fixed"}),
            ({"follow_up_type": "Proposta", "recipient": "me"}, {"follow_up_type": "not_active"}),
            ({"status": "Perso"}, {"status": "not_active"}),
        ],
    )
    def test_what_makes_no_sense_is_refused(
        self, changes: dict[str, Any], expected: dict[str, str], ada: Membership
    ) -> None:
        AppointmentType.objects.filter(name="Proposta").update(active=False)
        Status.objects.filter(name="Perso").update(active=False)
        given: dict[str, Any] = dict(changes)
        if "follow_up_type" in given:
            given["follow_up_type"] = type_named(given["follow_up_type"])
        if "status" in given:
            given["status"] = Status.objects.get(name=given["status"])
        if "operator" in given:
            given["operator"] = ada

        with pytest.raises(ValidationError) as refusal:
            services.save_relation(type_named(MEETING), outcome(SIGNS), RelationDetails(**given), by=ada)

        assert codes(refusal.value) == expected

    def test_an_operator_who_has_left_is_not_named_anew(self, ada: Membership, bob: Membership) -> None:
        details = RelationDetails(follow_up_type=type_named(MEETING), recipient="fixed", operator=bob)
        services.save_relation(type_named(MEETING), outcome(SIGNS), details, by=ada)
        Membership.objects.filter(pk=bob.pk).update(is_active=False)
        gone = Membership.objects.get(pk=bob.pk)
        kept = RelationDetails(follow_up_type=type_named(MEETING), recipient="fixed", operator=gone, points=1)
        services.save_relation(type_named(MEETING), outcome(SIGNS), kept, by=ada)

        with pytest.raises(ValidationError) as refusal:
            services.save_relation(type_named(MEETING), outcome("Non sottoscrive"), kept, by=ada)
        assert codes(refusal.value) == {"operator": "operator_not_active"}

    def test_inactive_ones_are_in_no_new_pair(self, ada: Membership) -> None:
        Outcome.objects.filter(name=SIGNS).update(active=False)
        AppointmentType.objects.filter(name="Proposta").update(active=False)

        with pytest.raises(ValidationError) as refusal:
            services.save_relation(type_named("Proposta"), outcome(SIGNS), RelationDetails(), by=ada)
        assert codes(refusal.value) == {"type": "not_active", "outcome": "not_active"}
        services.save_relation(type_named(MEETING), outcome(SIGNS), RelationDetails(points=3), by=ada)


class TestReplacing:
    def test_a_type_is_replaced_everywhere_and_the_past_keeps_its_meaning(
        self, ada: Membership, alice: Membership
    ) -> None:
        old, new = type_named(CALL), type_named("Consulenza di prova")
        kind = services.create_kind(KindDetails(name="Rinnovo", types=[old, new]), by=ada)
        other = services.create_kind(KindDetails(name="Apertura", types=[old]), by=ada)
        client = make_client(advisor=alice)
        made = fulfil(book(client, by=alice), INTERESTED, by=alice)
        open_one = book(client, by=alice)
        follow = RelationDetails(follow_up_type=old, recipient="me")
        services.save_relation(type_named(MEETING), outcome(SIGNS), follow, by=ada)
        services.save_relation(old, outcome(SIGNS), RelationDetails(points=4), by=ada)
        ChangedClient.objects.all().delete()

        foreseen = services.replacement_of(old, new)
        done = services.replace(old, new, by=ada)

        assert foreseen == done
        assert {str(use.label): use.count for use in done.uses}["appuntamenti"] == 2
        assert len(done.merged) == 2
        old.refresh_from_db()
        made.refresh_from_db()
        open_one.refresh_from_db()
        assert (old.active, open_one.type, made.type) == (False, new, new)
        assert (made.points, made.to_status and made.to_status.name) == (1, "Pianificato")
        assert made.rule["type_name"] == CALL
        assert set(PointsEntry.objects.values_list("points", "type")) == {(1, new.pk)}
        assert not Relation.objects.filter(type=old).exists()
        assert Relation.objects.get(type=new, outcome__name=NOT_INTERESTED).status == Status.objects.get(
            name="Non cliente"
        )
        assert Relation.objects.get(type=new, outcome__name=SIGNS).points == 4
        assert Relation.objects.get(type__name=MEETING, outcome__name=SIGNS).follow_up_type == new
        assert set(ActivityKindType.objects.values_list("kind", "type")) == {(kind.pk, new.pk), (other.pk, new.pk)}
        # The trial counts for the cadence, the call did not: the night looks at the client again.
        assert set(Appointment.objects.filter(type=new).values_list("counts", flat=True)) == {True}
        assert ChangedClient.objects.filter(client_id=client.pk).exists()

    def test_an_outcome_is_replaced_and_what_the_new_one_has_wins(self, ada: Membership, alice: Membership) -> None:
        made = fulfil(book(make_client(advisor=alice), by=alice), INTERESTED, by=alice)

        done = services.replace(outcome(INTERESTED), outcome(NOT_INTERESTED), by=ada)

        made.refresh_from_db()
        assert (made.outcome.name, made.points, made.rule["outcome_name"]) == (NOT_INTERESTED, 1, INTERESTED)
        assert len(done.merged) == 4
        assert not outcome(INTERESTED).active
        assert Relation.objects.get(type__name=CALL).status == Status.objects.get(name="Perso")

    def test_not_by_itself_nor_by_an_inactive_one(self, ada: Membership) -> None:
        call, meeting = type_named(CALL), type_named(MEETING)
        AppointmentType.objects.filter(name="Proposta").update(active=False)
        for old, new, code in (
            (call, call, "itself"),
            (call, type_named("Proposta"), "not_active"),
            (meeting, call, "not_a_meeting"),
        ):
            with pytest.raises(ValidationError) as refusal:
                services.replace(old, new, by=ada)
            assert codes(refusal.value) == {"by": code}


class TestActivities:
    def test_several_at_once_each_with_status_and_date(self, ada: Membership, alice: Membership) -> None:
        kind = services.create_kind(KindDetails(name="Rinnovo", types=[type_named(CALL)]), by=ada)
        client, status = make_client(advisor=alice), Status.objects.get(name="Pianificato")
        first = services.open_activity(
            client, kind, ActivityDetails(subject="Polizza", status=status), by=alice, at=NOW
        )
        second = services.open_activity(client, kind, ActivityDetails(), by=alice, at=NOW)
        later = NOW + timedelta(days=1)
        services.edit_activity(second, ActivityDetails(status=status, owner=alice), by=alice, at=later)
        services.close_activity(second, by=alice, at=later, reason="Persa")

        second.refresh_from_db()
        assert (first.status, first.status_at) == (status, NOW)
        assert (second.status_at, second.closed_at, second.closing_reason) == (later, later, "Persa")
        services.reopen_activity(second, by=alice)
        second.refresh_from_db()
        assert (second.closed_at, second.closed_by, second.closing_reason) == (None, None, "")

    def test_one_with_recorded_actions_is_closed_not_deleted(self, ada: Membership, alice: Membership) -> None:
        kind = services.create_kind(KindDetails(name="Rinnovo", types=[type_named(CALL)]), by=ada)
        client = make_client(advisor=alice)
        used, unused = (services.open_activity(client, kind, ActivityDetails(), by=alice, at=NOW) for _ in range(2))
        fulfil(book(client, by=alice), INTERESTED, by=alice, activity=used)

        with pytest.raises(ValidationError) as refusal:
            services.delete_activity(used, by=alice)
        services.delete_activity(unused, by=alice)
        with pytest.raises(ValidationError):
            delete_choice(kind, by=ada)

        assert refusal.value.code == "in_use"
        assert Fulfilment.objects.get().activity == used


class TestParameters:
    def test_they_are_one_row_and_audited(self, ada: Membership) -> None:
        category = ListEntry.objects.filter(list_name="category").first()
        for charge in (3, 5):
            services.edit_parameters(standard_time=time(9), charge_days=charge, call_centre_category=category, by=ada)

        found = Parameters.objects.get()
        assert (found.standard_time, found.charge_days, found.call_centre_category) == (time(9), 5, category)
        assert AuditEvent.objects.filter(action="parameters.changed").count() == 2
        with pytest.raises(ValidationError):
            services.edit_parameters(standard_time=None, charge_days=400, call_centre_category=None, by=ada)
        with pytest.raises(ValidationError):
            services.edit_parameters(
                standard_time=None,
                charge_days=None,
                call_centre_category=ListEntry.objects.filter(list_name="rating").first(),
                by=ada,
            )
