"""A firm begins, and changes its settings."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tenants import audit
from tenants.binding import use_firm
from tenants.enums import Language
from tenants.models import Firm, Membership
from tenants.signals import firm_changed
from tenants.unbound import reserve_firm_id

SETTINGS = ("name", "time_zone", "language", "holiday_province", "requires_second_step")


def create_firm(*, name: str, slug: str, time_zone: str = "Europe/Rome", language: str = Language.ITALIAN) -> Firm:
    """Reserve the id, bind it, insert: the policy lets nobody insert an unbound firm."""
    firm = Firm(id=reserve_firm_id(), name=name, slug=slug, time_zone=time_zone, language=language)
    firm.clean_fields()
    with use_firm(firm):
        try:
            with transaction.atomic():
                firm.save(force_insert=True)
        except IntegrityError as problem:
            message = _("The short name %(slug)s is taken.") % {"slug": slug}
            raise ValidationError({"slug": ValidationError(message, code="slug_taken")}) from problem
        audit.record("firm.created", firm, by=None, after={"name": name, "slug": slug, "time_zone": time_zone})
    return firm


@transaction.atomic
def change_firm(firm: Firm, *, by: Membership, **values: Any) -> None:
    """Change what of ``SETTINGS`` is named in ``values``; the slug stays, since addresses carry it."""
    before, after = audit.changes(firm, {name: values[name] for name in SETTINGS if name in values})
    if not after:
        return
    for name, value in after.items():
        setattr(firm, name, value)
    firm.clean_fields()
    firm.save(update_fields=list(after))
    audit.record("firm.changed", firm, by=by, before=before, after=after)
    firm_changed.send(Firm, firm=firm, changed=frozenset(after))
