"""Handing over on a day to come: planned now, done in the night of that day, taken back until then (O-62).

What is kept is the question, not the answer: whoever is linked on that day moves. It is done by the same action as a
handover of today, with the same report and the same undo.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from clients.bulk import services as bulk
from clients.bulk.actions import actions, stored
from clients.bulk.queries import CHANGED
from clients.filters.refusals import FilterInvalid
from clients.models import BulkItem, BulkJob, Client
from clients.queries import visible_clients
from groups import queries as groups
from groups.models import Group
from portfolios.bulk_actions import handed_over
from portfolios.enums import PlannedState
from portfolios.models import PlannedHandover
from tenants import audit
from tenants.binding import bound_firm, local_today
from tenants.models import Membership


def concerned(
    action: str, argument: Mapping[str, Any], group: Group | None, *, by: Membership, today: date
) -> QuerySet[Client]:
    """Whom a handover concerns at this moment, of those whom the member sees."""
    clients = visible_clients(by).filter(handed_over(action, argument))
    return groups.members_of(group, clients, today=today) if group else clients


@transaction.atomic
def plan_handover(
    action: str, argument: Mapping[str, Any], group: Group | None, *, by: Membership, at: datetime
) -> PlannedHandover:
    """``argument`` is what the form of the action has cleaned; its day lies ahead."""
    if argument["on"] <= local_today(bound_firm(), at=at):
        raise ValidationError({"on": ValidationError(_("This day is not to come."), code="not_to_come")})
    kept = {**stored(argument), "group": group.pk if group else None}
    planned = PlannedHandover(action=action, argument=kept, on=argument["on"], by=by, created_at=at)
    planned.save()
    audit.record("handover.planned", planned, by=by, after={"action": action, **kept})
    return planned


@transaction.atomic
def withdraw_handover(planned: PlannedHandover, *, by: Membership, at: datetime) -> PlannedHandover:
    """As if it had never been planned."""
    return _move(planned, PlannedState.WAITING, PlannedState.WITHDRAWN, by=by, at=at)


@transaction.atomic
def restore_handover(planned: PlannedHandover, *, by: Membership, at: datetime) -> PlannedHandover:
    """Undo of the withdrawal; one whose day has come meanwhile is done by the next night."""
    return _move(planned, PlannedState.WITHDRAWN, PlannedState.WAITING, by=by, at=at)


def take_effect(*, today: date, at: datetime) -> list[int]:
    """Do what the day has come for; the clients who moved. One that can no longer be done says why and stops none."""
    due = PlannedHandover.objects.filter(state=PlannedState.WAITING, on__lte=today).order_by("on", "pk")
    moved: list[int] = []
    for planned in due.select_related("by").select_for_update(of=("self",)):
        with translation.override(planned.by.language):
            moved += _carry_out(planned, at=at)
    return moved


def _carry_out(planned: PlannedHandover, *, at: datetime) -> list[int]:
    try:
        with transaction.atomic():
            job = _job(planned, at=at)
    except (ValidationError, FilterInvalid) as refusal:
        told = " ".join(refusal.messages) if isinstance(refusal, ValidationError) else str(refusal)
        _settle(planned, PlannedState.FAILED, at=at, failure=told)
        audit.record("handover.failed", planned, by=None, after={"failure": told})
        return []
    _settle(planned, PlannedState.DONE, at=at, job=job)
    changed = BulkItem.objects.filter(job=job, outcome=CHANGED)
    return list(changed.values_list("client_id", flat=True))


def _job(planned: PlannedHandover, *, at: datetime) -> BulkJob | None:
    """The action as if somebody confirmed it now, to its end; nothing where nobody is linked any more."""
    action = actions()[planned.action]
    said = dict(planned.argument)
    chosen = said.pop("group", None)
    form = action.parse(said, planned.by)
    group = Group.objects.filter(pk=chosen, active=True).first()
    if not form.is_valid() or (chosen and group is None) or not planned.by.can(action.permission):
        raise ValidationError(_("What was to be done is no longer possible."), code="no_longer_possible")
    today = local_today(bound_firm(), at=at)
    clients = concerned(planned.action, form.cleaned_data, group, by=planned.by, today=today)
    if not clients.exists():
        return None
    job = bulk.confirm(bulk.freeze(action, clients, by=planned.by, at=at), form.cleaned_data, at=at)
    while bulk.advance(job, at=at):
        pass
    return job


def _move(
    planned: PlannedHandover, former: PlannedState, to: PlannedState, *, by: Membership, at: datetime
) -> PlannedHandover:
    locked: PlannedHandover = PlannedHandover.objects.select_for_update(of=("self",)).get(pk=planned.pk)
    if locked.state != former:
        told = _("This is not possible: the handover is “%(state)s”.") % {"state": locked.get_state_display()}
        raise ValidationError(told, code="wrong_state")
    _settle(locked, to, at=at)
    action = "handover.withdrawn" if to == PlannedState.WITHDRAWN else "handover.planned"
    audit.record(action, locked, by=by, before={"state": former.value}, after={"state": to.value})
    return locked


def _settle(
    planned: PlannedHandover, state: PlannedState, *, at: datetime, job: BulkJob | None = None, failure: str = ""
) -> None:
    planned.state, planned.job, planned.failure = state, job, failure
    planned.settled_at = None if state == PlannedState.WAITING else at
    planned.save(update_fields=["state", "job", "failure", "settled_at"])
