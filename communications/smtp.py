"""SMTP that says what it does not know: whether a message that was handed over has been taken."""

from __future__ import annotations

import smtplib
from contextlib import suppress
from typing import Any

from django.core.mail.backends.smtp import EmailBackend


class DeliveryUncertainError(OSError):
    """The connection broke, or the answer did not come, after the message had been handed over."""


class _Watchful:
    """Tells a break before the text of the message was handed over, when nothing was sent, from one after it."""

    handed_over = False

    def send(self, s: Any) -> None:
        # Commands are str; bytes is the text of the message.
        self.handed_over = self.handed_over or isinstance(s, bytes)
        super().send(s)  # type: ignore[misc]

    def data(self, msg: Any) -> Any:
        self.handed_over = False
        try:
            return super().data(msg)  # type: ignore[misc]
        except OSError as broken:
            if not self.handed_over:
                raise
            raise DeliveryUncertainError(f"{type(broken).__name__}: {broken}") from broken


class _Plain(_Watchful, smtplib.SMTP):
    pass


class _Encrypted(_Watchful, smtplib.SMTP_SSL):
    pass


class WatchfulBackend(EmailBackend):
    """Django's SMTP with that distinction; a farewell that fails is no fault of what was taken before it."""

    @property
    def connection_class(self) -> Any:
        return _Encrypted if self.use_ssl else _Plain

    def open(self) -> bool | None:
        try:
            return super().open()
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        with suppress(OSError, smtplib.SMTPException):
            super().close()
