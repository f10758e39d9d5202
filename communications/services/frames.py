"""Mail-sending templates: what stands around every mail; exactly one is in force (SIS-26 … SIS-28, O-40)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clients.filters.folding import fold
from clients.normalising import tidy
from communications.enums import FrameColour, TemplateKind
from communications.letters import FRAME, check
from communications.models import MailTemplate
from tenants import audit
from tenants.binding import forget
from tenants.models import Membership, Removal
from tenants.services import remove

MOST_FRAMES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameDetails:
    """What a mail-sending template says, in the language of ``communications.rendering``."""

    name: str
    header: str = ""
    opening: str = ""
    closing: str = ""
    footer: str = ""
    colour: FrameColour = FrameColour.BLUE

    def values(self) -> dict[str, Any]:
        given = {name: value.strip() for name, value in asdict(self).items()}
        return given | {"name": tidy(self.name), "header": tidy(self.header)}


@transaction.atomic
def create_frame(details: FrameDetails, *, by: Membership | None) -> MailTemplate:
    """One of the firm's own; it comes into force by a step of its own."""
    if MailTemplate.objects.count() >= MOST_FRAMES:
        raise ValidationError(_("At most %(most)s templates."), code="too_many", params={"most": MOST_FRAMES})
    frame = MailTemplate(**details.values())
    _clean(frame)
    frame.save(force_insert=True)
    audit.record("mailtemplate.created", frame, by=by, after={"name": frame.name})
    return frame


@transaction.atomic
def edit_frame(
    frame: MailTemplate, details: FrameDetails, *, by: Membership, version: int | None = None
) -> MailTemplate:
    """Mails that are written from now on have it; what was generated or sent stays as it is."""
    locked = _lock(frame, version=version)
    before, after = audit.changes(locked, details.values())
    if after and locked.is_supplied:
        raise ValidationError(
            _("A supplied template is not changed: duplicate it and change the copy."), code="supplied"
        )
    if after:
        for name, value in after.items():
            setattr(locked, name, value)
        _clean(locked)
        locked.version += 1
        locked.save(update_fields=[*after, "version", "updated_at"])
        forget(FRAME)
        audit.record("mailtemplate.changed", locked, by=by, before=before, after=after)
    return locked


@transaction.atomic
def duplicate_frame(frame: MailTemplate, *, by: Membership) -> MailTemplate:
    """Duplica e personalizza (O-40)."""
    names = {fold(name) for name in MailTemplate.objects.values_list("name", flat=True)}
    copies = (_("%(name)s (copy %(number)s)") % {"name": frame.name[:80], "number": n} for n in range(1, 1_000))
    name = next(name for name in copies if fold(name) not in names)
    texts = {part: getattr(frame, part) for part in ("header", "opening", "closing", "footer")}
    return create_frame(FrameDetails(name=name, colour=FrameColour(frame.colour), **texts), by=by)


@transaction.atomic
def put_in_force(frame: MailTemplate, *, by: Membership) -> MailTemplate:
    """It covers all mails of the firm from now on, and the one that did so no longer does."""
    rows = {each.pk: each for each in MailTemplate.objects.select_for_update().order_by("pk")}
    chosen: MailTemplate = rows[frame.pk]
    before = next((each.name for each in rows.values() if each.in_force), "")
    MailTemplate.objects.filter(in_force=True).exclude(pk=chosen.pk).update(in_force=False)
    MailTemplate.objects.filter(pk=chosen.pk).update(in_force=True)
    chosen.in_force = True
    forget(FRAME)
    audit.record("mailtemplate.in_force", chosen, by=by, before={"name": before}, after={"name": chosen.name})
    return chosen


@transaction.atomic
def delete_frame(frame: MailTemplate, *, by: Membership) -> Removal:
    """One of the firm's own that is not in force."""
    locked = _lock(frame)
    if locked.is_supplied:
        raise ValidationError(_("A supplied template cannot be deleted."), code="supplied")
    if locked.in_force:
        raise ValidationError(_("This template is in force: put another one in force first."), code="in_force")
    audit.record("mailtemplate.deleted", locked, by=by, before={"name": locked.name})
    return remove(locked, by=by)


def _lock(frame: MailTemplate, *, version: int | None = None) -> MailTemplate:
    locked: MailTemplate = MailTemplate.objects.select_for_update().get(pk=frame.pk)
    if version is not None and locked.version != version:
        raise ValidationError(_("Somebody changed this in the meantime: look at it again."), code="stale")
    return locked


def _clean(frame: MailTemplate) -> None:
    frame.clean_fields()
    others = MailTemplate.objects.exclude(pk=frame.pk).values_list("name", flat=True)
    if fold(frame.name) in {fold(name) for name in others}:
        raise ValidationError({"name": ValidationError(_("This name is taken."), code="unique")})
    # It covers circulars as well, which have no service.
    check("", "", frame, kind=TemplateKind.CIRCULAR)
