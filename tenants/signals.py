"""Facts that tenants announces."""

from __future__ import annotations

from django.dispatch import Signal

person_invited = Signal()  # invitation, secret
firm_changed = Signal()  # firm, changed: names of its settings
