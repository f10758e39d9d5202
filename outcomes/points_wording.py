"""How the audit trail names what is done with challenges, the Monday mail and the drawn graph."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tenants import audit

audit.name_actions(
    {
        "challenge.created": _("Challenge created"),
        "challenge.changed": _("Challenge changed"),
        "challenge.deleted": _("Challenge deleted"),
        "points_mail.configured": _("Monday mail configured"),
        "points_mail.sent_by_hand": _("Monday mail sent by hand"),
        "points.corrected": _("Points corrected by hand"),
        "points.correction_undone": _("Correction of points taken back"),
        "graph.saved": _("Graph of outcomes saved"),
    }
)
