"""Mappings that a firm keeps for the next file of the same kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clients.imports import kinds
from clients.imports.kinds import CLIENTS, ImportKind
from clients.models import ImportJob, SavedMapping
from tenants import audit
from tenants.models import Membership

# What belongs to one file and not to its kind.
OF_ONE_FILE = frozenset({"sheet"})


def save_mapping(
    name: str, document: Mapping[str, Any], *, by: Membership | None, kind: ImportKind = CLIENTS
) -> SavedMapping:
    """Keep the mapping under its name; one of that name is replaced, unless it is of another kind of rows."""
    former = SavedMapping.objects.filter(name=name).first()
    if former is not None and not fits(former, kind):
        raise ValidationError(_("This name is taken by a mapping of another kind."), code="name_taken")
    kept = {part: value for part, value in document.items() if part not in OF_ONE_FILE}
    saved: SavedMapping
    saved, created = SavedMapping.objects.update_or_create(name=name, defaults={"mapping": kept, "by": by})
    after = {"name": name, "mapping": kept}
    if created or former is None:
        audit.record("savedmapping.created", saved, by=by, after=after)
    else:
        before = {"name": name, "mapping": former.mapping}
        audit.record("savedmapping.changed", saved, by=by, before=before, after=after)
    return saved


def fits(saved: SavedMapping, kind: ImportKind) -> bool:
    """Whether it speaks of rows of this kind."""
    return set(saved.mapping["columns"].values()) <= kind.steps.mapping.offered().keys()


def offered_for(job: ImportJob) -> list[SavedMapping]:
    """The kept mappings of files of the same kind."""
    return [saved for saved in SavedMapping.objects.order_by("name") if fits(saved, kinds.of(job))]


def best_for(job: ImportJob) -> SavedMapping | None:
    """The kept mapping most of whose columns the file has; none if it has not even half of them."""
    header = set(job.layout["header"])
    rated = [(len(header & set(saved.mapping["columns"])), saved) for saved in offered_for(job)]
    fitting = [(hits, saved) for hits, saved in rated if hits and 2 * hits >= len(saved.mapping["columns"])]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None
