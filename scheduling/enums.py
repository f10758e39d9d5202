"""States of appointments, reminders and nights. Codes are stable (O-71)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AppointmentState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    HELD = "held", _("Held")
    CANCELLED = "cancelled", _("Cancelled")
    NO_SHOW = "no_show", _("No-show")


# In these an appointment takes nobody's time.
OFF_STATES = frozenset({AppointmentState.CANCELLED, AppointmentState.NO_SHOW})


class AppointmentOrigin(models.TextChoices):
    MANUAL = "manual", _("By hand")
    REMINDER = "reminder", _("From a reminder")
    IMPORT = "import", _("Import")
    API = "api", _("Integration")
    FOLLOW_UP = "follow_up", _("Follow-up")
    MACRO = "macro", _("Macro")
    BOOKING = "booking", _("Booked by the client")


class SeriesScope(models.TextChoices):
    """How much of a repeated appointment is meant."""

    ONE = "one", _("Only this one")
    FOLLOWING = "following", _("This one and those after it")
    ALL = "all", _("All that are still to come")


class InvitationMethod(models.TextChoices):
    """What a calendar file in a mail asks of the calendar that reads it (RFC 5546)."""

    REQUEST = "REQUEST", _("Invitation")
    CANCEL = "CANCEL", _("Cancellation")
    PUBLISH = "PUBLISH", _("For information")


class Recipient(models.TextChoices):
    """For whom an appointment is that a relation or a macro makes: exactly these six (IFY-31, O-22)."""

    ME = "me", _("Myself")
    ADVISOR = "advisor", _("The client's advisor")
    CONTACT = "contact", _("The client's contact")
    SPECIALIST = "specialist", _("The client's specialist")
    FIXED = "fixed", _("A fixed operator")
    ALL = "all", _("Everybody")


class TaskKind(models.TextChoices):
    """Attività and Telefonata (STY-27, STY-35). Neither counts for the cadence: an appointment of a type does."""

    TASK = "task", _("Task")
    CALL = "call", _("Call")


class TaskState(models.TextChoices):
    OPEN = "open", _("To do")
    DONE = "done", pgettext_lazy("task", "Done")


class Rhythm(models.TextChoices):
    """How often a macro runs by itself."""

    BY_HAND = "hand", _("Only by hand")
    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Every week")
    MONTHLY = "monthly", _("Every month")
    CRON = "cron", _("Other (cron)")


class RunState(models.TextChoices):
    """``waiting``: so many more than usual that a person has to say yes."""

    DONE = "done", _("Done")
    WAITING = "waiting", _("To be confirmed")
    REFUSED = "refused", _("Not possible")
    DISCARDED = "discarded", _("Discarded")
    UNDONE = "undone", _("Undone")


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


class OutsideProvider(models.TextChoices):
    """Where a member's calendar outside lives."""

    GOOGLE = "google", "Google Calendar"
    CALDAV = "caldav", "CalDAV"


class OutsideCalendarState(models.TextChoices):
    """``refused``: the other side does not take our word any more; the member connects again."""

    ACTIVE = "active", pgettext_lazy("outside calendar", "Connected")
    REFUSED = "refused", pgettext_lazy("outside calendar", "To be connected again")


class OutsideState(models.TextChoices):
    """How an appointment stands in a calendar outside. ``conflict``: both sides changed, the declared winner stands."""

    PENDING = "pending", pgettext_lazy("outside calendar", "To be written")
    SYNCED = "synced", pgettext_lazy("outside calendar", "The same on both sides")
    CONFLICT = "conflict", pgettext_lazy("outside calendar", "Changed on both sides")
    ERROR = "error", pgettext_lazy("outside calendar", "Could not be written")
    LEFT_OUT = "left_out", pgettext_lazy("outside calendar", "Left out")


# The kind of the mail in the outbox, and the member's own setting.
REMINDER_MAIL = "reminder_mail"
# The mail with a client's booking link, that with an invitation for his calendar, and what his advisor is told.
BOOKING_MAIL, INVITATION_MAIL, BOOKED_MAIL = "booking_link", "invitation", "booked"


class CheckKind(models.TextChoices):
    """What a check looks at: the plan, by the predefined one (REL-47), or any field of the catalogue."""

    PLANNING = "planning", _("Plan a new meeting")
    FIELD = "field", _("A field of the client")


class CheckRecipient(models.TextChoices):
    """Who finds the reminders of a check on his Panoramica; who sees all clients sees all of them (REL-51)."""

    EVERYBODY = "everybody", _("Everybody who sees the client")
    ADVISOR = "advisor", _("The client's advisor")
    CONTACT = "contact", _("The client's contact")
    SPECIALIST = "specialist", _("The client's specialist")
    PERSON = "person", _("One person")


class Tone(models.TextChoices):
    """The colours of types: names that the style sheet knows in light and dark, so that every one is legible."""

    BLUE = "blue", _("Blue")
    INDIGO = "indigo", _("Indigo")
    VIOLET = "violet", _("Violet")
    PINK = "pink", _("Pink")
    RED = "red", _("Red")
    ORANGE = "orange", _("Orange")
    AMBER = "amber", _("Amber")
    GREEN = "green", _("Green")
    TEAL = "teal", _("Teal")
    GRAY = "gray", _("Grey")


class Symbol(models.TextChoices):
    """The symbols that a type may have (IFY-07); each is an icon of the sprite."""

    HEART_HANDSHAKE = "heart-handshake", _("Handshake")
    CALENDAR = "calendar", _("Calendar")
    USERS = "users", _("People")
    HOUSE = "house", _("House")
    SPARKLES = "sparkles", _("Sparkles")
    SCALE = "scale", _("Scales")
    PHONE = "phone", _("Telephone")
    VIDEO = "video", _("Video call")
    MAIL = "mail", _("Letter")
    MESSAGE = "message-square", _("Message")
    TRENDING_UP = "trending-up", _("Rising line")
    REFRESH = "refresh-cw", _("Renewal")
    WALLET = "wallet", _("Wallet")
    BRIEFCASE = "briefcase", _("Briefcase")
    LANDMARK = "landmark", _("Bank")
    ID_CARD = "id-card", _("Identity card")
    CHECKS = "list-checks", _("Checklist")
    STAR = "star", _("Star")
    HISTORY = "history", _("Past")
    BAN = "ban", _("Barred")
