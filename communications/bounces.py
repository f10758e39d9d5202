"""What came back: delivery status notifications (RFC 3464) read from a file, a mailbox or standard input.

Only a mail whose Message-ID is ours counts: a long random number that nobody else knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

MESSAGE_ID = re.compile(rb"<([0-9a-f-]{36})\.([0-9]{1,18})@cadenza>")
LARGEST = 10 * 1024 * 1024
LONGEST_WORDS = 300
# A mailbox over its quota, as many servers say it.
FULL = "5.2.2"


@dataclass(frozen=True, slots=True)
class Report:
    """Of one of our mails: whether it failed, for good or for now, and what the mail server said.

    Neither is one that is only late: the mail server goes on trying.
    """

    firm_id: int
    message_id: str
    is_final: bool
    is_soft: bool
    status: str
    words: str


def reports_in(raw: bytes) -> Iterator[Report]:
    """What a message says about our mails; nothing when it is no notification, or is about somebody else's."""
    if len(raw) > LARGEST:
        return
    message = message_from_bytes(raw, policy=compat32)
    parts = list(message.walk())
    statuses = [part for part in parts if part.get_content_type() == "message/delivery-status"]
    named = MESSAGE_ID.search(_original(parts) or raw) if statuses else None
    if named is None:
        return
    recipients = [block for part in statuses for block in _blocks(part) if block.get("Action")]
    if not recipients:
        return
    worst = max(recipients, key=lambda block: (_is_final(block), _is_soft(block)))
    yield Report(
        firm_id=int(named[2]),
        message_id=named[0].decode(),
        is_final=_is_final(worst),
        is_soft=_is_soft(worst),
        status=_one_line(worst.get("Status", "")),
        words=_one_line(worst.get("Diagnostic-Code", "") or worst.get("Status", "")),
    )


def _original(parts: list[Message]) -> bytes:
    """The head of the mail that came back, whole or in part."""
    for part in parts:
        if part.get_content_type() == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            return payload if isinstance(payload, bytes) else b""
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload(0)
            return str(inner.get("Message-ID", "")).encode() if isinstance(inner, Message) else b""
    return b""


def _blocks(part: Message) -> list[Message]:
    """Fields of the message, then those of each recipient."""
    payload = part.get_payload()
    return [block for block in payload if isinstance(block, Message)] if isinstance(payload, list) else []


def _is_final(block: Message) -> bool:
    """Failed, and for good: 5.x.x."""
    return _has_failed(block) and not _may_pass(block)


def _is_soft(block: Message) -> bool:
    """Given up by the mail server for a reason that may pass: 4.x.x, or a mailbox that is full."""
    return _has_failed(block) and _may_pass(block)


def _has_failed(block: Message) -> bool:
    return _one_line(block.get("Action", "")).lower() == "failed"


def _may_pass(block: Message) -> bool:
    status = _one_line(block.get("Status", "5"))
    return status.startswith("4") or status == FULL


def _one_line(text: object) -> str:
    return " ".join(str(text).split())[:LONGEST_WORDS]
