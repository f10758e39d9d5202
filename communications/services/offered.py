"""The catalogue of services: supplied ones are hidden or copied, the firm's own also changed (SIS-31, O-40, O-44)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from clients.catalogue import forget_fields
from clients.changes import mark_changed
from clients.filters.folding import fold
from clients.models import Client
from clients.normalising import tidy
from clients.services import delete_choice
from clients.services.order import move
from communications.models import ClientOpportunity, ServiceOpportunity
from tenants import audit
from tenants.models import Membership, Removal

MOST_SERVICES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDetails:
    """What a service says; its key, by which filters name it, comes from the first name and stays."""

    name: str
    description: str = ""
    active: bool = True


@transaction.atomic
def create_service(details: ServiceDetails, *, by: Membership | None) -> ServiceOpportunity:
    """A service of the firm's own; it goes last."""
    if ServiceOpportunity.objects.count() >= MOST_SERVICES:
        raise ValidationError(_("At most %(most)s services."), code="too_many", params={"most": MOST_SERVICES})
    service = ServiceOpportunity(**asdict(details))
    service.name = tidy(service.name)
    service.key = _free_key(service.name)
    _clean(service)
    service.position = (ServiceOpportunity.objects.aggregate(last=Max("position"))["last"] or 0) + 1
    service.save(force_insert=True)
    forget_fields()
    audit.record("serviceopportunity.created", service, by=by, after=asdict(details))
    return service


@transaction.atomic
def edit_service(service: ServiceOpportunity, details: ServiceDetails, *, by: Membership) -> ServiceOpportunity:
    """Whether it is offered can be said of every service, the rest only of the firm's own (O-40)."""
    values = asdict(details)
    if service.is_supplied and (details.name, details.description) != (service.name, service.description):
        raise ValidationError(
            _("A supplied service is not changed: duplicate it and change the copy."), code="supplied"
        )
    return _change(service, values, by=by)


@transaction.atomic
def duplicate_service(service: ServiceOpportunity, *, by: Membership) -> ServiceOpportunity:
    """Duplica e personalizza: a copy of the firm's own, to be changed (O-40)."""
    names = {fold(name) for name in ServiceOpportunity.objects.values_list("name", flat=True)}
    copies = (_("%(name)s (copy %(number)s)") % {"name": service.name[:80], "number": n} for n in range(1, 1_000))
    name = next(name for name in copies if fold(name) not in names)
    return create_service(ServiceDetails(name=name, description=service.description), by=by)


@transaction.atomic
def set_active(service: ServiceOpportunity, *, active: bool, by: Membership) -> ServiceOpportunity:
    """Hidden it is offered nowhere; what clients have of it stays, and is there again when it is shown (O-44)."""
    return _change(service, {"active": active}, by=by)


@transaction.atomic
def move_service(service: ServiceOpportunity, *, steps: int, by: Membership) -> None:
    """Up (negative) or down among its like."""
    before = {"order": list(ServiceOpportunity.objects.values_list("name", flat=True))}
    move(service, ServiceOpportunity.objects.all(), steps=steps)
    forget_fields()
    order = list(ServiceOpportunity.objects.values_list("name", flat=True))
    audit.record("serviceopportunity.moved", service, by=by, before=before, after={"order": order})


@transaction.atomic
def delete_service(service: ServiceOpportunity, *, by: Membership) -> Removal:
    """One of the firm's own that was never proposed to anybody; any other is hidden."""
    if service.is_supplied:
        raise ValidationError(_("A supplied service can be hidden, not deleted."), code="supplied")
    return delete_choice(service, by=by)


def _change(service: ServiceOpportunity, values: Mapping[str, Any], *, by: Membership) -> ServiceOpportunity:
    before, after = audit.changes(service, {**values, **({"name": tidy(values["name"])} if "name" in values else {})})
    for name, value in after.items():
        setattr(service, name, value)
    if after:
        _clean(service)
        service.save(update_fields=list(after))
        forget_fields()
        audit.record("serviceopportunity.changed", service, by=by, before=before, after=after)
    if "active" in after:
        # Groups may ask for it by a field that comes and goes with it.
        having = ClientOpportunity.objects.filter(opportunity=service).values("client_id")
        mark_changed(Client.objects.filter(pk__in=having))
    return service


def _clean(service: ServiceOpportunity) -> None:
    service.clean_fields()
    others = ServiceOpportunity.objects.exclude(pk=service.pk).values_list("name", flat=True)
    if fold(service.name) in {fold(name) for name in others}:
        raise ValidationError({"name": ValidationError(_("This name is taken."), code="unique")})


def _free_key(name: str) -> str:
    """``polizza_ltc`` from “Polizza LTC”, with a number where that is taken."""
    stem = re.sub(r"[^a-z0-9]+", "_", fold(name)).strip("_")[:36] or "servizio"
    stem = stem if stem[0].isalpha() else f"servizio_{stem}"[:36]
    taken = set(ServiceOpportunity.objects.values_list("key", flat=True))
    return next(key for key in (stem, *(f"{stem}_{n}" for n in range(2, 1_000))) if key not in taken)
