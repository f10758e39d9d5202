"""What only portfolios know how to show."""

from __future__ import annotations

from typing import Any

from django import template

from clients.catalogue import CatalogueField
from portfolios.models import Typology
from portfolios.queries import tone_of

register = template.Library()


@register.inclusion_tag("portfolios/_level.html")
def level_badge(typology: Typology, level: int | None, label: object = "") -> dict[str, Any]:
    """A level of the typology with its colour, number and icon."""
    return {"level": level, "tone": typology.tone(level), "scale": typology.scale, "label": label}


@register.inclusion_tag("portfolios/_level.html")
def listed_level(field: CatalogueField, level: int | None = None) -> dict[str, Any]:
    """The same in a list of clients, whose typologies are read once."""
    tone, scale = tone_of(field.name, level)
    return {"level": level, "tone": tone, "scale": scale, "label": field.label}
