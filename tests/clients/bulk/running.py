"""One action on many clients, frozen, confirmed and run to the end, as a worker would."""

from datetime import timedelta

from clients.bulk import services
from clients.bulk.actions import actions
from clients.models import BulkJob
from tests.clients.builders import NOON, new_client

LATER = NOON + timedelta(days=1)
UNDONE = LATER + timedelta(minutes=5)


def run(code, clients, argument, *, by, at=LATER):
    action = actions()[code]
    job = services.freeze(action, clients, by=by, at=at)
    form = action.parse(argument, by)
    assert form.is_valid(), form.errors
    services.confirm(job, form.cleaned_data, at=at)
    return finish(job, at=at)


def undo(job, *, by, at=UNDONE):
    services.undo(job, by=by, at=at)
    return finish(job, at=at)


def finish(job, *, at):
    rung = [job]
    while rung:
        services.work_on(rung.pop().pk, at=at, ring=rung.append)
        while services.advance_queued(job.pk, at=at):
            pass
    return BulkJob.objects.get(pk=job.pk)


def people(count, **values):
    return [new_client(f"Client {number:03}", **values) for number in range(count)]
