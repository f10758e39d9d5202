"""What can be done with groups."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from groups.models import Group
from tenants import audit
from tenants.models import Membership

FEWEST_YEARLY_MEETINGS = 1
MOST_YEARLY_MEETINGS = 52


@transaction.atomic
def set_yearly_meetings(group: Group, number: int | None, *, by: Membership, at: datetime) -> Group:
    """1 to 52 meetings a year with each member; nothing, or 0, and the group drives no date (REL-17, REL-21, O-07).

    Its members' dates follow tonight (O-09): ``changed_at`` puts the group on the night's list.
    """
    wanted = number or None
    if wanted is not None and not FEWEST_YEARLY_MEETINGS <= wanted <= MOST_YEARLY_MEETINGS:
        refused = ValidationError(_("Whole numbers from 1 to 52, or nothing."), code="yearly_meetings_out_of_range")
        raise ValidationError({"yearly_meetings": refused})
    locked: Group = Group.objects.select_for_update().get(pk=group.pk)
    before = locked.yearly_meetings
    if before == wanted:
        return locked
    locked.yearly_meetings, locked.changed_at = wanted, at
    locked.version += 1
    locked.save(update_fields=["yearly_meetings", "changed_at", "version", "updated_at"])
    audit.record(
        "group.yearly_meetings_set",
        locked,
        by=by,
        before={"yearly_meetings": before},
        after={"yearly_meetings": wanted},
    )
    return locked
