"""How templates are read."""

from __future__ import annotations

from django.db.models import QuerySet

from communications.letters import frame_in_force
from communications.models import CommunicationTemplate, MailTemplate
from communications.placeholders import names_for
from communications.rendering import Problem, problems_of


def templates() -> QuerySet[CommunicationTemplate]:
    """Hidden ones included."""
    found: QuerySet[CommunicationTemplate] = CommunicationTemplate.objects.select_related("opportunity")
    return found.order_by("position", "id")


def offered_templates(kind: str = "") -> QuerySet[CommunicationTemplate]:
    found = templates().filter(active=True)
    return found.filter(kind=kind) if kind else found


def templates_with_problems() -> list[tuple[CommunicationTemplate, list[Problem]]]:
    """Each with why it can no longer be rendered, like a user field that is gone; usually nothing."""
    frame = frame_in_force().frame()
    known = {kind: names_for(kind) for kind in ("offer", "circular")}
    return [(row, problems_of(row.subject, row.body, frame, known=known[row.kind])) for row in templates()]


def frames() -> QuerySet[MailTemplate]:
    """The one in force first."""
    found: QuerySet[MailTemplate] = MailTemplate.objects.order_by("-in_force", "name", "id")
    return found
