"""Facts that tenants announces."""

from __future__ import annotations

from django.dispatch import Signal

person_invited = Signal()  # invitation, secret
trail_damaged = Signal()  # report: tenants.chain.Report, people: members to be told
firm_changed = Signal()  # firm, changed: names of its settings
