"""Which models the feed follows, and what it has to know of a row. Filled by the composition when it is ready."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from django.db import models
from django.db.models.deletion import get_candidate_relations_to_delete
from django.db.models.signals import post_delete, post_save

# Written along with every change: they alone make none.
STAMPS = frozenset({"updated_at", "version"})


@dataclass(frozen=True)
class Followed:
    """How rows of one model are told of."""

    resource: str
    # Where one model is several resources: the column that decides, and which value is which.
    kind: str = ""
    resources: Mapping[str, str] = field(default_factory=dict)
    # The row is no longer on offer once one of these columns has a value.
    gone: tuple[str, ...] = ()
    # The members who see the row because these columns name them.
    people: tuple[str, ...] = ()
    # The row hangs on a client: whoever sees him sees it.
    client: str = ""
    # The row is a part of another one, which this column names: whatever happens to it, that one was changed.
    part_of: str = ""
    # Columns that no caller of the API reads.
    silent: frozenset[str] = frozenset()

    @property
    def columns(self) -> tuple[str, ...]:
        """What has to be known of a row beside its key."""
        return tuple(name for name in (self.kind, self.client, *self.gone, *self.people) if name)

    def is_silent(self, written: frozenset[str]) -> bool:
        return bool(self.silent) and written <= self.silent | STAMPS

    def resource_of(self, row: Mapping[str, Any]) -> str:
        return self.resources[row[self.kind]] if self.kind else self.resource

    def is_gone(self, row: Mapping[str, Any]) -> bool:
        return any(row[name] is not None for name in self.gone)

    def people_of(self, row: Mapping[str, Any]) -> frozenset[int]:
        return frozenset(row[name] for name in self.people if row[name] is not None)


_followed: dict[type[models.Model], Followed] = {}


def follow(model: type[models.Model], how: Followed) -> None:
    """Tell of every row of ``model`` from now on."""
    from tenants.feed import notes  # noqa: PLC0415 - it asks this registry

    _followed[model] = how
    post_save.connect(notes.on_save, sender=model, dispatch_uid="feed")
    if not goes_alone(model):
        post_delete.connect(notes.on_delete, sender=model, dispatch_uid="feed")


def goes_alone(model: type[models.Model]) -> bool:
    """Whether nothing hangs on its rows: Django removes them unread then, as long as nobody listens."""
    relations: Any = get_candidate_relations_to_delete(model._meta)
    return all(each.field.remote_field.on_delete is models.DO_NOTHING for each in relations)


def followed() -> Mapping[type[models.Model], Followed]:
    return MappingProxyType(_followed)


def followed_resources() -> frozenset[str]:
    """The resources that the feed tells of."""
    return frozenset(name for how in _followed.values() for name in (how.resources.values() or [how.resource]))


def how_followed(model: type[models.Model]) -> Followed | None:
    return _followed.get(model)
