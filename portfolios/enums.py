"""Scales, measures, kinds of subject and of sale. Codes are stable (O-71)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

MOST_TYPOLOGIES = 10


class Scale(models.IntegerChoices):
    """How many levels the measures of a typology have (GAT-03, O-60)."""

    THREE = 3, _("3 levels")
    FIVE = 5, _("5 levels")


class Measure(models.TextChoices):
    """The four measures of a client in a typology (GAT-02)."""

    RECENCY = "recency", _("Recency")
    FREQUENCY = "frequency", _("Frequency")
    MONETARY = "monetary", _("Monetary")
    POTENTIALITY = "potentiality", _("Potentiality")


class SubjectKind(models.TextChoices):
    """Who may stand beside a client in a typology (GAT-23)."""

    AGENT = "agent", _("Agent")
    OPERATOR = "operator", _("Portfolio operator")
    AGENCY = "agency", _("Agency")
    INTRODUCER = "introducer", _("Introducer")


class HandoverAction(models.TextChoices):
    """The bulk actions that can be planned for a day to come."""

    PORTFOLIO = "hand_over_portfolio", _("Hand over a portfolio")
    SUBJECT = "hand_over_subject", _("Hand over a subject")


class PlannedState(models.TextChoices):
    """What became of a handover that was planned for a day to come."""

    WAITING = "waiting", _("Planned")
    DONE = "done", _("Carried out")
    WITHDRAWN = "withdrawn", _("Taken back")
    FAILED = "failed", _("Not possible")


class SaleKind(models.TextChoices):
    """What counts as a sale for an advisor (O-66)."""

    SUBSCRIPTION = "subscription", _("Subscription")
    PAYMENT = "payment", _("Additional payment")
    PAC = "pac", _("PAC")
    POLICY = "policy", _("Policy")
    MANDATE = "mandate", _("Mandate")
    REFUND = "refund", _("Refund")
