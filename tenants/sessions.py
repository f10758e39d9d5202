"""Log-ins are kept in the database and name their user (settings.SESSION_ENGINE)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.utils import timezone

from tenants.models import Session, User
from web.browsers import browser_name

# When the log-in was last used, in seconds.
LAST_USED = "last_used"
AGENT = "agent"
LONGEST_AGENT = 200


@dataclass(frozen=True)
class LogIn:
    """One log-in of a person as his page shows it; ``name`` stands for the key, which stays secret."""

    name: str
    browser: str
    last_used: datetime | None
    is_current: bool


def log_ins_of(user: User, *, current: str) -> list[LogIn]:
    """Those that have not ended, this one first, then the latest."""
    rows = Session.objects.filter(user=user, expire_date__gt=timezone.now())
    found = [_log_in(row, current) for row in rows]
    oldest = datetime.min.replace(tzinfo=UTC)
    return sorted(found, key=lambda one: (one.is_current, one.last_used or oldest), reverse=True)


def end_others(user: User, *, current: str, only: str = "") -> None:
    """End the log-in of this name, or all of the user's but this one."""
    for row in Session.objects.filter(user=user).exclude(session_key=current):
        if not only or _name(row) == only:
            row.delete()


def _log_in(row: Session, current: str) -> LogIn:
    said = row.get_decoded()
    used = said.get(LAST_USED)
    last = datetime.fromtimestamp(used, tz=UTC) if used else None
    return LogIn(_name(row), browser_name(str(said.get(AGENT, ""))), last, row.session_key == current)


def _name(row: Session) -> str:
    return sha256(row.session_key.encode()).hexdigest()


class SessionStore(DatabaseSessionStore):
    @classmethod
    def get_model_class(cls) -> Any:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session: Session = super().create_model_instance(data)  # type: ignore[assignment]
        user_id = data.get(SESSION_KEY)
        session.user_id = int(user_id) if user_id else None
        return session
