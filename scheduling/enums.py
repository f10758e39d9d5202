"""States of appointments, reminders and nights. Codes are stable (O-71)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AppointmentState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    HELD = "held", _("Held")
    CANCELLED = "cancelled", _("Cancelled")
    NO_SHOW = "no_show", _("No-show")


class AppointmentOrigin(models.TextChoices):
    MANUAL = "manual", _("By hand")
    REMINDER = "reminder", _("From a reminder")
    IMPORT = "import", _("Import")
    API = "api", _("Integration")
    FOLLOW_UP = "follow_up", _("Follow-up")
    MACRO = "macro", _("Macro")


class ReminderState(models.TextChoices):
    """``closed`` means that the cause ended by itself; ``dismissed`` that a person said so (REL-49)."""

    OPEN = "open", _("Open")
    SNOOZED = "snoozed", _("Snoozed")
    DISMISSED = "dismissed", _("Dismissed")
    CLOSED = "closed", _("Closed")


class NightState(models.TextChoices):
    PENDING = "pending", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    DEAD = "dead", _("Given up")


class CheckKind(models.TextChoices):
    """What a check looks at. The planning check is predefined (REL-47); user-defined ones come later."""

    PLANNING = "planning", _("Plan a new meeting")
