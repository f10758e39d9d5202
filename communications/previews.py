"""A template that is still being written, as a real client would receive it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from clients.models import Client
from clients.queries import search_clients, visible_clients
from communications.enums import TemplateKind
from communications.letters import frame_in_force
from communications.models import CommunicationTemplate, ServiceOpportunity
from communications.placeholders import names_for, values_of
from communications.rendering import Colour, Frame, Rendered, compile_letter, problems_of
from communications.rendering.frames import as_seen
from communications.wording import refusal_of
from tenants.binding import bound_firm
from tenants.models import Membership

_BODY = re.compile(r"<body[^>]*>")
# Of the preview alone; nothing in it runs or is fetched, whatever a template says.
POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A text in a frame. ``frame`` is the one in force, unless the frame itself is being written."""

    subject: str
    body: str
    kind: str = TemplateKind.OFFER
    opportunity: ServiceOpportunity | None = None
    frame: Frame | None = None


def draft_of(said: Mapping[str, Any], *, is_frame: bool) -> Draft:
    """What a form holds; while a frame is written, the first offer stands in it."""
    service = ServiceOpportunity.objects.filter(pk=said.get("opportunity") or 0).first()
    if not is_frame:
        return Draft(
            subject=said["subject"], body=said["body"], kind=said["kind"] or TemplateKind.OFFER, opportunity=service
        )
    parts = {name: str(said.get(name) or "") for name in ("header", "opening", "closing", "footer")}
    return draft_in(Frame(**parts, colour=Colour(said.get("colour") or Colour.BLUE)))


def draft_in(frame: Frame) -> Draft:
    sample = CommunicationTemplate.objects.select_related("opportunity").filter(active=True).first()
    if sample is None:
        return Draft(subject=_("Subject"), body=_("The text of a communication."), frame=frame)
    return Draft(subject=sample.subject, body=sample.body, opportunity=sample.opportunity, frame=frame)


def written(draft: Draft, client: Client | None, *, on: date, by: Membership) -> Rendered:
    """Raises ValidationError that names each line and placeholder."""
    frame = draft.frame or frame_in_force().frame()
    problems = problems_of(draft.subject, draft.body, frame, known=names_for(draft.kind))
    if problems:
        raise refusal_of(problems)
    letter = compile_letter(draft.subject, draft.body, frame=frame, language=bound_firm().language)
    ids = [client.pk] if client else []
    values = values_of(ids, letter.names, on=on, opportunity=draft.opportunity, by=by)
    return letter.render(values.get(client.pk, {}) if client else {})


def client_for(member: Membership, text: str) -> Client | None:
    """The client whose name was typed, if the member sees one; else the first, so that there is something to see."""
    seen = visible_clients(member)
    found: Client | None = search_clients(seen, text).order_by("name_key", "pk").first() if text.strip() else None
    return found or seen.order_by("name_key", "pk").first()


def page(made: Rendered, client: Client | None, *, look: str) -> str:
    """The mail with a line about whom it would go to, and its subject, above."""
    who = client.name if client else "–"
    head = format_html(
        '<div style="font:13px/1.5 sans-serif;padding:10px 14px;border-bottom:1px solid #8884;color:{}">'
        "<div>{}: {}</div><div>{}: <b>{}</b></div></div>",
        "#e5e7eb" if look == "dark" else "#374151",
        _("To"), who, _("Subject"), made.subject,
    )  # fmt: skip
    if look == "text":
        return format_html('<body>{}<pre style="white-space:pre-wrap;padding:14px">{}</pre></body>', head, made.text)
    seen = as_seen(made.html, dark=look == "dark")
    return _BODY.sub(lambda found: found[0] + head, seen, count=1)


def refused(refusal: ValidationError) -> str:
    """What is wrong, where the mail would stand."""
    lines = format_html_join("", "<li>{}</li>", ((message,) for message in refusal.messages))
    title = _("This cannot be sent as it is")
    style = "font:14px/1.6 sans-serif;padding:14px;color:#b91c1c;background:#fff"
    return format_html('<body style="{}"><p><b>{}</b></p><ul>{}</ul></body>', style, title, lines)
