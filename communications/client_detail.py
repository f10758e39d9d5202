"""What the client's sheet says about service opportunities: state and annotations, the open ones first (SIS-39)."""

from __future__ import annotations

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from clients.detail import Line, Section, contribute
from clients.models import Client
from communications import queries
from communications.models import ClientOpportunity
from tenants.models import Membership
from web.formatting import day

MOST = 100


def proposals(client: Client, member: Membership) -> Section:
    rows = [_lines(row) for row in queries.opportunities_of(client)[:MOST]]
    return Section(_("Service opportunities"), rows, _("No service has been proposed yet."))


def _lines(row: ClientOpportunity) -> list[Line]:
    stands = capfirst(_("open since %(day)s") % {"day": day(row.opened_at)})
    if row.closed_at:
        stands = f"{row.get_state_display()}, {_('closed on %(day)s') % {'day': day(row.closed_at)}}"
    told = [(str(row.opportunity), stands)]
    if row.notes:
        told.append((_("Annotations"), row.notes))
    if row.outcome_note:
        told.append((_("How it ended"), row.outcome_note))
    return told


contribute(proposals)
