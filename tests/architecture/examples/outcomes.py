"""Rows of outcomes, for strangers to look for."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

import outcomes.services
from outcomes.models import ActivityKind, Challenge, Fulfilment, Outcome, Relation
from outcomes.services.challenges import ChallengeDetails, save_challenge
from outcomes.services.points import Correction, correct_points
from tenants.models import Membership
from tests.architecture.examples.clients import client
from tests.architecture.examples.example import Example
from tests.architecture.examples.scheduling import appointment_type, past_appointment, unused_type
from tests.architecture.examples.tenants import member
from tests.clients.builders import new_client


def outcome(admin: Membership) -> dict[str, Any]:
    return {"pk": Outcome.objects.order_by("id")[0].pk}


def relation(admin: Membership) -> dict[str, Any]:
    return {"pk": Relation.objects.order_by("id")[0].pk}


def activity_kind(admin: Membership) -> dict[str, Any]:
    details = outcomes.services.KindDetails(name=f"Example {ActivityKind.objects.count()}")
    return {"pk": outcomes.services.create_kind(details, by=admin).pk}


def activity(admin: Membership) -> dict[str, Any]:
    kind = ActivityKind.objects.get(pk=activity_kind(admin)["pk"])
    details = outcomes.services.ActivityDetails()
    own = new_client(advisor=admin)
    return {"pk": outcomes.services.open_activity(own, kind, details, by=admin, at=timezone.now()).pk}


def fulfilled(admin: Membership) -> Fulfilment:
    pair = Relation.objects.select_related("outcome").order_by("id")[0]
    return outcomes.services.fulfil_appointment(past_appointment(admin), pair.outcome, by=admin, at=timezone.now())


def fulfilment(admin: Membership) -> dict[str, Any]:
    return {"pk": fulfilled(admin).pk}


def fulfilled_appointment(admin: Membership) -> dict[str, Any]:
    return {"pk": fulfilled(admin).appointment_id}


def challenge(admin: Membership) -> dict[str, Any]:
    today = timezone.now().date()
    details = ChallengeDetails(name=f"Example {Challenge.objects.count()}", starts_on=today, ends_on=today, target=1)
    return {"pk": save_challenge(None, details, by=admin).pk}


def correction(admin: Membership) -> dict[str, Any]:
    said = Correction(points=1, reason="Example")
    return {"pk": correct_points(admin, said, by=admin, at=timezone.now()).pk}


PAGES: dict[str, Example] = {
    "outcomes:scheme_predefined": lambda admin: {"name": "advisor"},
    "outcomes:history_item": fulfilment,
    "outcomes:member_points": member,
    "outcomes:points_correct": member,
    "outcomes:correction_undo": correction,
    "outcomes:challenge_detail": challenge,
    "outcomes:challenge_edit": challenge,
    "outcomes:challenge_delete": challenge,
    "outcomes:fulfil": lambda admin: {"pk": past_appointment(admin).pk},
    "outcomes:record": lambda admin: {"pk": past_appointment(admin).pk},
    "outcomes:undo": fulfilled_appointment,
    "outcomes:activity_detail": activity,
    "outcomes:activity_close": activity,
    "outcomes:activity_reopen": activity,
    "outcomes:activity_delete": activity,
    "outcomes:action_create": lambda admin: {"client_pk": client(admin)["pk"]},
    "outcomes:activity_create": lambda admin: {"client_pk": client(admin)["pk"]},
    "outcomes:type_replace": appointment_type,
    "outcomes:type_delete": unused_type,
    "outcomes:relation_type": appointment_type,
    "outcomes:relation_tick": appointment_type,
    "outcomes:relation_edit": lambda admin: {**appointment_type(admin), "outcome_pk": outcome(admin)["pk"]},
    "outcomes:choice_replace": outcome,
    "outcomes:choice_list": lambda admin: {"what": "outcomes"},
    "outcomes:choice_create": lambda admin: {"what": "kinds"},
    "outcomes:choice_edit": lambda admin: {"what": "outcomes", **outcome(admin)},
    "outcomes:choice_switch": lambda admin: {"what": "outcomes", **outcome(admin)},
    "outcomes:choice_move": lambda admin: {"what": "kinds", **activity_kind(admin)},
    "outcomes:choice_delete": lambda admin: {"what": "kinds", **activity_kind(admin)},
}

RESOURCES: dict[str, Example] = {
    "points": correction,
    "challenges": challenge,
    "outcomes": outcome,
    "relations": relation,
    "history": fulfilment,
    "activities": activity,
    "activity-kinds": activity_kind,
}
