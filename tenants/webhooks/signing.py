"""The secrets that sign what is told: drawn, sealed where they lie, opened for a signature only."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime

from tenants.models import Webhook
from web.sealing import seal, unseal


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def sealed(secret: str, *, firm_id: int | None) -> str:
    return seal(secret, purpose=purpose(firm_id))


def in_force(webhook: Webhook, *, at: datetime) -> list[str]:
    """The secret, and for a day its former one: the other side accepts either. Raises UnopenedError."""
    lying = [webhook.secret]
    if webhook.former_secret and webhook.former_until is not None and webhook.former_until > at:
        lying.append(webhook.former_secret)
    return [unseal(each, purpose=purpose(webhook.firm_id)) for each in lying]


def purpose(firm_id: int | None) -> str:
    """Whose it is: what is copied into another firm's row does not open there. The migration has the same words."""
    return f"webhook of firm {firm_id}"
