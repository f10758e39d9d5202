"""What this app announces. A higher app answers in its receivers; nothing here knows who listens."""

from __future__ import annotations

from django.dispatch import Signal

# Sent before something recorded as over is given another state or another type, with ``appointment``. A receiver that
# raises ValidationError refuses it: outcomes keeps what has an outcome.
recorded_appointment_changes = Signal()
