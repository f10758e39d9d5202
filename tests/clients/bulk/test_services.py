"""Actions on many clients (clients/bulk): who is concerned, what is done, and the one undo for all of it."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from clients import services as single
from clients.bulk import queries, services
from clients.bulk.actions import actions, actions_of
from clients.models import BulkItem, BulkJob, ChangedClient, Client, ClientLabel, Label, Status, StatusChange
from clients.signals import clients_changed
from groups.enums import GroupKind
from groups.models import GroupMember
from groups.services import GroupDetails, create_group
from tenants.models import AuditEvent
from tests.clients.builders import NOON, new_client
from tests.clients.bulk.running import LATER, UNDONE, people, run, undo

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bound")]


def test_clients_are_assigned_and_everything_is_taken_back(ada, alice, bob):
    first, second, hers = new_client("A", advisor=bob), new_client("B"), new_client("C", advisor=alice)
    ChangedClient.objects.all().delete()
    heard = []

    def listen(sender, client_ids, changed, **kwargs):
        heard.append((sorted(client_ids), set(changed)))

    clients_changed.connect(listen)
    job = run("assign_advisor", Client.objects.all(), {"advisor": alice.pk}, by=ada)
    clients_changed.disconnect(listen)

    assert set(Client.objects.values_list("advisor", flat=True)) == {alice.pk}
    assert (job.state, job.total, job.handled, job.changed) == ("done", 3, 3, 2)
    assert heard == [([first.pk, second.pk], {"advisor"})]
    assert ChangedClient.objects.count() == 2
    assert dict(Client.objects.values_list("name", "version")) == {"A": 2, "B": 2, "C": 1}

    job = undo(job, by=ada)

    assert dict(Client.objects.values_list("name", "advisor")) == {"A": bob.pk, "B": None, "C": alice.pk}
    assert (job.state, job.restored) == ("undone", 2)
    assert hers.pk not in job.items.filter(outcome="restored").values_list("client_id", flat=True)


def test_one_line_of_the_audit_trail_names_everybody_who_was_changed(ada, alice):
    clients = people(3)
    job = undo(run("assign_advisor", Client.objects.all(), {"advisor": alice.pk}, by=ada), by=ada)

    changed, undone = AuditEvent.objects.filter(target_kind="clients.bulkjob").order_by("id")
    assert (changed.action, undone.action) == ("client.bulk_changed", "client.bulk_undone")
    assert changed.target_id == job.pk
    assert changed.after == {
        "action": "assign_advisor",
        "advisor": alice.pk,
        "clients": sorted(client.pk for client in clients),
    }
    assert not AuditEvent.objects.filter(action="client.changed").exists()


def test_a_status_is_given_with_its_history_and_comes_back(ada):
    first, second = Status.objects.all()[:2]
    with_status, without = new_client("A", status=first), new_client("B")

    job = run("change_status", Client.objects.all(), {"status": second.pk}, by=ada)
    assert set(Client.objects.values_list("status", flat=True)) == {second.pk}
    undo(job, by=ada)

    assert dict(Client.objects.values_list("pk", "status")) == {with_status.pk: first.pk, without.pk: None}
    told = StatusChange.objects.filter(client=without).order_by("id").values_list("from_status", "to_status")
    assert list(told) == [(None, second.pk), (second.pk, None)]


def test_a_status_can_be_taken_away_from_many(ada):
    status = Status.objects.first()
    people(2, status=status)

    job = run("change_status", Client.objects.all(), {"status": ""}, by=ada)
    assert set(Client.objects.values_list("status", flat=True)) == {None}

    undo(job, by=ada)
    assert set(Client.objects.values_list("status", flat=True)) == {status.pk}


def test_labels_are_put_on_and_taken_off(ada):
    label = single.create_choice(Label(name="Medico"), by=ada)
    carrying, other = new_client("A", labels=[label]), new_client("B")

    put = run("add_label", Client.objects.all(), {"label": label.pk}, by=ada)
    assert ClientLabel.objects.count() == 2
    undo(put, by=ada)
    assert list(ClientLabel.objects.values_list("client_id", flat=True)) == [carrying.pk]

    taken = run("remove_label", Client.objects.all(), {"label": label.pk}, by=ada)
    assert (taken.changed, ClientLabel.objects.count()) == (1, 0)
    single.change_choice(label, {"active": False}, by=ada)
    undo(taken, by=ada)
    assert list(ClientLabel.objects.values_list("client_id", flat=True)) == [carrying.pk]
    assert other.pk != carrying.pk


def test_clients_are_archived_and_the_deceased_are_left_alone(ada):
    served, gone, dead = new_client("A"), new_client("B"), new_client("C")
    single.archive(Client.objects.filter(pk=gone.pk), by=ada, at=NOON)
    single.mark_deceased(Client.objects.filter(pk=dead.pk), by=ada, at=NOON)

    job = run("archive", Client.objects.all(), {}, by=ada)

    assert dict(job.items.values_list("client_id", "outcome")) == {
        served.pk: "changed",
        gone.pk: "already",
        dead.pk: "deceased",
    }
    undo(job, by=ada)
    assert dict(Client.objects.values_list("name", "state")) == {"A": "active", "B": "archived", "C": "deceased"}


def test_clients_are_put_into_a_fixed_group_and_out_of_it(ada):
    group = create_group(GroupDetails(name="Cena", kind=GroupKind.FIXED), by=ada, at=NOON)
    clients = people(3)

    job = run("add_to_group", Client.objects.all(), {"group": group.pk}, by=ada)
    assert GroupMember.objects.filter(group=group).count() == 3
    taken = run("remove_from_group", Client.objects.filter(pk=clients[0].pk), {"group": group.pk}, by=ada)
    undo(taken, by=ada)
    assert GroupMember.objects.filter(group=group).count() == 3
    assert undo(job, by=ada).restored == 3
    assert not GroupMember.objects.exists()


def test_a_dynamic_group_is_not_offered(ada):
    group = create_group(
        GroupDetails(name="Ricchi", kind=GroupKind.DYNAMIC, filter={"field": "aum", "op": "not_empty"}),
        by=ada,
        at=NOON,
    )

    assert not actions()["add_to_group"].parse({"group": group.pk}, ada).is_valid()


def test_the_selection_is_frozen_before_it_is_confirmed(ada, alice):
    people(2)
    action = actions()["assign_advisor"]
    job = services.freeze(action, Client.objects.all(), by=ada, at=LATER)
    late = new_client("Late")
    form = action.parse({"advisor": alice.pk}, ada)
    assert form.is_valid()

    services.confirm(job, form.cleaned_data, at=LATER)
    services.confirm(job, form.cleaned_data, at=LATER)

    assert Client.objects.filter(advisor=alice).count() == 2
    assert Client.objects.get(pk=late.pk).advisor is None


def test_the_preview_says_whom_it_leaves_out_and_why(ada, alice, bob):
    hers, theirs = new_client("A", advisor=alice), new_client("B", advisor=alice, contact=bob)
    action = actions()["assign_contact"]
    job = services.freeze(action, Client.objects.all(), by=alice, at=LATER)
    gone = Client.objects.get(pk=hers.pk)
    single.update_client(gone, {"advisor": bob}, version=None, by=ada, at=LATER)

    preview = queries.preview(job, list(action.left_out({"contact": bob})), by=alice)

    assert (preview.total, preview.concerned) == (2, 0)
    assert [(out.code, out.count, [client.pk for client in out.sample]) for out in preview.left_out] == [
        ("already", 1, [theirs.pk]),
        ("not_visible", 1, []),
    ]


def test_who_has_gone_out_of_sight_since_is_not_changed(ada, alice, bob):
    client = new_client("A", advisor=alice)
    action = actions()["archive"]
    job = services.freeze(action, Client.objects.all(), by=alice, at=LATER)
    single.update_client(client, {"advisor": bob}, version=None, by=ada, at=LATER)

    services.confirm(job, {}, at=LATER)

    assert Client.objects.get().state == "active"
    assert job.items.get().outcome == "not_visible"


def test_the_author_takes_back_what_he_gave_out_of_his_sight(alice, bob):
    client = new_client("A", advisor=alice)

    job = undo(run("assign_advisor", Client.objects.all(), {"advisor": bob.pk}, by=alice), by=alice)

    assert (Client.objects.get(pk=client.pk).advisor, job.restored) == (alice, 1)


def test_what_was_changed_since_is_left_as_it_is_and_said(ada, alice, bob):
    mine, other = new_client("A"), new_client("B")
    job = run("assign_advisor", Client.objects.all(), {"advisor": alice.pk}, by=ada)
    single.update_client(other, {"advisor": bob}, version=None, by=ada, at=LATER)
    single.update_client(mine, {"profession": "Medico"}, version=None, by=ada, at=LATER)

    job = undo(job, by=ada)

    assert dict(Client.objects.values_list("name", "advisor")) == {"A": None, "B": bob.pk}
    assert (job.restored, job.changed) == (1, 2)
    assert [(out.code, out.count) for out in queries.outcomes(job, [])] == [("kept", 1)]


def test_it_is_taken_back_once(ada, alice):
    people(1)
    job = undo(run("assign_advisor", Client.objects.all(), {"advisor": alice.pk}, by=ada), by=ada)

    with pytest.raises(ValidationError) as refusal:
        services.undo(job, by=ada, at=UNDONE)

    assert refusal.value.code == "not_undoable"


def test_nobody_selected_is_refused(ada):
    with pytest.raises(ValidationError) as refusal:
        services.freeze(actions()["archive"], Client.objects.all(), by=ada, at=LATER)

    assert refusal.value.code == "nobody"


def test_a_large_action_goes_on_stretch_by_stretch_and_can_be_stopped(ada, alice, monkeypatch):
    monkeypatch.setattr(services, "AT_ONCE", 1)
    monkeypatch.setattr(services, "STRETCH", 3)
    people(8)
    action = actions()["assign_advisor"]
    job = services.freeze(action, Client.objects.all(), by=ada, at=LATER)
    form = action.parse({"advisor": alice.pk}, ada)
    assert form.is_valid()
    services.confirm(job, form.cleaned_data, at=LATER)
    assert Client.objects.filter(advisor=alice).count() == 0

    rung = []
    services.work_on(job.pk, at=LATER, ring=rung.append)
    services.advance_queued(job.pk, at=LATER)
    assert (BulkJob.objects.get().state, BulkJob.objects.get().handled) == ("running", 6)
    assert services.cancel(job, at=LATER) is True
    assert services.advance_queued(job.pk, at=LATER) is False

    job = BulkJob.objects.get()
    assert (job.state, job.changed, Client.objects.filter(advisor=alice).count()) == ("cancelled", 6, 6)
    assert undo(job, by=ada).restored == 6
    assert not Client.objects.filter(advisor=alice).exists()


def test_a_label_deactivated_while_the_job_waits_ends_it(ada, monkeypatch):
    monkeypatch.setattr(services, "AT_ONCE", 0)
    label = single.create_choice(Label(name="Medico"), by=ada)
    people(1)
    action = actions()["add_label"]
    job = services.freeze(action, Client.objects.all(), by=ada, at=LATER)
    services.confirm(job, {"label": label}, at=LATER)
    single.change_choice(label, {"active": False}, by=ada)

    services.work_on(job.pk, at=LATER, ring=lambda job: None)

    job = BulkJob.objects.get()
    assert (job.state, bool(job.failure), ClientLabel.objects.count()) == ("failed", True, 0)


def test_jobs_that_lost_their_message_are_found(ada, alice, monkeypatch):
    monkeypatch.setattr(services, "AT_ONCE", 0)
    people(1)
    job = services.freeze(actions()["archive"], Client.objects.all(), by=ada, at=LATER)
    assert services.lost_jobs(at=LATER + timedelta(hours=1)) == []
    services.confirm(job, {}, at=LATER)

    assert services.lost_jobs(at=LATER + timedelta(seconds=5)) == []
    assert services.lost_jobs(at=LATER + timedelta(hours=1)) == [job]


def test_old_lines_and_drafts_are_forgotten(ada, alice):
    people(1)
    old = run("assign_advisor", Client.objects.all(), {"advisor": alice.pk}, by=ada)
    services.freeze(actions()["archive"], Client.objects.all(), by=ada, at=LATER)

    services.forget_old(at=LATER + timedelta(days=31))

    assert list(BulkJob.objects.all()) == [old]
    assert not BulkItem.objects.exists()
    with pytest.raises(ValidationError):
        services.undo(old, by=ada, at=LATER)


def test_one_may_do_with_many_what_one_may_do_with_one(ada, alice, bob, rita):
    assert actions_of(rita) == []
    assert "archive" not in {action.code for action in actions_of(bob)}
    assert "add_to_group" not in {action.code for action in actions_of(alice)}
    assert "assign_advisor" in {action.code for action in actions_of(bob)}
