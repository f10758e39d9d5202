"""Templates of the firm made ready, and written for its clients."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from clients.models import Client
from communications.models import CommunicationTemplate, MailTemplate
from communications.placeholders import names_for, values_of
from communications.rendering import Letter, Rendered, compile_letter, filled_in, names_in, problems_of
from communications.wording import refusal_of
from tenants.binding import bound_firm, remembered
from tenants.models import Membership

FRAME = "communications.frame"


def frame_in_force() -> MailTemplate:
    """The firm's mail-sending template (SIS-28), read once in a transaction."""
    found: MailTemplate = remembered(FRAME, lambda: MailTemplate.objects.get(in_force=True))
    return found


def letter_of(template: CommunicationTemplate, frame: MailTemplate | None = None) -> Letter:
    """The template within a frame, that in force if none is given.

    Raises ValidationError when it names what there is no longer, like a user field that was deleted: nothing is sent.
    """
    around = (frame or frame_in_force()).frame()
    check(template.subject, template.body, frame or frame_in_force(), kind=template.kind)
    return compile_letter(template.subject, template.body, frame=around, language=bound_firm().language)


def check(subject: str, body: str, frame: MailTemplate, *, kind: str) -> None:
    """Refuse what cannot be rendered, each problem at its field with line and placeholder."""
    problems = problems_of(subject, body, frame.frame(), known=names_for(kind))
    if problems:
        raise refusal_of(problems)


def letters_for(
    template: CommunicationTemplate,
    client_ids: Collection[int],
    *,
    on: date,
    by: Membership | None = None,
) -> Iterator[tuple[int, Rendered]]:
    """The communication as each client would receive it; in portions, if they are many."""
    letter = letter_of(template)
    words = values_of(client_ids, letter.names, on=on, opportunity=template.opportunity, by=by)
    for client_id, values in words.items():
        yield client_id, letter.render(values)


def filled(template: CommunicationTemplate, client: Client, *, on: date, by: Membership) -> tuple[str, str]:
    """Subject and text with the client's words in them, to be changed by hand; as they are where they are in error."""
    sources = (template.subject, template.body)
    names = names_in("\n".join(sources))
    if not names <= names_for(template.kind):
        return sources
    values = values_of([client.pk], names, on=on, opportunity=template.opportunity, by=by)[client.pk]
    subject, text = (filled_in(source, values) for source in sources)
    return subject, text
