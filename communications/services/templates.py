"""Communication templates: supplied ones are hidden or copied, the firm's own also changed (SIS-30, SIS-33, O-40)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from clients.filters.folding import fold
from clients.normalising import tidy
from clients.services.order import move
from communications.enums import TemplateKind
from communications.letters import check, frame_in_force
from communications.models import CommunicationRun, CommunicationTemplate, ServiceOpportunity
from tenants import audit
from tenants.models import Membership, Removal
from tenants.services import remove

MOST_TEMPLATES = 200
COLUMNS = ("kind", "name", "opportunity_id", "subject", "body", "active")


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateDetails:
    """What a communication template says, in the language of ``communications.rendering``."""

    name: str
    subject: str
    body: str
    kind: TemplateKind = TemplateKind.OFFER
    opportunity: ServiceOpportunity | None = None
    active: bool = True

    def values(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "name": tidy(self.name),
            "opportunity_id": self.opportunity.pk if self.opportunity else None,
            "subject": tidy(self.subject),
            "body": self.body.strip(),
            "active": self.active,
        }


@transaction.atomic
def create_template(details: TemplateDetails, *, by: Membership | None) -> CommunicationTemplate:
    """A template of the firm's own; it goes last. What cannot be rendered is refused, with the place."""
    if CommunicationTemplate.objects.count() >= MOST_TEMPLATES:
        raise ValidationError(_("At most %(most)s templates."), code="too_many", params={"most": MOST_TEMPLATES})
    template = CommunicationTemplate(**details.values())
    _clean(template)
    template.position = (CommunicationTemplate.objects.aggregate(last=Max("position"))["last"] or 0) + 1
    template.save(force_insert=True)
    audit.record("template.created", template, by=by, after=_facts(template))
    return template


@transaction.atomic
def edit_template(
    template: CommunicationTemplate, details: TemplateDetails, *, by: Membership, version: int | None = None
) -> CommunicationTemplate:
    """Refused for a supplied one, and when the caller saw another version (XCT-08). What was sent stays as it was."""
    locked = _lock(template, version=version)
    given = details.values()
    if locked.is_supplied and any(getattr(locked, name) != given[name] for name in COLUMNS if name != "active"):
        raise ValidationError(
            _("A supplied template is not changed: duplicate it and change the copy."), code="supplied"
        )
    return _change(locked, given, by=by)


@transaction.atomic
def duplicate_template(template: CommunicationTemplate, *, by: Membership) -> CommunicationTemplate:
    """Duplica e personalizza (O-40)."""
    names = {fold(name) for name in CommunicationTemplate.objects.values_list("name", flat=True)}
    copies = (_("%(name)s (copy %(number)s)") % {"name": template.name[:80], "number": n} for n in range(1, 1_000))
    name = next(name for name in copies if fold(name) not in names)
    details = TemplateDetails(
        kind=TemplateKind(template.kind),
        name=name,
        opportunity=template.opportunity,
        subject=template.subject,
        body=template.body,
    )
    return create_template(details, by=by)


@transaction.atomic
def set_template_active(template: CommunicationTemplate, *, active: bool, by: Membership) -> CommunicationTemplate:
    """Hidden it is offered nowhere."""
    return _change(_lock(template), {"active": active}, by=by, checked=False)


@transaction.atomic
def move_template(template: CommunicationTemplate, *, steps: int, by: Membership) -> None:
    """Up (negative) or down."""
    before = {"order": list(CommunicationTemplate.objects.values_list("name", flat=True))}
    move(template, CommunicationTemplate.objects.all(), steps=steps)
    order = list(CommunicationTemplate.objects.values_list("name", flat=True))
    audit.record("template.moved", template, by=by, before=before, after={"order": order})


@transaction.atomic
def delete_template(template: CommunicationTemplate, *, by: Membership) -> Removal:
    """One of the firm's own; what was written with it keeps its words."""
    if template.is_supplied:
        raise ValidationError(_("A supplied template can be hidden, not deleted."), code="supplied")
    if CommunicationRun.objects.filter(template=template).exists():
        raise ValidationError(_("Communications were generated from this template: it can be hidden."), code="in_use")
    audit.record("template.deleted", template, by=by, before=_facts(template))
    return remove(template, by=by)


def _lock(template: CommunicationTemplate, *, version: int | None = None) -> CommunicationTemplate:
    locked: CommunicationTemplate = CommunicationTemplate.objects.select_for_update().get(pk=template.pk)
    if version is not None and locked.version != version:
        raise ValidationError(_("Somebody changed this in the meantime: look at it again."), code="stale")
    return locked


def _change(
    template: CommunicationTemplate, values: Mapping[str, Any], *, by: Membership, checked: bool = True
) -> CommunicationTemplate:
    before, after = audit.changes(template, values)
    for name in after:
        setattr(template, name, values[name])
    if after:
        if checked:
            _clean(template)
        template.version += 1
        template.save(update_fields=[*after, "version", "updated_at"])
        audit.record("template.changed", template, by=by, before=before, after=after)
    return template


def _clean(template: CommunicationTemplate) -> None:
    if template.kind == TemplateKind.CIRCULAR and template.opportunity_id is not None:
        refusal = ValidationError(_("A circular is about no service."), code="circular_with_service")
        raise ValidationError({"opportunity": refusal})
    template.clean_fields(exclude=["opportunity"])
    others = CommunicationTemplate.objects.exclude(pk=template.pk).values_list("name", flat=True)
    if fold(template.name) in {fold(name) for name in others}:
        raise ValidationError({"name": ValidationError(_("This name is taken."), code="unique")})
    check(template.subject, template.body, frame_in_force(), kind=template.kind)


def _facts(template: CommunicationTemplate) -> dict[str, Any]:
    return {"name": template.name, "kind": template.kind, "subject": template.subject}
