"""What the pages of this app share: their addresses and their tabs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

import tenants.answers
from tenants.requests import FirmRequest


@dataclass(frozen=True, slots=True)
class Tab:
    """As web/_tabs.html wants it."""

    label: str
    url: str
    is_current: bool
    count: int | None = None


def address(request: FirmRequest, view: str, **parameters: Any) -> str:
    """The address of a view of this app in the request's firm."""
    return tenants.answers.address(request, f"portfolios:{view}", **parameters)


def setting_tabs(request: FirmRequest, current: str) -> list[Tab]:
    """Impostazioni → Portafogli: typologies with their portfolios, subjects, handovers."""
    tabs = {"typology_list": _("Typologies"), "subject_list": _("Subjects"), "handover": _("Handover")}
    return [Tab(label, address(request, view), view == current) for view, label in tabs.items()]
