"""The fields of outcomes where they are used: filters, lists, columns; kept right by an undo and a replace."""

from collections.abc import Callable
from datetime import timedelta
from itertools import groupby
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.catalogue import fields, where
from clients.facts import with_fields
from clients.filters.parsing import parse
from clients.models import ChangedClient, Client, Status
from clients.services import delete_choice
from outcomes import services
from outcomes.models import ActivityKindType
from outcomes.services import ActivityDetails, KindDetails
from tenants.models import Firm, Membership
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

TODAY = NOW.date()
NAMES = ("last_outcome", "last_outcome_on", "last_outcome_type", "points", "activity.kind", "activity.status")

pytestmark = pytest.mark.usefixtures("bound")


def found(field: str, op: str, value: object = None) -> list[str]:
    expression = parse({"field": field, "op": op, "value": value}, fields())
    rows = Client.objects.filter(where(expression, today=TODAY)).order_by("name")
    return list(rows.values_list("name", flat=True))


def shown(client: Client, name: str) -> tuple[object, ...]:
    entry = fields()[name]
    return entry.shown(with_fields(Client.objects.filter(pk=client.pk), [entry]).get(), TODAY)


def test_the_last_outcome_and_the_points_follow_and_go_back(ada: Membership) -> None:
    rossi, bianchi = make_client("Rossi"), make_client("Bianchi")
    make_client("Verdi")
    early = book(rossi, CALL, by=ada, starts_at=NOW - timedelta(days=4))
    fulfil(early, NOT_INTERESTED, by=ada, at=NOW - timedelta(days=3))
    meeting = book(rossi, MEETING, by=ada)
    fulfil(meeting, SIGNS, by=ada)
    fulfil(book(bianchi, CALL, by=ada), INTERESTED, by=ada, at=NOW - timedelta(days=1))

    assert found("last_outcome", "eq", outcome(SIGNS).pk) == ["Rossi"]
    assert found("last_outcome", "eq", outcome(NOT_INTERESTED).pk) == []
    assert found("last_outcome", "empty") == ["Verdi"]
    assert found("last_outcome_on", "within_last_days", 0) == ["Rossi"]
    assert (found("points", "gte", 10), found("points", "eq", 1)) == (["Rossi"], ["Bianchi"])
    assert [str(value) for value in shown(rossi, "last_outcome")] == [SIGNS]

    services.undo_fulfilment(meeting, by=ada, at=NOW)
    assert found("last_outcome", "eq", outcome(NOT_INTERESTED).pk) == ["Rossi"]
    assert found("points", "gte", 10) == []


def test_what_is_replaced_is_found_by_its_new_name_and_the_clients_are_on_the_nights_list(ada: Membership) -> None:
    rossi = make_client("Rossi")
    fulfil(book(rossi, CALL, by=ada), INTERESTED, by=ada)
    ChangedClient.objects.all().delete()

    services.replace(outcome(INTERESTED), outcome(SIGNS), by=ada)

    assert found("last_outcome", "eq", outcome(SIGNS).pk) == ["Rossi"]
    assert list(ChangedClient.objects.values_list("client_id", flat=True)) == [rossi.pk]


def test_activities_open_and_over(ada: Membership) -> None:
    rossi = make_client("Rossi")
    kind = services.create_kind(KindDetails(name="Rinnovo", types=[type_named(CALL)]), by=ada)
    assert ActivityKindType.objects.count() == 1
    activity = services.open_activity(rossi, kind, ActivityDetails(owner=ada), by=ada, at=NOW)
    fulfil(book(rossi, CALL, by=ada), INTERESTED, by=ada)

    assert found("activity.kind", "eq", kind.pk) == ["Rossi"]
    assert found("activity.owner", "eq", ada.pk) == ["Rossi"]
    assert [str(value) for value in shown(rossi, "activity.status")] == ["Pianificato"]
    assert found("activity.status_on", "within_last_days", 1) == ["Rossi"]

    services.close_activity(activity, by=ada, at=NOW)
    assert found("activity.kind", "not_empty") == []
    assert found("activity.closed", "eq", kind.pk) == ["Rossi"]
    assert found("activity.closed_on", "within_last_days", 1) == ["Rossi"]


def test_each_kind_has_entries_of_its_own(ada: Membership) -> None:
    """IFY-51: two activities of one client are told apart, which “some open activity” cannot do."""
    renewal, proposal = (services.create_kind(KindDetails(name=name), by=ada) for name in ("Rinnovo", "Proposta"))
    planned, lost = (Status.objects.get(name=name) for name in ("Pianificato", "Perso"))
    rossi, bianchi = make_client("Rossi"), make_client("Bianchi")
    for client, of_renewal, of_proposal in ((rossi, planned, lost), (bianchi, lost, planned)):
        for kind, status in ((renewal, of_renewal), (proposal, of_proposal)):
            services.open_activity(client, kind, ActivityDetails(status=status), by=ada, at=NOW)
    name = f"activity.{renewal.pk}.status"

    assert found("activity.status", "eq", planned.pk) == ["Bianchi", "Rossi"]
    assert found(name, "eq", planned.pk) == ["Rossi"]
    assert found(f"activity.{proposal.pk}.status", "eq", planned.pk) == ["Bianchi"]
    assert found(f"{name}_on", "within_last_days", 0) == ["Bianchi", "Rossi"]
    assert (str(fields()[name].label), [str(value) for value in shown(rossi, name)]) == (
        "Rinnovo: stato dell'attività aperta",
        ["Pianificato"],
    )
    for activity in rossi.activities.all():
        services.close_activity(activity, by=ada, at=NOW)
    assert found(name, "not_empty") == ["Bianchi"]


def test_the_entries_follow_the_kinds(ada: Membership) -> None:
    kind = services.create_kind(KindDetails(name="Rinnovo"), by=ada)
    name = f"activity.{kind.pk}.status"
    assert str(fields()[name].label).startswith("Rinnovo:")
    services.edit_kind(kind, KindDetails(name="Mandato"), by=ada)
    assert str(fields()[name].label).startswith("Mandato:")
    delete_choice(kind, by=ada)
    assert name not in fields()


def test_pickers_show_each_heading_once(ada: Membership) -> None:
    """What a firm brings of its own stands under the heading of its like."""
    services.create_kind(KindDetails(name="Rinnovo"), by=ada)
    headings = [group for group, _entries in groupby(fields().values(), key=lambda entry: entry.group)]
    assert len(headings) == len(set(headings))


def test_they_are_columns_in_as_many_statements_for_few_as_for_many(ada: Membership, firm: Firm) -> None:
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            for client in with_fields(Client.objects.all(), [fields()[name] for name in NAMES]):
                [fields()[name].shown(client, TODAY) for name in NAMES]
        return len(queries)

    fulfil(book(make_client("Uno"), CALL, by=ada), INTERESTED, by=ada)
    statements()
    few = statements()
    for number in range(6):
        fulfil(book(make_client(f"Altro {number}"), MEETING, by=ada), SIGNS, by=ada)
    assert statements() == few


def test_the_api_lists_and_takes_them(ada: Membership, api: Callable[..., Any]) -> None:
    named = {field["name"] for field in api(ada).get("/api/v1/fields/").json()["results"]}
    assert named >= set(NAMES)
