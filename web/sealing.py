"""Secrets of other systems at rest: sealed with a key of the installation, a copy of the database opens nothing.

``SEALING_KEYS`` names the keys, the newest first; each older one still opens what it sealed. Behind them stand
``SECRET_KEY`` and what it has replaced: without keys of its own an installation seals by those. What is sealed for one
purpose (whose row it is) does not open for another.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class UnopenedError(Exception):
    """Sealed with a key that is no longer there, or for another purpose."""


def seal(text: str, *, purpose: str) -> str:
    return _box(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """What was sealed for this purpose. Raises UnopenedError."""
    try:
        return _box(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise UnopenedError from None


def _box(purpose: str) -> MultiFernet:
    keys = [*settings.SEALING_KEYS, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(key, purpose)) for key in keys])


def _derived(key: str, purpose: str) -> bytes:
    drawn = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"cadenza sealing {purpose}".encode())
    return urlsafe_b64encode(drawn.derive(key.encode()))
