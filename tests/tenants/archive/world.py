"""A firm in which everything has happened once, and the comparison of two firms row by row."""

import io
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.utils import timezone

from clients import services as client_services
from clients.models import Client, ClientLabel, Label
from clients.services.notes import NoteContent
from crm.demo.firms import DemoFirm, _create
from crm.nightly import run_now
from groups import services as group_services
from groups.services import GroupDetails
from groups.services.views import ViewDetails, create_view
from tenants import services
from tenants.archive.contents import left_out
from tenants.binding import use_firm
from tenants.enums import Role
from tenants.models import Firm, FirmOwned, Membership

# Below this a number in a document may be anything; above it is an id, since every sequence begins here.
IDS_FROM = 20_000
# What the firm still had to send is sent where it was written, not by the copy.
GIVEN_UP = {("pending", "cancelled"), ("sending", "cancelled")}
FILE = b"%PDF-1.7 contratto"


def lived_in(slug: str = "vissuta") -> Firm:
    """A firm with clients, groups, a night, sales, outcomes, mails, an attachment, a merge, an edit, a vista."""
    _begin_ids()
    now = timezone.now()
    people = (
        (f"ada@{slug}.example", "Ada Ferri", Role.ADMIN),
        (f"alice@{slug}.example", "Alice Conti", Role.ADVISOR),
        (f"bob@{slug}.example", "Roberto Riva", Role.OPERATOR),
    )
    firm = _create(DemoFirm("Studio Vissuta", slug, people, persons=38, companies=2, dice=7), at=now)
    with use_firm(firm):
        _tell_more(Membership.objects.order_by("id")[0], at=now)
    run_now(firm.pk, None, at=timezone.now())
    return firm


def _tell_more(ada: Membership, *, at: datetime) -> None:
    first, second, third = Client.objects.filter(kind="person").order_by("id")[:3]
    note = client_services.create_note(first, NoteContent(title="Contratto", text="In allegato."), by=ada, at=at)
    client_services.attach(note, io.BytesIO(FILE), name="contratto.pdf", by=ada)
    label = Label.objects.create(name="Socio")
    ClientLabel.objects.create(client=first, label=label)
    document = {"any": [{"field": "labels", "op": "has_label", "value": label.pk}, _of(ada)]}
    group = group_services.create_group(GroupDetails(name="Soci", filter=document), by=ada, at=at)
    create_view(ViewDetails(name="Solo soci", filter=_of(ada), parameters={"group": str(group.pk)}), by=ada)
    client_services.merge_clients(second, third, {}, by=ada, at=at)
    services.create_token(ada, name="Gestionale", scopes=["read"], by=ada)


def _of(member: Membership) -> dict[str, Any]:
    return {"field": "advisor", "op": "in", "value": [member.pk]}


def _begin_ids() -> None:
    with connection.cursor() as cursor:
        for model in owned():
            if isinstance(model._meta.pk, models.BigAutoField):
                cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [model._meta.db_table])
                missing = IDS_FROM - cursor.fetchone()[0]
                cursor.execute(
                    "SELECT count(nextval(pg_get_serial_sequence(%s, 'id'))) FROM generate_series(1, %s)",
                    [model._meta.db_table, missing],
                )


def owned() -> list[Any]:
    return [model for model in apps.get_models() if issubclass(model, FirmOwned)]


def archived() -> list[Any]:
    return [model for model in owned() if model._meta.label not in left_out()]


def rows_of(firm: Firm, model: Any) -> list[dict[str, Any]]:
    """Every row, in the order in which it came; what has no id, in the order of what it says."""
    with use_firm(firm):
        rows = model.objects.values(*[field.attname for field in model._meta.concrete_fields if field.name != "firm"])
        keys = [field.attname for field in model._meta.pk_fields if field.name != "firm"]
        return [{name: value for name, value in row.items() if name != "pk"} for row in rows.order_by(*keys)]


def pairs_of(first: Firm, second: Firm) -> dict[str, dict[int, int]]:
    """For each table the ids of the second firm by those of the first: ids keep their order."""
    pairs = {}
    for model in archived():
        if isinstance(model._meta.pk, models.BigAutoField):
            both = [[row["id"] for row in rows_of(firm, model)] for firm in (first, second)]
            pairs[model._meta.label] = dict(zip(*both, strict=False))
    return pairs


def differences(one: Any, other: Any, same: set[tuple[int, int]], path: str = "") -> Iterator[str]:
    """Where two documents differ, ids of one row in each of the two firms apart."""
    if isinstance(one, dict) and isinstance(other, dict) and len(one) == len(other):
        names = zip(sorted(one, key=str), sorted(other, key=str), strict=True)
        for name, mapped in names:
            if not _names_the_same(name, mapped, same):
                yield f"{path}.{name}: {mapped}"
            yield from differences(one[name], other[mapped], same, f"{path}.{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (part, its) in enumerate(zip(one, other, strict=True)):
            yield from differences(part, its, same, f"{path}[{place}]")
    elif not _is_same(one, other, same):
        yield f"{path}: {one!r:.200} is {other!r:.200}"


def _is_same(one: Any, other: Any, same: set[tuple[int, int]]) -> bool:
    """The same value, or the ids of one row in the two firms; the same id in both would be the first firm's."""
    if (one, other) in GIVEN_UP:
        return True
    if isinstance(one, str) and isinstance(other, str):
        return _names_the_same(one, other, same)
    if isinstance(one, bool) or not isinstance(one, int) or not isinstance(other, int):
        return bool(one == other)
    return one < IDS_FROM if one == other else (one, other) in same


def _names_the_same(one: str, other: str, same: set[tuple[int, int]]) -> bool:
    """The same text, or with the ids of one row in each: ``pair-5-7`` in a drawing, the field ``activity.5.status``."""
    parts, its = re.split(r"([0-9]+)", one), re.split(r"([0-9]+)", other)
    return len(parts) == len(its) and all(
        a == b or (a.isdecimal() and b.isdecimal() and (int(a), int(b)) in same)
        for a, b in zip(parts, its, strict=True)
    )
