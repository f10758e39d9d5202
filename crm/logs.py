"""What the log looks like: lines to read, or JSON with the same members; personal data in neither (security.md 6)."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

# Of one text of a line, an exception with its places included: what stands in the middle tells nobody more.
LONGEST = 20_000
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# By what it looks like, since exceptions of libraries and of PostgreSQL repeat the values that they refuse.
PERSONAL: Mapping[str, re.Pattern[str]] = {
    "e-mail": re.compile(r"[^\s@<>()\[\]\"',;:=]{1,64}@[^\s@<>()\[\]\"',;:=]{1,255}\.[A-Za-z]{2,63}"),
    "IBAN": re.compile(r"\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b"),
    "tax code": re.compile(r"\b[A-Za-z]{6}[0-9LMNPQRSTUVlmnpqrstuv]{2}[A-Za-z][0-9A-Za-z]{7}\b"),
    "phone": re.compile(r"\+\d[\d ./-]{6,}\d"),
    "values": re.compile(r"(?<=\)=\()[^)]*(?=\))|(?<=Failing row contains \().*(?=\)\.)"),
}
Event = MutableMapping[str, Any]


def mask(logger: object, name: str, event: Event) -> Event:
    """A structlog processor: what looks like a person's datum is replaced by its kind, in every text of the line."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = masked(value)
    return event


def flatten(logger: object, name: str, event: Event) -> Event:
    """What was said in one line stays in one, where lines are read: what looks like the next one is no line of ours."""
    event["event"] = CONTROL.sub(lambda found: repr(found[0])[1:-1], str(event["event"]))
    return event


def masked(text: str) -> str:
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"
    for kind, pattern in PERSONAL.items():
        text = pattern.sub(f"[{kind}]", text)
    return text


SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configuration(*, level: str, as_json: bool) -> dict[str, object]:
    """Django's LOGGING: one handler for what Cadenza, Django and Celery say."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    # Exceptions become text before the mask, so that it covers them as well.
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    rendered: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        mask,
        *([structlog.processors.JSONRenderer()] if as_json else [flatten, plain]),
    ]
    formatter = {"()": structlog.stdlib.ProcessorFormatter, "processors": rendered, "foreign_pre_chain": SHARED}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": formatter},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["console"], "level": level},
        # Django's own configuration, which comes first, gives its loggers handlers that know nothing of ours.
        "loggers": {name: {"handlers": [], "propagate": True} for name in ("django", "django.server")},
    }
