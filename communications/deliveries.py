"""Communications in the outbox: put there by one statement, written when one leaves, and following what becomes of it.

Rules are asked when it leaves, in the transaction that claims it (security.md 4.3): a client who was erased, archived,
disabled or has objected since is not written to, and one whose address has changed waits to be generated again.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F

from clients.changes import mark_changed
from clients.enums import ClientState
from communications.addresses import is_suppressed, reachable
from communications.enums import CommunicationState, LeftOut, MailState, TemplateKind
from communications.models import Communication, OutgoingMail
from communications.placeholders import CLIENT, names_for, values_of
from communications.queries.recipients import mail_settings
from communications.rendering import (
    Colour,
    Frame,
    Letter,
    Problem,
    Rendered,
    TemplateRefusedError,
    compile_letter,
)
from communications.unsubscribing import unsubscribe_url
from tenants.binding import bound_firm, bound_firm_id, local_today

KIND = "communication"

POST = """
INSERT INTO communications_outgoingmail (
    firm_id, kind, promise, dedupe_key, recipient, subject, body, html, reply_to, sender_name, unsubscribe_url,
    message_id, state, attempts, posted_at, available_at, last_error)
SELECT c.firm_id, %(kind)s, 'at_most_once', %(kind)s || ':' || c.id, c.address, '', '', '', %(reply_to)s, %(sender)s,
    '', '<' || gen_random_uuid() || '.' || c.firm_id || '@cadenza>', 'pending', 0, %(at)s, %(at)s, ''
FROM communications_communication c
WHERE c.firm_id = %(firm)s AND c.id = ANY(%(ids)s) AND c.mail_id IS NULL
ORDER BY c.id
RETURNING id, split_part(dedupe_key, ':', 2)::bigint
"""
# By pairs: whatever the planner believes of tables that were empty a moment ago, each is found by its key.
TIE = """
UPDATE communications_communication c SET mail_id = tied.mail_id
FROM unnest(%(mails)s::bigint[], %(communications)s::bigint[]) AS tied (mail_id, communication_id)
WHERE c.firm_id = %(firm)s AND c.id = tied.communication_id
"""
REVIVE = """
UPDATE communications_outgoingmail m SET state = 'pending', attempts = 0, posted_at = %(at)s, available_at = %(at)s,
    recipient = c.address, sender_name = %(sender)s, reply_to = %(reply_to)s, last_error = '', lease_token = NULL,
    lease_until = NULL
FROM communications_communication c
WHERE c.firm_id = %(firm)s AND c.id = ANY(%(ids)s) AND m.firm_id = c.firm_id AND m.id = c.mail_id
  AND m.state IN ('dead', 'cancelled', 'uncertain')
"""
FOLLOW = """
UPDATE communications_communication c SET version = c.version + 1,
    state = CASE m.state WHEN 'sent' THEN 'sent' WHEN 'uncertain' THEN 'uncertain' WHEN 'dead' THEN 'error'
                         WHEN 'cancelled' THEN 'cancelled' ELSE 'sending' END,
    sent_at = CASE WHEN m.state = 'sent' THEN m.sent_at END,
    problem = left(m.last_error, 300)
FROM communications_outgoingmail m
WHERE m.firm_id = %(firm)s AND m.id = ANY(%(ids)s) AND c.firm_id = m.firm_id AND c.mail_id = m.id
RETURNING c.client_id, 'sent' IN (old.state, new.state)
"""


def post(ids: Collection[int], *, at: datetime) -> None:
    """Into the outbox, in three statements however many they are; what did not leave is tried again."""
    settings = mail_settings()
    given: dict[str, Any] = {
        "firm": bound_firm_id(),
        "ids": list(ids),
        "kind": KIND,
        "at": at,
        "sender": " ".join((settings.sender_name or bound_firm().name).split())[:100],
        "reply_to": settings.reply_to,
    }
    with connection.cursor() as cursor:
        cursor.execute(REVIVE, given)
        cursor.execute(POST, given)
        mails, communications = zip(*cursor.fetchall(), strict=True) if cursor.rowcount else ((), ())
        cursor.execute(TIE, {**given, "mails": list(mails), "communications": list(communications)})


def follow(mail_ids: Collection[int]) -> None:
    """The communications of these mails stand as they do; when somebody was last written to is asked by filters."""
    with connection.cursor() as cursor:
        cursor.execute(FOLLOW, {"firm": bound_firm_id(), "ids": list(mail_ids)})
        written_to = [client_id for client_id, was_or_is_sent in cursor.fetchall() if was_or_is_sent]
    if written_to:
        mark_changed(written_to)


def compose(mail: OutgoingMail, *, at: datetime) -> bool:
    """Write the text of a mail that is about to leave; False where it may not leave any more, which is noted."""
    row = _row_of(mail)
    reason = _objection(row) if row is not None else LeftOut.NOT_ACTIVE
    if row is None or reason is not None:
        _leave(mail, row, reason or LeftOut.NOT_ACTIVE)
        return False
    if not mail.body:
        _write(mail, row, at=at)
    return True


def letter_of_run(row: Communication) -> Letter:
    """The template and the frame as they were when it was generated."""
    frame = Frame(**{**row.run.frame, "colour": Colour(row.run.frame["colour"])})
    return compile_letter(row.run.subject, row.run.body, frame=frame, language=bound_firm().language)


def unsubscribe_url_of(row: Communication) -> str:
    """Offers can be objected to; a circular is information about the service (O-45)."""
    return unsubscribe_url(row.pk) if row.run.kind == TemplateKind.OFFER else ""


def rendered(row: Communication, *, at: datetime) -> Rendered:
    """Subject, text and HTML for this client at this moment.

    Raises TemplateRefusedError when it names a field that is gone: a gap in a sentence is not sent (security.md T16).
    """
    letter, today = letter_of_run(row), local_today(bound_firm(), at=at)
    if gone := {name for name in letter.names if name.startswith(f"{CLIENT}.")} - names_for(row.run.kind):
        problems = [Problem(field="body", code="unknown_placeholder", name=name) for name in sorted(gone)]
        raise TemplateRefusedError(problems)
    words = values_of([row.client_id], letter.names, on=today, opportunity=row.run.opportunity, by=row.run.by)
    return letter.render(words[row.client_id], unsubscribe_url=unsubscribe_url_of(row))


def _row_of(mail: OutgoingMail) -> Communication | None:
    rows = Communication.objects.select_related(
        "run__opportunity", "run__by__user", "client__profile", "client__mail_enablement"
    )
    found: Communication | None = rows.prefetch_related("client__emails").filter(mail=mail.pk).first()
    return found


def _objection(row: Communication) -> LeftOut | None:
    """Why it may not leave: what the dry run asks, asked again."""
    client = row.client
    objections = (
        (LeftOut.NOT_ACTIVE, client.state != ClientState.ACTIVE),
        (LeftOut.NOT_ENABLED, not getattr(getattr(client, "mail_enablement", None), "enabled", False)),
        (LeftOut.NO_CONSENT, row.run.kind == TemplateKind.OFFER and client.profile.marketing_consent is not True),
        (LeftOut.SUPPRESSED, is_suppressed(row.address)),
        (LeftOut.STALE, reachable(client.emails.all()).address != row.address),
    )
    return next((reason for reason, holds in objections if holds), None)


def _leave(mail: OutgoingMail, row: Communication | None, reason: LeftOut) -> None:
    OutgoingMail.objects.filter(pk=mail.pk).update(state=MailState.CANCELLED, last_error=reason.value)
    if row is not None:
        is_stale = reason == LeftOut.STALE
        state = CommunicationState.GENERATED if is_stale else CommunicationState.CANCELLED
        Communication.objects.filter(pk=row.pk).update(state=state, problem=reason.value, version=F("version") + 1)


def _write(mail: OutgoingMail, row: Communication, *, at: datetime) -> None:
    made = rendered(row, at=at)
    mail.subject, mail.body, mail.html = made.subject, made.text, made.html
    mail.unsubscribe_url = unsubscribe_url_of(row)
    mail.save(update_fields=["subject", "body", "html", "unsubscribe_url"])
    Communication.objects.filter(pk=row.pk).update(subject=made.subject, text=made.text)
