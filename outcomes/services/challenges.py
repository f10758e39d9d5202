"""Challenges (Sfide): made, changed, deleted by whoever configures (O-36)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from outcomes.models import Challenge, ChallengeMember
from tenants import audit
from tenants.models import Membership, Removal
from tenants.services import remove


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeDetails:
    """What a challenge says; no participant means that everybody takes part."""

    name: str
    starts_on: date
    ends_on: date
    target: int
    prize: str = ""
    participants: Sequence[Membership] = ()


@transaction.atomic
def save_challenge(
    challenge: Challenge | None, details: ChallengeDetails, *, by: Membership | None, version: int | None = None
) -> Challenge:
    """A new one, or another state of one that exists; its ranking follows at once."""
    row = _locked(challenge, version) if challenge else Challenge(created_by=by)
    _check(details, row)
    before = _facts(row) if challenge else {}
    row.name, row.prize, row.target = details.name.strip(), details.prize, details.target
    row.starts_on, row.ends_on = details.starts_on, details.ends_on
    row.for_everybody = not details.participants
    row.clean_fields(exclude={"firm", "created_by"})
    row.version = row.version + 1 if challenge else 1
    row.save()
    _write_participants(row, details.participants)
    action = "challenge.changed" if challenge else "challenge.created"
    audit.record(action, row, by=by, before=before, after=_facts(row))
    return row


@transaction.atomic
def delete_challenge(challenge: Challenge, *, by: Membership) -> Removal:
    """Points are in the ledger: nothing is lost with it."""
    audit.record("challenge.deleted", challenge, by=by, before=_facts(challenge))
    return remove(challenge, by=by)


def _write_participants(challenge: Challenge, members: Sequence[Membership]) -> None:
    wanted = {member.pk for member in members}
    challenge.entrants.exclude(member_id__in=wanted).delete()
    known = set(challenge.entrants.values_list("member_id", flat=True))
    ChallengeMember.objects.bulk_create(
        [ChallengeMember(challenge=challenge, member_id=pk) for pk in sorted(wanted - known)]
    )


def _check(details: ChallengeDetails, row: Challenge) -> None:
    if details.ends_on < details.starts_on:
        refusal = ValidationError(_("The end must not come before the beginning."), code="ends_early")
        raise ValidationError({"ends_on": refusal})
    if Challenge.objects.exclude(pk=row.pk).filter(name__iexact=details.name.strip()).exists():
        raise ValidationError({"name": ValidationError(_("Another challenge has this name."), code="name_taken")})


def _locked(challenge: Challenge, version: int | None) -> Challenge:
    locked: Challenge = Challenge.objects.select_for_update().get(pk=challenge.pk)
    if version is not None and locked.version != version:
        raise ValidationError(_("Somebody has changed this challenge in the meantime."), code="stale")
    return locked


def _facts(row: Challenge) -> dict[str, Any]:
    return {
        "name": row.name,
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat(),
        "target": row.target,
        "prize": row.prize,
        "for_everybody": row.for_everybody,
    }
