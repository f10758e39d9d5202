"""The client list narrowed to a group's members at this moment (REL-07): ``?group=<id>``."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clients.filters.refusals import FilterInvalid
from clients.parameters import Parameter, register
from groups.filtering import client_condition
from groups.models import Group
from groups.queries import active_groups

NOBODY = Q(pk__in=[])


def in_group(value: str, today: date) -> Q:
    """A group whose filter can no longer be used has no members (REL-14)."""
    group = Group.objects.filter(pk=int(value)).first() if value.isdecimal() else None
    try:
        return client_condition(group, today=today) if group else NOBODY
    except FilterInvalid:
        return NOBODY


register([Parameter(name="group", label=_("Group"), rows=active_groups, condition=in_group)])
