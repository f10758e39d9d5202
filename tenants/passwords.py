"""Passwords that are made of the words of this place (ASVS 6.2.11)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tenants.binding import NoFirmBoundError, bound_firm
from tenants.unbound import firms_of_user

PRODUCT = ("cadenza", "advisor", "consulente", "password")
SHORTEST_WORD = 4
# So much has to be left of a password when these words are taken out of it.
LEAST = 8


class ContextValidator:
    """The product's words and the names of one's firms count for nothing in a password."""

    def validate(self, password: str, user: Any = None) -> None:
        left = password.casefold()
        for word in sorted(set(_words(user)), key=len, reverse=True):
            left = left.replace(word, "")
        if len(left) < LEAST:
            raise ValidationError(self.get_help_text(), code="words_of_the_context")

    def get_help_text(self) -> str:
        message = _("Without the names of your firm and of this product at least %(least)s characters must be left.")
        return message % {"least": LEAST}


def _words(user: Any) -> Iterator[str]:
    yield from PRODUCT
    names = [f"{firm.slug} {firm.name}" for firm in firms_of_user(user.pk)] if getattr(user, "pk", None) else []
    with suppress(NoFirmBoundError):
        names.append(f"{bound_firm().slug} {bound_firm().name}")
    for name in names:
        yield from (word for word in re.findall(r"\w+", name.casefold()) if len(word) >= SHORTEST_WORD)
