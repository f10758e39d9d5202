"""What this app announces. A higher app answers in its receivers; nothing here knows who listens."""

from __future__ import annotations

from django.dispatch import Signal

# Sent inside the transaction of the change, with ``client_ids: list[int]`` and ``changed: frozenset[str]``,
# the names of the facts that changed ("created" for new clients). Of a changed record also ``before``, its facts.
clients_changed = Signal()

# Sent inside the transaction in which a file is left for a worker, with ``job``.
import_queued = Signal()

# Sent inside the transaction in which one entry of a list takes the place of another, with ``old``, ``new`` and ``by``.
entry_replaced = Signal()
