"""A member's own choice of columns in the client list."""

from __future__ import annotations

from collections.abc import Sequence

from clients.listing import PREFERENCE
from tenants.models import Membership


def choose_columns(member: Membership, names: Sequence[str]) -> None:
    """Show these columns beside the name from now on; none at all means the usual ones again."""
    others = {key: value for key, value in member.preferences.items() if key != PREFERENCE}
    member.preferences = {**others, PREFERENCE: list(names)} if names else others
    member.save(update_fields=["preferences", "updated_at"])
