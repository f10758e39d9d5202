"""How groups, saved searches, viste and marketing lists are read, and the audience that any of them names."""

from groups.queries.audiences import audience, audience_choices, audience_label
from groups.queries.groups import (
    SAMPLE,
    Preview,
    Why,
    active_groups,
    field_labels,
    found_by,
    groups,
    members_of,
    preview,
    saved_searches,
    why,
)
from groups.queries.lists import list_members, marketing_lists
from groups.queries.views import (
    condition_of_view,
    default_view,
    problem_of_view,
    supplied_and_own,
    tabs_of,
    views_of,
    with_counts,
)

__all__ = [
    "SAMPLE",
    "Preview",
    "Why",
    "active_groups",
    "audience",
    "audience_choices",
    "audience_label",
    "condition_of_view",
    "default_view",
    "field_labels",
    "found_by",
    "groups",
    "list_members",
    "marketing_lists",
    "members_of",
    "preview",
    "problem_of_view",
    "saved_searches",
    "supplied_and_own",
    "tabs_of",
    "views_of",
    "why",
    "with_counts",
]
