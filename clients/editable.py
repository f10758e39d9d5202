"""Which values of a client can be changed where they are shown: those that the form of his record has as one field."""

from __future__ import annotations

from clients.custom.definitions import PREFIX
from clients.values import OF_CLIENT, OF_PROFILE

# The integration's own key is its own business; the kind changes the whole form, and notes want room.
NOT_HERE = frozenset({"kind", "notes", "tax_code_kept", "external_source", "external_id"})
# The first of several is changed where it is shown, the others on the form of the record.
SEVERAL = frozenset({"phone", "email"})
EDITABLE = frozenset({*OF_CLIENT, *OF_PROFILE, "labels", *SEVERAL}) - NOT_HERE


def is_editable(name: str) -> bool:
    return name in EDITABLE or name.startswith(PREFIX)
