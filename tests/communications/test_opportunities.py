"""A service is proposed to a client, annotated, closed by hand, opened again; one is open at a time (O-46)."""

from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from clients.models import ChangedClient
from clients.services import merge_clients, undo_merge
from clients.timeline.reading import Wish, events
from communications import services
from communications.enums import OpportunityState
from communications.models import ClientOpportunity
from communications.services import NewOpportunity
from tenants.models import AuditEvent, Membership
from tests.clients.builders import new_company
from tests.communications.making import (
    ACCEPTED,
    DECLINED,
    LATER,
    NOON,
    close,
    found,
    new_client,
    propose,
    service,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bound")]


def refused(work: Any) -> str:
    with pytest.raises(ValidationError) as problem:
        work()
    errors = problem.value.error_dict if hasattr(problem.value, "error_dict") else {"": problem.value.error_list}
    return next(iter(errors.values()))[0].code


def test_it_is_open_then_closed_with_an_outcome_then_open_again(ada: Membership) -> None:
    client = new_client("Rossi")
    ChangedClient.objects.all().delete()
    row = propose(client, by=ada, notes=" Ne parliamo a marzo ")
    assert (row.state, row.notes, row.closed_at, row.opened_by) == ("open", "Ne parliamo a marzo", None, ada)
    assert list(ChangedClient.objects.values_list("client_id", flat=True)) == [client.pk]

    closed = close(row, DECLINED, by=ada, note="Costa troppo")
    assert (closed.state, closed.outcome_note, closed.closed_at, closed.closed_by) == (
        "declined",
        "Costa troppo",
        LATER,
        ada,
    )
    assert refused(lambda: close(row, by=ada)) == "closed"

    again = services.reopen_opportunity(closed, by=ada)
    assert (again.state, again.closed_at, again.closed_by, again.outcome_note) == ("open", None, None, "")
    assert again.notes == "Ne parliamo a marzo"
    assert list(AuditEvent.objects.order_by("id").values_list("action", flat=True))[-3:] == [
        "clientopportunity.opened",
        "clientopportunity.closed",
        "clientopportunity.reopened",
    ]


def test_one_is_open_for_each_client_and_service(ada: Membership) -> None:
    rossi, bianchi = new_client("Rossi"), new_client("Bianchi")
    first = propose(rossi, by=ada)
    assert refused(lambda: propose(rossi, by=ada)) == "already_open"
    propose(bianchi, by=ada)
    propose(rossi, "pac", by=ada)

    close(first, by=ada)
    second = propose(rossi, by=ada, at=LATER)
    assert refused(lambda: services.reopen_opportunity(first, by=ada)) == "already_open"
    close(second, by=ada)
    assert services.reopen_opportunity(first, by=ada).is_open

    # The database says so too, whoever writes.
    with pytest.raises(IntegrityError), transaction.atomic():
        ClientOpportunity.objects.filter(pk=second.pk).update(state="open", closed_at=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClientOpportunity.objects.filter(pk=second.pk).update(closed_at=None)


def test_what_cannot_be_is_refused_by_name(ada: Membership) -> None:
    client = new_client("Rossi")
    archived = new_client("Bianchi")
    type(archived).objects.filter(pk=archived.pk).update(state="archived")
    services.set_active(service("pac"), active=False, by=ada)
    assert refused(lambda: propose(archived, by=ada)) == "client_not_active"
    assert refused(lambda: propose(client, "pac", by=ada)) == "not_active"
    row = propose(client, by=ada)
    assert refused(lambda: close(row, OpportunityState.OPEN, by=ada)) == "not_an_ending"
    for day in (NOON.date() - timedelta(days=1), LATER.date() + timedelta(days=1)):
        assert refused(lambda day=day: close(row, by=ada, on=day)) == "out_of_range"
    assert refused(lambda: services.annotate_opportunity(row, notes="x", by=ada, version=7)) == "stale"
    assert refused(lambda: services.annotate_opportunity(row, notes="x" * 5_001, by=ada)) == "max_length"
    services.delete_opportunity(row, by=ada)
    assert refused(lambda: close(row, by=ada)) == "gone"


def test_it_can_have_ended_on_an_earlier_day(ada: Membership) -> None:
    day, at = NOON.date() + timedelta(days=2), NOON + timedelta(days=9)
    row = close(propose(new_client("Rossi"), by=ada), by=ada, on=day, at=at)
    assert row.closed_at is not None
    assert (row.closed_at.date(), row.closed_at.astimezone(UTC).hour) == (day, 11)  # noon in Rome


def test_fields_follow_and_the_open_one_counts_most(ada: Membership) -> None:
    rossi, bianchi = new_client("Rossi"), new_client("Bianchi")
    new_client("Verdi")
    first = close(propose(rossi, by=ada), DECLINED, by=ada)
    close(propose(bianchi, by=ada), DECLINED, by=ada)
    assert found("opportunity.ltc", "eq", "declined") == ["Bianchi", "Rossi"]
    assert found("opportunity.ltc", "empty") == ["Verdi"]

    second = propose(rossi, by=ada, at=LATER)
    assert found("opportunity.ltc", "eq", "open") == ["Rossi"]
    assert found("opportunity.ltc", "eq", "declined") == ["Bianchi"]
    assert found("opportunities.open", "eq", service().pk) == ["Rossi"]
    assert found("opportunities.closed", "eq", service().pk) == ["Bianchi", "Rossi"]
    assert found("opportunities.open_count", "gte", 1) == ["Rossi"]
    assert found("opportunities.closed_on", "eq", LATER.date().isoformat()) == ["Bianchi", "Rossi"]
    assert found("opportunities.opened_on", "eq", LATER.date().isoformat()) == ["Rossi"]

    close(second, ACCEPTED, by=ada, at=LATER + timedelta(days=1))
    assert found("opportunity.ltc", "in", ["accepted", "open"]) == ["Rossi"]
    services.reopen_opportunity(first, by=ada)
    assert found("opportunity.ltc", "eq", "open") == ["Rossi"]


def test_it_stands_in_the_time_line_of_the_client_and_of_his_company_of_then(ada: Membership) -> None:
    company = new_company("Alfa")
    client = new_client("Rossi", company=company)
    row = close(propose(client, by=ada, notes="Dopo la fiera"), DECLINED, by=ada, note="Costa troppo")
    wish = Wish(now=LATER + timedelta(days=1), kinds=["opportunity", "opportunity_closed"])
    for whose in (client, company):
        closed, opened = events(whose, wish, by=ada).items
        assert (closed.id, closed.state, closed.text, closed.title) == (
            row.pk,
            "declined",
            "Costa troppo",
            "Polizza LTC",
        )
        assert (opened.id, opened.text, opened.by) == (row.pk, "Dopo la fiera", ada.name)
        assert "Polizza LTC" in str(opened.title)


def test_merging_keeps_one_open_and_the_undo_gives_both_back(ada: Membership) -> None:
    rossi, double = new_client("Rossi"), new_client("Rossi")
    propose(rossi, by=ada)
    stays = propose(double, by=ada)
    goes = [close(propose(double, "pac", by=ada), by=ada), propose(double, "succession", by=ada)]
    merge = merge_clients(rossi, double, {}, by=ada, at=LATER)
    assert found("opportunities.open_count", "eq", 2) == ["Rossi"]
    assert {row.pk for row in ClientOpportunity.objects.filter(client=double)} == {stays.pk}
    assert found("opportunity.pac", "eq", "accepted") == ["Rossi"]
    undo_merge(merge, by=ada, at=LATER)
    assert {row.pk for row in ClientOpportunity.objects.filter(client=double)} == {stays.pk, *(row.pk for row in goes)}


def statements(work: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        work()
    return len(queries)


def test_many_are_entered_and_those_that_cannot_be_are_said_by_place(ada: Membership) -> None:
    clients = [new_client(f"Cliente {number}") for number in range(4)]
    ltc = service()

    def entry(pk: int, **given: Any) -> NewOpportunity:
        return NewOpportunity(client_id=pk, opportunity=ltc, opened_at=NOON, **given)

    closed = {"state": DECLINED, "closed_at": LATER}
    entries = [
        entry(clients[0].pk),
        entry(clients[0].pk),
        entry(10**12),
        entry(clients[1].pk, **closed),
        entry(clients[1].pk, **closed),
        entry(clients[2].pk, closed_at=LATER),
        entry(clients[2].pk, state=DECLINED, closed_at=NOON - timedelta(days=1)),
    ]
    refusals = services.enter_opportunities(entries, by=ada)
    assert [(refusal.place, refusal.code) for refusal in refusals] == [
        (1, "already_open"),
        (2, "unknown_client"),
        (5, "closing_date"),
        (6, "closed_before_opened"),
    ]
    assert ClientOpportunity.objects.count() == 3

    few, many = ([entry(pk, **closed) for pk in pks] for pks in ([clients[0].pk], [client.pk for client in clients]))
    assert statements(lambda: services.enter_opportunities(many, by=ada)) == statements(
        lambda: services.enter_opportunities(few, by=ada)
    )


def test_what_another_system_told_before_is_brought_up_to_date(ada: Membership) -> None:
    client, ltc = new_client("Rossi"), service()

    def told(number: str, **given: Any) -> NewOpportunity:
        values = {"client_id": client.pk, "opportunity": ltc, "opened_at": NOON, "external_source": "crm", **given}
        return NewOpportunity(external_id=number, **values)

    first = [told("1"), told("2", state=DECLINED, closed_at=LATER, outcome_note="No")]
    assert services.enter_opportunities(first, by=ada) == []
    assert services.enter_opportunities(first, by=ada) == []
    assert sorted(ClientOpportunity.objects.values_list("external_id", "state", "version")) == [
        ("1", "open", 1),
        ("2", "declined", 1),
    ]
    later = [told("1", state=ACCEPTED, closed_at=LATER), told("3"), told("2")]
    refusals = services.enter_opportunities(later, by=ada)
    assert [(refusal.place, refusal.code) for refusal in refusals] == [(2, "already_open")]
    assert sorted(ClientOpportunity.objects.values_list("external_id", "state", "version")) == [
        ("1", "accepted", 2),
        ("2", "declined", 1),
        ("3", "open", 1),
    ]
    other = told("3", client_id=new_client("Bianchi").pk)
    assert [refusal.code for refusal in services.enter_opportunities([other], by=ada)] == ["other_client"]
    twice = [told("4", state=DECLINED, closed_at=LATER)] * 2
    assert [refusal.code for refusal in services.enter_opportunities(twice, by=ada)] == ["repeated_key"]
