"""The default cache: Redis, and a table of the database while Redis is away.

Log-in and its rate limits stand on the cache; without Redis they must neither fail nor open the door (proof.md).
"""

from __future__ import annotations

import logging
import time
from typing import Any, ClassVar

from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from tenants.models import CacheEntry

logger = logging.getLogger(__name__)

RETRY_AFTER = 5.0


class DegradingCache(BaseCache):
    """Asks Redis; after a failure asks the table, and Redis again a few seconds later."""

    # Shared by the threads of the process: each has a cache object of its own.
    away_until: ClassVar[float] = 0.0

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._redis = RedisCache(server, dict(params))
        # Django counts the rows at each write and culls above this number.
        self._table = DatabaseCache(CacheEntry._meta.db_table, {**params, "OPTIONS": {"MAX_ENTRIES": 20_000}})

    def _ask(self, operation: str, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= DegradingCache.away_until:
            try:
                self._try_again()
                return getattr(self._redis, operation)(*args, **kwargs)
            except RedisError as problem:
                DegradingCache.away_until = time.monotonic() + RETRY_AFTER
                logger.warning("Redis is away, the cache falls back on the database: %s", problem)
        return getattr(self._table, operation)(*args, **kwargs)

    def _try_again(self) -> None:
        """Redis is back when it takes a write: one that is full still answers what was counted before it was."""
        if DegradingCache.away_until:
            self._redis.set("cache:back", 1, timeout=60)
            DegradingCache.away_until = 0.0

    def add(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("add", *args, **kwargs)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("get", *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("set", *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("touch", *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("delete", *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("has_key", *args, **kwargs)

    def incr(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("incr", *args, **kwargs)

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("get_many", *args, **kwargs)

    def set_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("set_many", *args, **kwargs)

    def delete_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("delete_many", *args, **kwargs)

    def clear(self) -> Any:
        return self._ask("clear")
