"""Where the contents of attachments are kept: the storage ``attachments`` of the settings, outside the web's root.

A key holds the firm's number and 256 random bits and nothing that a person wrote. Which rows a firm sees is the
database's to say; a key is only ever taken from a row.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import IO

from django.core.files.base import File
from django.core.files.storage import Storage, storages
from django.utils.translation import gettext as _

from tenants.binding import bound_firm_id
from web.problem import UnavailableError

logger = logging.getLogger(__name__)


class StorageFailedError(UnavailableError):
    """It is full, read-only or away: what passes by itself, or is the operator's to mend."""

    def __init__(self) -> None:
        logger.exception("The storage of attachments failed.")
        super().__init__(_("The storage of files does not answer as it should. Nothing was changed: try again later."))


def storage() -> Storage:
    return storages["attachments"]


def keep(file: IO[bytes]) -> str:
    """Store the content for the bound firm; its key. ``StorageFailedError`` where that cannot be done now (F22)."""
    key = new_key()
    try:
        return storage().save(key, File(file))
    except Exception as problem:  # a folder fails in its own ways, a bucket in others
        # A disk that became full has taken the first part of it.
        with suppress(Exception):
            storage().delete(key)
        raise StorageFailedError from problem


def new_key() -> str:
    """A key of the bound firm under which nothing is stored yet."""
    token = secrets.token_hex(32)
    return f"{_folder()}/{token[:2]}/{token}"


def is_stored(key: str) -> bool:
    """Whether the bound firm has this content. ``StorageFailedError`` where nobody can tell."""
    try:
        return key.startswith(f"{_folder()}/") and storage().exists(key)
    except Exception as problem:
        raise StorageFailedError from problem


def open_stored(key: str) -> IO[bytes]:
    """The content, to be read as a stream; ask ``is_stored`` first, while the firm is bound."""
    return storage().open(key)


def forget(key: str) -> None:
    if key.startswith(f"{_folder()}/"):
        storage().delete(key)


def stored_before(moment: datetime) -> Iterator[str]:
    """The keys of the bound firm that are older, as the storage itself lists them."""
    place = storage()
    for shelf in _listed(place, _folder())[0]:
        folder = f"{_folder()}/{shelf}"
        for name in _listed(place, folder)[1]:
            key = f"{folder}/{name}"
            if place.get_modified_time(key) < moment:
                yield key


def _listed(place: Storage, folder: str) -> tuple[list[str], list[str]]:
    """Of a firm that has no attachment yet there is no folder either."""
    try:
        return place.listdir(folder)
    except FileNotFoundError:
        return [], []


def _folder() -> str:
    return f"firms/{bound_firm_id()}"
