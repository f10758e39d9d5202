"""Groups, as the search of the whole product finds them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clients.search_sources import Asked, Hit, Source, register
from groups.queries import active_groups
from tenants.permissions import Permission


def found_groups(asked: Asked, most: int) -> list[Hit]:
    """By any part of the name: a firm has a few dozen."""
    named = active_groups().filter(name__icontains=asked.text).order_by("name", "pk")[:most]
    return [Hit(group.name, "groups:group_detail", {"pk": group.pk}) for group in named]


register([Source("groups", _("Groups"), "target", Permission.VIEW_GROUPS, found_groups, position=30)])
