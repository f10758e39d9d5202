"""Two entries of one client made one, and that taken back exactly.

The merged client stays as a row without a page of his own: old addresses lead to the survivor, external ids go on
resolving. Nothing is deleted; what is written is noted in ``ClientMerge``, row by row.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext_lazy as _

from clients import ledgers, merging, queries, search
from clients.changes import mark_changed
from clients.cleaning import display_name
from clients.enums import ClientState, StatusCause
from clients.holdings import Holding, OnMerge, holdings
from clients.merging import Side
from clients.models import Client, ClientMerge, NotDuplicate, Profile, StatusChange
from clients.services.records import NAMES
from clients.signals import clients_changed
from tenants import audit
from tenants.binding import bound_firm, local_today
from tenants.models import Membership

# What a merge changes besides the facts that were chosen: whoever computes from a client's rows computes anew.
ALWAYS = frozenset({"merged", "state", "groups", "labels", "email", "phone"})
HISTORY = "clients.statuschange.client"


@transaction.atomic
def merge_clients(
    survivor: Client, other: Client, sides: Mapping[str, Side], *, by: Membership | None, at: datetime
) -> ClientMerge:
    """Make ``survivor`` and ``other`` one; ``sides`` says of each fact that differs whose value stays."""
    survivor, other = _locked(survivor.pk, other.pk)
    check_merge(survivor, other)
    merge = ClientMerge(survivor=survivor, merged=other, at=at, by=by, former_state=other.state)
    merge.remembered = _remembered([survivor.pk, other.pk])
    changed = _take_over(merge, survivor, other, sides)
    owners = _carry(merge, survivor, other, at=at)
    _leave(other, survivor, at=at)
    merge.save(force_insert=True)
    _refuse_circle(survivor)
    before, after = _taken(merge)
    audit.record("client.merged", survivor, by=by, before=before, after={**after, "client": other.pk})
    state = {"state": ClientState.ARCHIVED.value, "client": survivor.pk}
    audit.record("client.merged_away", other, by=by, before={"state": merge.former_state}, after=state)
    _announce([survivor.pk, other.pk], owners, changed)
    return merge


@transaction.atomic
def undo_merge(merge: ClientMerge, *, by: Membership | None, at: datetime) -> list[str]:
    """Make them two again. Returns the names of the facts that somebody has changed since: they stay as they are."""
    merge = ClientMerge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    survivor, other = _locked(merge.survivor_id, merge.merged_id)
    if merge.undone_at is not None or other.merged_into_id != survivor.pk:
        raise ValidationError(_("This merge has been undone already, or another one followed it."), code="undone")
    if survivor.merged_into_id is not None or survivor.erased_at is not None:
        raise ValidationError(_("The client is no longer there."), code="gone")
    owners = _bring_back(merge, survivor, other, at=at)
    kept, changed = _give_back(merge, survivor)
    Client.objects.filter(pk=other.pk).update(
        merged_into=None, state=merge.former_state, version=F("version") + 1, updated_at=at
    )
    merge.undone_at, merge.undone_by = at, by
    merge.save(update_fields=["undone_at", "undone_by"])
    had, taken = _taken(merge)
    before = {name: value for name, value in taken.items() if name not in kept}
    after = {name: had[name] for name in before}
    audit.record(
        "client.merge_undone", survivor, by=by, before=before, after={**after, "client": other.pk, "kept": kept}
    )
    _announce([survivor.pk, other.pk], owners, changed)
    for name, remembered in merge.remembered.items():
        recall = holdings()[name].recall if name in holdings() else None
        if recall is not None:
            recall(remembered)
    return kept


@transaction.atomic
def keep_apart(first: Client, second: Client, *, by: Membership | None, at: datetime) -> None:
    """They are two: the report does not name the pair again."""
    low, high = sorted((first.pk, second.pk))
    if low == high:
        raise ValidationError(_("This is the same client."), code="same_client")
    NotDuplicate.objects.get_or_create(first_id=low, second_id=high, defaults={"by": by, "at": at})
    audit.record("client.kept_apart", first, by=by, after={"client": second.pk})


@transaction.atomic
def forget_apart(first: Client, second: Client, *, by: Membership | None) -> None:
    """The decision was wrong: the pair may be named again."""
    low, high = sorted((first.pk, second.pk))
    if NotDuplicate.objects.filter(first_id=low, second_id=high).delete()[0]:
        audit.record("client.no_longer_apart", first, by=by, after={"client": second.pk})


def _locked(survivor_id: int, other_id: int) -> tuple[Client, Client]:
    """Both rows, locked in one order, with their records."""
    rows = queries.with_record(Client.objects.filter(pk__in=(survivor_id, other_id)))
    found = {client.pk: client for client in rows.order_by("pk").select_for_update(of=("self",))}
    return found[survivor_id], found[other_id]


def check_merge(survivor: Client, other: Client) -> None:
    """Refuse what cannot be one: himself, another kind, somebody who is gone."""
    if survivor.pk == other.pk:
        raise ValidationError({"other": ValidationError(_("This is the same client."), code="same_client")})
    if survivor.kind != other.kind:
        refused = ValidationError(_("A person and a company cannot be merged."), code="other_kind")
        raise ValidationError({"other": refused})
    if any(client.merged_into_id or client.erased_at for client in (survivor, other)):
        raise ValidationError({"other": ValidationError(_("The client is no longer there."), code="gone")})


def _take_over(merge: ClientMerge, survivor: Client, other: Client, sides: Mapping[str, Side]) -> set[str]:
    """Write the chosen facts into the survivor's record; which ones changed."""
    changed: set[str] = set()
    for model, column, before, after in merging.chosen_values(survivor, other, sides):
        setattr(merging.row_of(survivor, model), column, after)
        merge.values.setdefault(str(model._meta.model_name), {})[column] = [_plain(before), _plain(after)]
        changed.add(column.removesuffix("_id"))
    if changed & NAMES:
        before = survivor.name
        survivor.name = display_name(survivor)
        merge.values["client"]["name"] = [before, survivor.name]
    if "status" in changed:
        [from_status, _to] = merge.values["client"]["status_id"]
        note = StatusChange(client=survivor, from_status_id=from_status, to_status_id=survivor.status_id)
        note.at, note.by, note.cause = merge.at, merge.by, StatusCause.MERGE
        note.save(force_insert=True)
        merge.made[HISTORY] = [note.pk]
    survivor.version += 1
    survivor.save()
    survivor.profile.save()
    return changed


def _taken(merge: ClientMerge) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the survivor had and has of each fact that was taken over, references by what they are called."""
    before, after = {}, {}
    for model, values in merge.values.items():
        for column, pair in values.items():
            field = apps.get_model("clients", model)._meta.get_field(column.removesuffix("_id"))
            before[field.name], after[field.name] = _called(field, pair)
    return before, after


def _called(field: Any, pair: list[Any]) -> list[Any]:
    if field.related_model is None:
        return pair
    names = {row.pk: str(row) for row in field.related_model.objects.filter(pk__in=[pk for pk in pair if pk])}
    return [names.get(pk, "") for pk in pair]


def _carry(merge: ClientMerge, survivor: Client, other: Client, *, at: datetime) -> set[int]:
    """Everything that hangs on ``other`` goes over; whose facts change by that."""
    owners: set[int] = set()
    for holding in holdings().values():
        if holding.on_merge == OnMerge.MOVE:
            keys = [row.pk for row in merging.going(holding, survivor, other)]
            _repoint(holding, keys, survivor.pk, at=at)
            if keys:
                merge.moved[holding.name] = keys
            owners |= set(keys) if holding.model is Profile else set()
        elif holding.on_merge == OnMerge.COPY:
            made = _copy(holding, merging.going(holding, survivor, other), survivor)
            if made:
                merge.made[holding.name] = made
    return owners


def _repoint(holding: Holding, keys: Iterable[int], to: int, *, at: datetime) -> list[int]:
    """Let the rows name another client, in one statement; a row with a version is of a new one."""
    rows = holding.model.objects.filter(pk__in=keys)
    names = {field.name for field in holding.model._meta.concrete_fields}
    stamps: dict[str, Any] = {}
    if "version" in names:
        stamps["version"] = F("version") + 1
    if "updated_at" in names:
        stamps["updated_at"] = at
    there = list(rows.values_list("pk", flat=True))
    rows.update(**{holding.column: to, **stamps})
    return there


def _copy(holding: Holding, rows: list[Any], survivor: Client) -> list[int]:
    """Copies for the survivor, after what he has of the kind."""
    model = holding.model
    own = model.objects.filter(**{holding.column: survivor.pk})
    names = {field.name for field in model._meta.concrete_fields}
    last = (own.aggregate(last=Max("position"))["last"] or 0) if "position" in names else 0
    has_chosen = "for_communications" in names and own.filter(for_communications=True).exists()
    for place, row in enumerate(rows, start=last + 1):
        row.pk, row._state.adding = None, True
        setattr(row, holding.column, survivor.pk)
        if "position" in names:
            row.position = place
        if has_chosen:
            row.for_communications = False
    return [row.pk for row in model.objects.bulk_create(rows)]


def _leave(other: Client, survivor: Client, *, at: datetime) -> None:
    """The merged client is served no more; who was merged into him before is now the survivor's (a moved row)."""
    Client.objects.filter(pk=other.pk).update(
        merged_into=survivor, state=ClientState.ARCHIVED, version=F("version") + 1, updated_at=at
    )


def _bring_back(merge: ClientMerge, survivor: Client, other: Client, *, at: datetime) -> set[int]:
    """Rows that are still the survivor's go back, copies that are still there are removed."""
    owners: set[int] = set()
    for name, keys in merge.moved.items():
        holding = holdings()[name]
        still = holding.model.objects.filter(pk__in=keys, **{holding.column: survivor.pk}).values_list("pk", flat=True)
        back = _repoint(holding, list(still), other.pk, at=at)
        owners |= set(back) if holding.model is Profile else set()
    for name, keys in merge.made.items():
        holding = holdings()[name]
        holding.model.objects.filter(pk__in=keys, **{holding.column: survivor.pk}).delete()
    return owners


def _give_back(merge: ClientMerge, survivor: Client) -> tuple[list[str], set[str]]:
    """What the survivor took over is as before, unless it was changed since: the names of both."""
    kept: list[str] = []
    changed: set[str] = set()
    for model, row in ((Client, survivor), (Profile, survivor.profile)):
        for column, (before, after) in merge.values.get(str(model._meta.model_name), {}).items():
            field: Any = next(field for field in model._meta.concrete_fields if field.attname == column)
            if _plain(getattr(row, column)) == after:
                setattr(row, column, field.to_python(before))
                changed.add(field.name)
            elif field.name != "name":
                kept.append(field.name)
    survivor.name = display_name(survivor)
    survivor.version += 1
    survivor.save()
    survivor.profile.save()
    return sorted(kept), changed


def _refuse_circle(survivor: Client) -> None:
    """Of two companies one may stand above the other: as one they would stand above themselves."""
    above = queries.companies_above(survivor)
    if survivor.pk in {company.pk for company in above}:
        refused = ValidationError(_("One of the two companies stands above the other."), code="circle")
        raise ValidationError({"other": refused})


def _remembered(client_ids: list[int]) -> dict[str, Any]:
    known = holdings().values()
    return {holding.name: holding.remember(client_ids) for holding in known if holding.remember is not None}


def _announce(pair: list[int], owners: set[int], changed: set[str]) -> None:
    if changed & NAMES:
        search.index_names(pair[:1])
    mark_changed([*pair, *owners])
    if owners:
        ledgers.follow_companies(sorted(owners), today=local_today(bound_firm()))
        clients_changed.send(Client, client_ids=sorted(owners), changed=frozenset({"company"}))
    clients_changed.send(Client, client_ids=pair, changed=ALWAYS | changed)


def _plain(value: Any) -> Any:
    """As the database keeps it in JSON."""
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))
