"""A client's own yearly number, with a reason: it wins over every group and never detaches silently (O-08)."""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clients.models import Client
from scheduling.models import CadenceException
from scheduling.services.consequences import plan_again
from tenants import audit
from tenants.binding import bound_firm, local_today
from tenants.models import Membership


@transaction.atomic
def set_cadence_exception(
    client: Client,
    *,
    yearly_meetings: int | None,
    reason: str,
    ends_on: date | None = None,
    by: Membership,
    at: datetime,
) -> CadenceException:
    """``None`` means no meetings at all. The exception in force, if any, makes room and stays in the history."""
    _check(reason, ends_on, today=local_today(bound_firm(), at=at))
    Client.objects.select_for_update().get(pk=client.pk)
    before = CadenceException.objects.filter(client=client, removed_at__isnull=True).first()
    CadenceException.objects.filter(client=client, removed_at__isnull=True).update(removed_at=at)
    exception = CadenceException(
        client=client, yearly_meetings=yearly_meetings, reason=reason.strip(), ends_on=ends_on, set_by=by
    )
    exception.full_clean()
    exception.save()
    audit.record(
        "cadence_exception.set", client, by=by, before=_facts(before) if before else {}, after=_facts(exception)
    )
    plan_again([client.pk], at=at)
    return exception


@transaction.atomic
def remove_cadence_exception(exception: CadenceException, *, by: Membership, at: datetime) -> None:
    """The group's number is back in force at once."""
    removed = CadenceException.objects.filter(pk=exception.pk, removed_at__isnull=True).update(removed_at=at)
    if not removed:
        return
    audit.record("cadence_exception.removed", exception.client, by=by, before=_facts(exception))
    plan_again([exception.client_id], at=at)


@transaction.atomic
def restore_cadence_exception(exception: CadenceException, *, by: Membership, at: datetime) -> None:
    """Undo of a removal, unless another exception has taken its place."""
    Client.objects.select_for_update().get(pk=exception.client_id)
    if CadenceException.objects.filter(client=exception.client_id, removed_at__isnull=True).exists():
        raise ValidationError(_("The client has another exception by now."), code="exception_replaced")
    CadenceException.objects.filter(pk=exception.pk).update(removed_at=None)
    audit.record("cadence_exception.restored", exception.client, by=by, after=_facts(exception))
    plan_again([exception.client_id], at=at)


def _check(reason: str, ends_on: date | None, *, today: date) -> None:
    errors = {}
    if not reason.strip():
        errors["reason"] = ValidationError(_("Say why this client differs from his group."), code="required")
    if ends_on is not None and ends_on < today:
        errors["ends_on"] = ValidationError(_("This day is past."), code="in_the_past")
    if errors:
        raise ValidationError(errors)


def _facts(exception: CadenceException) -> dict[str, object]:
    return {
        "yearly_meetings": exception.yearly_meetings,
        "reason": exception.reason,
        "ends_on": exception.ends_on.isoformat() if exception.ends_on else None,
    }
