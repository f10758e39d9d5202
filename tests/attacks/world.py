"""Two firms full of rows, each of whose texts is a word that no other firm has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tenants.binding import use_firm
from tenants.models import Membership
from tests.architecture.examples import EXAMPLES
from tests.architecture.test_canary import mark_every_text
from tests.architecture.test_matrix import made_rows
from tests.cast import token_for

# The words of the two firms.
OWN, THEIRS = "merlo", "kanarie"
# Columns without choices that hold a word of the code all the same: nobody types them, and their firm needs them whole.
CODES = frozenset({"kind", "key", "slug"})


@dataclass(frozen=True)
class House:
    """A firm as its administrator sees it: a row of each resource, a token, and the word in each of its texts."""

    admin: Membership
    rows: dict[str, int]
    headers: dict[str, str]
    word: str


def furnish(admin: Membership, word: str) -> House:
    """Rows of every resource; then every free text of the firm begins with ``word``."""
    rows = made_rows(admin)
    with use_firm(admin.firm_id):
        assert mark_every_text(word, but=CODES) > 20
    # Afterwards: the digest of a token is a text as well.
    headers = {"Authorization": f"Bearer {token_for(admin)}"}
    return House(admin, rows, headers, word)


def example(name: str, admin: Membership) -> dict[str, Any]:
    with use_firm(admin.firm_id):
        return EXAMPLES[name](admin)
