"""Statuses, labels and the firm's own lists (clients/services/choices.py)."""

import pytest
from django.core.exceptions import ValidationError

from clients import defaults, services
from clients.models import Label, ListEntry, Status
from outcomes.models import Relation
from tenants.models import AuditEvent
from tests.clients.builders import new_client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bound")]


def statuses():
    return [status.name for status in Status.objects.all()]


def test_a_firm_starts_with_the_statuses_of_its_scheme():
    assert statuses() == ["Cliente", "Perso", "Pianificato", "Non cliente", "Ex cliente"]

    defaults.load("advisor")
    assert len(statuses()) == 5

    Relation.objects.all().delete()
    Status.objects.all().delete()
    defaults.load("inforyou")
    assert statuses() == ["Socio", "Miss", "Pianificato", "Non socio", "Ex socio"]


def test_a_status_is_added_last_and_can_be_moved(ada):
    status = services.create_choice(Status(name=" In  prova "), by=ada)
    services.move_choice(status, steps=-4, by=ada)

    assert statuses() == ["Cliente", "In prova", "Perso", "Pianificato", "Non cliente", "Ex cliente"]

    services.move_choice(status, steps=-9, by=ada)
    assert statuses()[0] == "In prova"


@pytest.mark.parametrize(
    "choice", [lambda: Status(name="CLIENTE"), lambda: ListEntry(list_name="rating", name="strategico")]
)
def test_a_name_is_given_once_whatever_its_case(ada, choice):
    with pytest.raises(ValidationError) as refusal:
        services.create_choice(choice(), by=ada)

    assert [error.code for error in refusal.value.error_dict["name"]] == ["unique"]


def test_a_label_is_one_whatever_its_accents(ada):
    services.create_choice(Label(name="Società"), by=ada)

    with pytest.raises(ValidationError):
        services.create_choice(Label(name="societa"), by=ada)


def test_the_same_name_may_stand_in_two_lists(ada):
    services.create_choice(ListEntry(list_name="category", name="Strategico"), by=ada)

    assert ListEntry.objects.filter(name="Strategico").count() == 2


def test_a_rename_is_audited(ada):
    status = Status.objects.get(name="Perso")

    services.change_choice(status, {"name": "Perduto", "active": True}, by=ada)

    event = AuditEvent.objects.get(action="status.changed")
    assert (event.by, event.before, event.after) == (ada, {"name": "Perso"}, {"name": "Perduto"})


def test_what_has_been_used_is_not_deleted(ada):
    used = Status.objects.all()[0]
    unused = services.create_choice(Status(name="In prova"), by=ada)
    client = new_client(status=used)
    services.update_client(client, {"status": None}, version=1, by=ada, at=client.created_at)

    with pytest.raises(ValidationError) as refusal:
        services.delete_choice(used, by=ada)
    services.delete_choice(unused, by=ada)

    assert refusal.value.code == "in_use"
    assert used.name in statuses()
    assert unused.name not in statuses()
    assert AuditEvent.objects.get(action="status.deleted").before == {"name": unused.name}
