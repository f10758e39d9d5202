"""A change of a record is kept exactly, and taken back field by field (clients/services/edits.py)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients import edits, queries, services
from clients.models import Client, ClientEdit, Label, ListEntry, Status
from clients.values import OF_CLIENT, OF_PROFILE
from tests.clients.builders import NOON, new_client, new_company

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bound")]

LATER = NOON + timedelta(hours=1)
EVERYTHING = (*OF_CLIENT, *OF_PROFILE, "emails", "phones", "addresses", "labels")


def risk(code):
    return ListEntry.objects.get(list_name="risk_profile", code=code)


def record(client):
    return queries.record_of(Client.objects.get(pk=client.pk), EVERYTHING)


def change(client, by, **values):
    services.update_client(client, values, version=None, by=by, at=LATER)
    return ClientEdit.objects.select_related("client").order_by("-id")[0]


def test_every_part_of_a_record_comes_back_exactly(ada, alice):
    first, second = (services.create_choice(Label(name=name), by=ada) for name in ("Medico", "Pensionato"))
    company = new_company()
    client = new_client(
        advisor=alice,
        status=Status.objects.first(),
        aum=Decimal("1234.50"),
        birth_date=date(1970, 2, 28),
        is_pep=False,
        risk_profile=risk("moderate"),
        company=company,
        labels=[first],
        emails=[{"address": "a@example.com", "for_communications": True}],
        phones=[{"number": "335 1234567"}, {"number": "02 1234567"}],
        addresses=[{"street": "Via Roma 1", "city": "Milano", "province": "MI", "postal_code": "20100"}],
    )
    before = record(client)

    edit = change(
        client,
        ada,
        last_name="Bianchi",
        advisor=None,
        status=None,
        aum=None,
        birth_date=None,
        is_pep=True,
        risk_profile=None,
        company=None,
        labels=[second],
        emails=[],
        phones=[{"number": "02 1234567"}],
        addresses=[],
    )
    done = services.undo_edit(edit, by=ada, at=LATER)

    assert record(client) == before
    assert (len(done.restored), done.kept) == (12, ())
    assert list(queries.search_clients(Client.objects.all(), "rossi")) == [client]


def test_what_was_changed_since_stays(ada):
    client = new_client(profession="Medico", education="Laurea")
    edit = change(client, ada, profession="Notaio", education="Diploma")
    change(client, ada, education="Dottorato")

    done = services.undo_edit(edit, by=ada, at=LATER)

    assert (done.restored, done.kept) == (("profession",), ("education",))
    profile = Client.objects.get().profile
    assert (profile.profession, profile.education) == ("Medico", "Dottorato")
    with pytest.raises(ValidationError):
        services.undo_edit(edit, by=ada, at=LATER)


def test_the_undo_can_be_taken_back_in_its_turn(ada):
    client = new_client(profession="Medico")
    services.undo_edit(change(client, ada, profession="Notaio"), by=ada, at=LATER)

    services.undo_edit(ClientEdit.objects.select_related("client").order_by("-id")[0], by=ada, at=LATER)

    assert Client.objects.get().profile.profession == "Notaio"


def test_a_status_that_was_deactivated_since_is_given_back(ada):
    first, second = Status.objects.all()[:2]
    client = new_client(status=first)
    edit = change(client, ada, status=second)
    services.change_choice(first, {"active": False}, by=ada)

    services.undo_edit(edit, by=ada, at=LATER)

    assert Client.objects.get().status == first


def test_a_change_that_changes_nothing_is_not_kept(ada):
    client = new_client(profession="Medico")

    services.update_client(client, {"profession": "Medico"}, version=None, by=ada, at=LATER)

    assert not ClientEdit.objects.exists()


def test_the_changes_are_told_in_words_with_the_same_statements_for_any_number(ada, alice):
    client = new_client(aum=Decimal(1000), risk_profile=risk("moderate"), phones=[{"number": "3351234567"}])
    change(client, ada, aum=Decimal(2000))
    counts = []
    for advisor in (alice, ada, None):
        change(client, ada, advisor=advisor, risk_profile=risk("dynamic") if advisor else None, phones=[])
        with CaptureQueriesContext(connection) as captured:
            lines = edits.lines(client)
        counts.append(len(captured))

    [part] = lines[-1].parts
    assert (part.label, part.before, part.after) == ("RFA (AUM)", "1.000,00\xa0€", "2.000,00\xa0€")
    assert {(part.before, part.after) for part in lines[-2].parts} == {
        ("–", "Alice Conti"),
        ("Moderato", "Dinamico"),
        ("+39 335 123 4567", "–"),
    }
    assert counts[1] == counts[2]
