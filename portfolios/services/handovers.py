"""Many clients move to another portfolio or subject at once, from a day on, and back (GAT-04, O-62).

The same that ``set_link`` does for one client, in a number of statements that does not depend on how many they are.
What held before stays as history: the link in force ends the day before, and its successor begins.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from clients.models import Client
from clients.services import batches
from portfolios.models import Link, Portfolio, Subject, Typology
from portfolios.services.links import PARTS
from tenants.models import Membership

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Move:
    """From ``on`` the slot holds ``to``; with ``former`` only where that holds it now."""

    slot: str
    to: int | None
    typologies: Sequence[Typology]
    on: date
    former: int | None = None


@dataclass(slots=True)
class _Step:
    """One client in one typology: the link that holds now, the one before it, and whether that was made by us."""

    link: Link
    was: int | None
    ended: Link | None = None
    is_new_history: bool = False

    def kept(self) -> list[Any]:
        return [self.link.pk, self.ended.pk if self.ended else None, self.is_new_history, self.was]


def move_links(clients: QuerySet[Client], move: Move, *, by: Membership, at: datetime) -> dict[int, Any]:
    """Move those whom it concerns; for each what the way back needs."""
    found = list(clients.order_by("pk").select_for_update(of=("self",)))
    before: dict[int, list[Any]] = {}
    for typology in move.typologies:
        steps = _steps(found, typology, move, by=by)
        _write(list(steps.values()))
        if _is_main(typology, move.slot):
            batches.touch(list(steps), at=at, main_portfolio_id=move.to)
        for pk, step in steps.items():
            before.setdefault(pk, []).append([typology.pk, *step.kept()])
    _announce(before, move.slot)
    return before


def move_back(before: Mapping[int, Any], slot: str, to: int | None, *, at: datetime) -> list[int]:
    """Take it back wherever the slot still holds what it was given, and nothing has followed."""
    entries = {entry[1]: (pk, entry) for pk, own in before.items() for entry in own or ()}
    held = {f"{slot}_id": to} if to is not None else {f"{slot}__isnull": True}
    rows = Link.objects.filter(pk__in=list(entries), until=None, **held).select_related("typology")
    known = _still_known(slot, {entry[4] for _pk, entry in entries.values()})
    locked = rows.order_by("pk").select_for_update(of=("self",))
    links = [link for link in locked if entries[link.pk][1][4] in known]
    for link in links:
        setattr(link, f"{slot}_id", entries[link.pk][1][4])
    _restore(links, {pk: entry for pk, (_client, entry) in entries.items()}, slot)
    mains = {entries[link.pk][0]: entries[link.pk][1][4] for link in links if _is_main(link.typology, slot)}
    if mains:
        batches.give_back("main_portfolio", mains, to, at=at)
    done = sorted({entries[link.pk][0] for link in links})
    _announce(done, slot)
    return done


def _steps(clients: Sequence[Client], typology: Typology, move: Move, *, by: Membership) -> dict[int, _Step]:
    """What is to be written for each client whom the move concerns, by client."""
    links = Link.objects.filter(client__in=[client.pk for client in clients], typology=typology, until=None)
    in_force = {link.client_id: link for link in links.order_by("pk").select_for_update(of=("self",))}
    steps = {}
    for client in clients:
        current = in_force.get(client.pk) or _unwritten(client, typology)
        if typology.position == 1:
            current.portfolio_id = client.main_portfolio_id
        was = getattr(current, f"{move.slot}_id")
        is_concerned = move.former is None or was == move.former
        if is_concerned and was != move.to and (current.pk is None or current.since <= move.on):
            steps[client.pk] = _step(current, move, was, by=by)
    return steps


def _unwritten(client: Client, typology: Typology) -> Link:
    """What holds for a client without a link."""
    return Link(client_id=client.pk, typology=typology, since=client.created_at.date())


def _step(current: Link, move: Move, was: int | None, *, by: Membership) -> _Step:
    is_begun = current.since < move.on
    is_history = current.pk is not None or any(_held(current))
    if current.pk is not None and not is_begun:
        setattr(current, f"{move.slot}_id", move.to)
        current.by = by
        return _Step(current, was)
    link = Link(client_id=current.client_id, typology=current.typology, since=max(move.on, current.since), by=by)
    for part in PARTS:
        setattr(link, f"{part}_id", getattr(current, f"{part}_id"))
    setattr(link, f"{move.slot}_id", move.to)
    if not (is_begun and is_history):
        return _Step(link, was)
    current.until = move.on - DAY
    return _Step(link, was, ended=current, is_new_history=current.pk is None)


def _write(steps: Sequence[_Step]) -> None:
    """First what ends, since only one link of a client and typology is in force."""
    ended = [step.ended for step in steps if step.ended is not None]
    Link.objects.bulk_update([link for link in ended if link.pk], ["until", "portfolio"])
    Link.objects.bulk_create([link for link in ended if not link.pk])
    Link.objects.bulk_update([step.link for step in steps if step.link.pk], [*PARTS, "by"])
    Link.objects.bulk_create([step.link for step in steps if not step.link.pk])


def _restore(links: Sequence[Link], entries: Mapping[int, Any], slot: str) -> None:
    """The former link holds again; where something else was changed since, both stay and only the slot goes back."""
    former_ids = [entries[link.pk][2] for link in links if entries[link.pk][2]]
    former = {link.pk: link for link in Link.objects.filter(pk__in=former_ids)}
    gone, reopened, corrected = [], [], []
    for link in links:
        ended = former.get(entries[link.pk][2])
        is_same = ended is not None and all(
            getattr(link, f"{part}_id") == getattr(ended, f"{part}_id") for part in PARTS
        )
        if ended is not None and is_same:
            gone += [link.pk, ended.pk] if entries[link.pk][3] else [link.pk]
            reopened += [] if entries[link.pk][3] else [ended.pk]
        elif ended is None and not any(_held(link)):
            gone.append(link.pk)
        else:
            corrected.append(link)
    Link.objects.filter(pk__in=gone).delete()
    Link.objects.filter(pk__in=reopened).update(until=None)
    Link.objects.bulk_update(corrected, [slot])


def _held(link: Link) -> list[int | None]:
    return [getattr(link, f"{part}_id") for part in PARTS]


def _still_known(slot: str, ids: set[int | None]) -> set[int | None]:
    """Without what was deleted since."""
    model: Any = Portfolio if slot == "portfolio" else Subject
    return {None, *model.objects.filter(pk__in={pk for pk in ids if pk}).values_list("pk", flat=True)}


def _is_main(typology: Typology, slot: str) -> bool:
    return slot == "portfolio" and typology.position == 1


def _announce(client_ids: Collection[int], slot: str) -> None:
    batches.announce(client_ids, "main_portfolio" if slot == "portfolio" else "links")
