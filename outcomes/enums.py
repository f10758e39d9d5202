"""Codes of outcomes, their relations and points. Stable (O-71)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class OutcomeSymbol(models.TextChoices):
    """The symbols that an outcome or a commercial activity may have (IFY-07); each is an icon of the sprite."""

    CHECK = "circle-check", _("Tick")
    CROSS = "circle-x", _("Cross")
    BADGE = "badge-check", _("Seal")
    TRENDING_UP = "trending-up", _("Rising line")
    TRENDING_DOWN = "trending-down", _("Falling line")
    USER_PLUS = "user-plus", _("New person")
    USER_MINUS = "user-minus", _("Person leaving")
    USER_X = "user-x", _("Person crossed out")
    SEND = "send", _("Paper plane")
    PHONE = "phone", _("Telephone")
    PAUSE = "pause", _("Pause")
    BELL_OFF = "bell-off", _("Bell crossed out")
    CALENDAR_X = "calendar-x", _("Calendar crossed out")
    REFRESH = "refresh-cw", _("Renewal")
    TARGET = "target", _("Target")
    STAR = "star", _("Star")
    CIRCLE = "circle", _("Circle")


class PointsKind(models.TextChoices):
    """Why a line stands in the ledger; only the first kind counts as a recorded action."""

    AWARD = "award", _("Recorded outcome")
    REVERSAL = "reversal", _("Recorded outcome undone")
    CORRECTION = "correction", _("Correction by hand")


# What the outbox calls the Monday mail.
POINTS_MAIL = "points"


class Notice(models.TextChoices):
    """What a fulfilment could not do as the relation says, or did otherwise; told to whoever recorded it."""

    RECIPIENT_REPLACED = "recipient_replaced", _("The follow-up went to another person: the one foreseen is missing.")
    FOLLOW_UP_TYPE_INACTIVE = "follow_up_type_inactive", _("No follow-up: its type is no longer offered.")
    CLIENT_NOT_ACTIVE = "client_not_active", _("No follow-up: the client is archived.")
    STATUS_INACTIVE = "status_inactive", _("The status stays: the one foreseen is no longer offered.")


class LeftOver(models.TextChoices):
    """What an undo could not give back (O-35); told to whoever undid."""

    STATUS = "status_changed_since", _("The commercial status has changed since and stays as it is.")
    FOLLOW_UP = "follow_up_over", _("The follow-up is over already and stays as it is.")
    ACTIVITY = "activity_changed_since", _("The activity has changed since and stays as it is.")
