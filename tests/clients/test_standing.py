"""Status, labels, archive (clients/services/standing.py): for one client and for many in the same statements."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients import services
from clients.enums import ClientState
from clients.models import ChangedClient, Client, Label, Status, StatusChange
from clients.signals import clients_changed
from tenants.models import AuditEvent
from tests.clients.builders import NOON, new_client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bound")]

LATER = NOON + timedelta(days=1)
EVERYBODY = Client.objects.all


def test_a_change_of_status_is_kept_as_history(alice):
    first, second = Status.objects.all()[:2]
    client = new_client(status=first)

    services.change_status(client, to=second, by=alice, at=LATER)

    read = Client.objects.get()
    assert (read.status, read.version) == (second, 2)
    newest = StatusChange.objects.first()
    assert (newest.from_status, newest.to_status, newest.by, newest.at, newest.cause) == (
        first,
        second,
        alice,
        LATER,
        "manual",
    )
    assert AuditEvent.objects.get(action="client.status_changed").target_id == client.pk


def test_a_change_of_status_is_taken_back_and_the_history_keeps_both(alice):
    first, second = Status.objects.all()[:2]
    client = new_client(status=first)
    services.change_status(client, to=second, by=alice, at=LATER)
    services.change_choice(first, {"active": False}, by=alice)

    services.undo_status_change(client, by=alice, at=LATER + timedelta(minutes=1))

    assert Client.objects.get().status == first
    assert [change.to_status for change in StatusChange.objects.filter(client=client)] == [first, second, first]
    services.undo_status_change(new_client("Verdi"), by=alice, at=LATER)


def test_the_same_status_again_changes_nothing(alice):
    status = Status.objects.first()
    client = new_client(status=status)

    services.change_status(client, to=status, by=alice, at=LATER)

    assert (Client.objects.get().version, StatusChange.objects.count()) == (1, 1)


def test_an_inactive_status_is_given_to_nobody(alice):
    status = Status.objects.first()
    services.change_choice(status, {"active": False}, by=alice)

    with pytest.raises(ValidationError) as refusal:
        services.change_status(new_client(), to=status, by=alice, at=LATER)

    assert refusal.value.code == "inactive"


def test_a_status_can_be_taken_away(alice):
    client = new_client(status=Status.objects.first())

    services.change_status(client, to=None, by=alice, at=LATER)

    assert Client.objects.get().status is None


@pytest.mark.parametrize("many", [2, 9])
def test_many_clients_take_as_many_statements_as_one(alice, many):
    status, label = Status.objects.first(), services.create_choice(Label(name="Medico"), by=alice)

    def act():
        services.change_statuses(EVERYBODY(), to=status, by=alice, at=LATER)
        services.add_label(EVERYBODY(), label, by=alice, at=LATER)
        services.archive(EVERYBODY(), by=alice, at=LATER)

    new_client("First")
    with CaptureQueriesContext(
        connection,
    ) as for_one:
        act()
    Client.objects.update(state=ClientState.ACTIVE, status=None)
    services.remove_label(EVERYBODY(), label, by=alice, at=LATER)
    for number in range(many - 1):
        new_client(f"Client {number}")

    with CaptureQueriesContext(connection) as for_many:
        act()

    assert len(for_many) == len(for_one)
    assert StatusChange.objects.count() == many + 1
    assert Client.objects.filter(state=ClientState.ARCHIVED, status=status).count() == many


def test_archived_deceased_and_back(alice):
    client = new_client()
    ChangedClient.objects.all().delete()
    heard = []

    def listen(sender, client_ids, changed, **kwargs):
        heard.append(set(changed))

    clients_changed.connect(listen)
    states = []
    for act in (services.archive, services.archive, services.reactivate, services.mark_deceased):
        act(EVERYBODY(), by=alice, at=LATER)
        states.append(Client.objects.get().state)
    clients_changed.disconnect(listen)

    assert states == ["archived", "archived", "active", "deceased"]
    assert heard == [{"state"}] * 3
    assert ChangedClient.objects.get().client_id == client.pk
    assert list(
        AuditEvent.objects.filter(target_kind="clients.client", target_id=client.pk, by=alice)
        .order_by("id")
        .values_list("action", flat=True)
    ) == [
        "client.archived",
        "client.reactivated",
        "client.deceased",
    ]


def test_labels_are_set_as_a_whole(alice):
    doctor, retired, gone = (
        services.create_choice(Label(name=name), by=alice) for name in ("Medico", "Pensionato", "Vecchia")
    )
    client = new_client(labels=[doctor, gone])
    services.change_choice(gone, {"active": False}, by=alice)

    services.set_labels(client, [gone, retired], by=alice, at=LATER)

    assert {own.label.name for own in client.client_labels.all()} == {"Vecchia", "Pensionato"}
    with pytest.raises(ValidationError):
        services.set_labels(new_client("Verdi"), [gone], by=alice, at=LATER)
