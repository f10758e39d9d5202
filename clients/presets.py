"""What a new client says when nobody said it: other apps know which values their firm has set in advance (O-30)."""

from __future__ import annotations

from collections.abc import Callable

from clients.values import ClientValues
from tenants.models import Membership

# Called with the firm bound and whoever enters the client.
Preset = Callable[[Membership], ClientValues]
_presets: list[Preset] = []


def contribute(preset: Preset) -> None:
    """Called when an app is ready."""
    _presets.append(preset)


def completed(values: ClientValues, *, by: Membership | None) -> ClientValues:
    """The values with those that are set in advance where they say nothing."""
    if by is None:
        return values
    whole: ClientValues = {**values}
    for preset in _presets:
        for name, value in preset(by).items():
            if not whole.get(name):
                whole[name] = value  # type: ignore[literal-required]
    return whole
