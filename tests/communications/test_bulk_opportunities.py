"""A service proposed to many clients at once, closed for many at once, and both taken back (SIS-02)."""

from datetime import timedelta

import pytest

from clients.bulk import queries
from clients.bulk.actions import actions
from clients.models import BulkJob, Client
from communications.models import ClientOpportunity
from communications.services import annotate_opportunity
from tenants.models import AuditEvent, Membership
from tests.clients.bulk.running import LATER, UNDONE, run, undo
from tests.communications.making import close, found, new_client, propose, service

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bound")]

ASSOCIATE, CLOSE = "associate_opportunity", "close_opportunity"


def said(job: BulkJob) -> dict[str, int]:
    action = actions()[job.action]
    form = action.parse(job.argument, job.by)
    assert form.is_valid()
    return {line.code: line.count for line in queries.outcomes(job, list(action.left_out(form.cleaned_data)))}


def test_proposed_to_whoever_does_not_have_it_open_and_taken_back(ada: Membership) -> None:
    rossi, bianchi, verdi, neri = (new_client(name) for name in ("Rossi", "Bianchi", "Verdi", "Neri"))
    own = propose(rossi, by=ada)
    close(propose(bianchi, by=ada), by=ada)
    Client.objects.filter(pk=neri.pk).update(state="archived")

    job = run(ASSOCIATE, Client.objects.all(), {"opportunity": service().pk, "notes": "Campagna"}, by=ada)
    assert (job.total, job.changed, said(job)) == (4, 2, {"already": 1, "not_active": 1})
    assert found("opportunity.ltc", "eq", "open") == ["Bianchi", "Rossi", "Verdi"]
    made = ClientOpportunity.objects.get(client=verdi)
    assert (made.notes, made.opened_by, made.opened_at) == ("Campagna", ada, LATER)

    annotate_opportunity(made, notes="Ci pensa", by=ada)
    job = undo(job, by=ada)
    # What somebody worked on since stays.
    assert (job.restored, job.changed) == (1, 2)
    assert found("opportunity.ltc", "eq", "open") == ["Rossi", "Verdi"]
    assert found("opportunity.ltc", "eq", "accepted") == ["Bianchi"]
    assert ClientOpportunity.objects.filter(pk=own.pk).exists()
    assert AuditEvent.objects.filter(action="client.bulk_changed").get().after["clients"] == [bianchi.pk, verdi.pk]


def test_closed_for_many_and_opened_again(ada: Membership) -> None:
    rossi, bianchi, verdi = (new_client(name) for name in ("Rossi", "Bianchi", "Verdi"))
    propose(rossi, by=ada)
    propose(bianchi, by=ada)
    argument = {"opportunity": service().pk, "state": "dropped", "note": "Fuori catalogo"}
    job = run(CLOSE, Client.objects.all(), argument, by=ada)
    assert (job.changed, said(job)) == (2, {"not_open": 1})
    row = ClientOpportunity.objects.get(client=rossi)
    assert (row.state, row.outcome_note, row.closed_at, row.closed_by) == ("dropped", "Fuori catalogo", LATER, ada)

    propose(bianchi, by=ada, at=LATER + timedelta(minutes=1))
    job = undo(job, by=ada, at=UNDONE)
    assert job.restored == 1
    assert found("opportunity.ltc", "eq", "open") == ["Bianchi", "Rossi"]
    assert ClientOpportunity.objects.filter(client=bianchi).count() == 2
    assert not ClientOpportunity.objects.filter(client=verdi).exists()
