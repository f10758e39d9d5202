"""States and kinds of outgoing mail and of service opportunities. Codes are stable (O-71)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from communications.rendering import Colour


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


class OpportunityState(models.TextChoices):
    """How a service that was proposed to a client stands (O-46). Whoever has no such row was never offered it."""

    OPEN = "open", pgettext_lazy("a service opportunity", "Open")
    ACCEPTED = "accepted", pgettext_lazy("a service opportunity", "Accepted")
    DECLINED = "declined", pgettext_lazy("a service opportunity", "Declined")
    DROPPED = "dropped", pgettext_lazy("a service opportunity", "No longer current")

    @property
    def tone(self) -> str:
        return {"open": "blue", "accepted": "green", "declined": "red"}.get(self.value, "gray")

    @property
    def icon(self) -> str:
        icons = {"open": "circle-dot", "accepted": "circle-check", "declined": "circle-x"}
        return icons.get(self.value, "circle-minus")


# How one can be closed.
ENDED = tuple(state for state in OpportunityState if state != OpportunityState.OPEN)


class SuppressionReason(models.TextChoices):
    """Why no communication goes to an address any more."""

    UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")
    BOUNCED = "bounced", _("Cannot be delivered")
    BY_HAND = "by_hand", _("Entered by hand")

    @property
    def tone(self) -> str:
        return {"unsubscribed": "amber", "bounced": "red"}.get(self.value, "gray")


class TemplateKind(models.TextChoices):
    """What a communication is about: a service that is proposed, or something that everybody is told (SIS-38, O-45)."""

    OFFER = "offer", _("Offer")
    CIRCULAR = "circular", _("Circular")

    @property
    def tone(self) -> str:
        return {"offer": "blue"}.get(self.value, "gray")


class FrameColour(models.TextChoices):
    """The accent of a mail: each can be read on white and in the dark."""

    BLUE = Colour.BLUE.value, _("Blue")
    TEAL = Colour.TEAL.value, _("Teal")
    GREEN = Colour.GREEN.value, _("Green")
    VIOLET = Colour.VIOLET.value, _("Violet")
    RED = Colour.RED.value, _("Red")
    GRAY = Colour.GRAY.value, _("Gray")


class LeftOut(models.TextChoices):
    """Why a client of the audience is not written to; judged in this order (SIS-22, SIS-43, O-41)."""

    NOT_ACTIVE = "not_active", _("archived or deceased")
    NO_ADDRESS = "no_address", _("no e-mail address")
    NOT_CHOSEN = "not_chosen", _("several addresses, none chosen")
    NOT_ENABLED = "not_enabled", _("not enabled for e-mail")
    NO_CONSENT = "no_consent", _("no consent to marketing")
    SUPPRESSED = "suppressed", _("unsubscribed, or the address cannot be delivered")
    STALE = "stale", _("the same waits for him under an old address: to be generated again")
    WAITING = "waiting", _("the same waits for him already")
    PRESSURE = "pressure", _("written to in the last days")


class RunState(models.TextChoices):
    DRAFT = "draft", _("Dry run")
    QUEUED = "queued", pgettext_lazy("a generation", "Waiting")
    RUNNING = "running", pgettext_lazy("a generation", "Running")
    DONE = "done", pgettext_lazy("a generation", "Done")
    CANCELLED = "cancelled", pgettext_lazy("a generation", "Stopped")

    @property
    def tone(self) -> str:
        return {"done": "green", "cancelled": "amber", "draft": "gray"}.get(self.value, "blue")


class CommunicationState(models.TextChoices):
    """As stored. "Da rigenerare" is not: it follows from the client's address of this moment (O-42)."""

    GENERATED = "generated", pgettext_lazy("a communication", "Generated")
    SENDING = "sending", pgettext_lazy("a communication", "Being sent")
    SENT = "sent", pgettext_lazy("a communication", "Sent")
    ERROR = "error", pgettext_lazy("a communication", "Error")
    UNCERTAIN = "uncertain", pgettext_lazy("a communication", "Uncertain")
    BOUNCED = "bounced", pgettext_lazy("a communication", "Bounced")
    CANCELLED = "cancelled", pgettext_lazy("a communication", "Cancelled")

    @property
    def tone(self) -> str:
        tones = {"sent": "green", "error": "red", "bounced": "red", "uncertain": "amber", "cancelled": "gray"}
        return tones.get(self.value, "blue")


# Not sent, and in nobody's hands: it can be sent, generated again, cancelled.
UNSENT = (CommunicationState.GENERATED, CommunicationState.ERROR)
# Of these something left, or may have left.
WRITTEN = (
    CommunicationState.SENDING,
    CommunicationState.SENT,
    CommunicationState.UNCERTAIN,
    CommunicationState.BOUNCED,
)


class CampaignState(models.TextChoices):
    """Where a campaign stands; said by hand."""

    PLANNED = "planned", pgettext_lazy("a campaign", "Planned")
    RUNNING = "running", pgettext_lazy("a campaign", "Running")
    CLOSED = "closed", pgettext_lazy("a campaign", "Closed")

    @property
    def tone(self) -> str:
        return {"planned": "blue", "running": "green"}.get(self.value, "gray")


class CampaignResponse(models.TextChoices):
    """What a member of a campaign answered to it."""

    NONE = "none", pgettext_lazy("answer to a campaign", "No answer yet")
    INTERESTED = "interested", pgettext_lazy("answer to a campaign", "Interested")
    DECLINED = "declined", pgettext_lazy("answer to a campaign", "Not interested")
    WON = "won", pgettext_lazy("answer to a campaign", "Won")

    @property
    def tone(self) -> str:
        return {"interested": "blue", "declined": "red", "won": "green"}.get(self.value, "gray")
