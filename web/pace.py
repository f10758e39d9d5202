"""How often something may happen: a fixed window in the cache, which degrades by itself when Redis is away."""

from __future__ import annotations

import time

from django.core.cache import cache

WINDOW = 60


def is_within(key: str, most: int, *, window: int = WINDOW) -> bool:
    """Count once more under this key; whether it is no more than ``most`` in this window."""
    return count(f"pace:{key}:{int(time.time()) // window}", window) <= most


def count(key: str, window: int = WINDOW) -> int:
    """How often in this window, with this time."""
    if cache.add(key, 1, 2 * window):
        return 1
    try:
        return int(cache.incr(key))
    except ValueError:  # it ended between the two
        return 1
