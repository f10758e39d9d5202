"""States and kinds of outgoing mail. Codes are stable (O-71)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class MailState(models.TextChoices):
    """``uncertain``: the server was given the message and did not say whether it took it."""

    PENDING = "pending", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    UNCERTAIN = "uncertain", _("Uncertain")
    DEAD = "dead", _("Given up")
    CANCELLED = "cancelled", _("Cancelled")

    @property
    def tone(self) -> str:
        return {"sent": "green", "uncertain": "amber", "dead": "red", "cancelled": "gray"}.get(self.value, "blue")


class Promise(models.TextChoices):
    """What is worse for a mail: to arrive twice or not at all (security.md 4.3)."""

    AT_LEAST_ONCE = "at_least_once", _("Sent again when in doubt")
    AT_MOST_ONCE = "at_most_once", _("Never sent again when in doubt")


# Nothing happens to these by itself any more; a person may put them back.
STUCK = (MailState.UNCERTAIN, MailState.DEAD, MailState.CANCELLED)
# Nothing more happens to these, and nobody has to look into them.
OVER = (MailState.SENT, MailState.DEAD, MailState.CANCELLED)
CANCELLABLE = (MailState.PENDING, MailState.UNCERTAIN, MailState.DEAD)
