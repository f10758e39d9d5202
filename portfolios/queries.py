"""Reading portfolios."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Count, Q, QuerySet, Subquery

from clients.models import Client
from clients.queries import of_found_clients
from clients.visibility import of_visible_clients
from groups.models import Group
from portfolios.enums import HandoverAction, PlannedState, SubjectKind
from portfolios.models import Link, PlannedHandover, Portfolio, Sale, Subject, Typology
from tenants.binding import forget, remembered
from tenants.models import Membership
from tenants.permissions import Permission

Kept = TypeVar("Kept", Portfolio, Subject)
SETTING, ACTIVE = "portfolios.setting", "portfolios.active"
LOOKS = "portfolios.looks"
MOST_SETTLED = 10
# What has been deleted since.
UNKNOWN = "–"
LEDGER = {
    "client": "client",
    "kind": "kind",
    "typology": "typology",
    "portfolio": "portfolio",
    "since": "date__gte",
    "until": "date__lte",
}


def typologies() -> QuerySet[Typology]:
    """All ten, in order."""
    return Typology.objects.order_by("position")


def counted_typologies() -> QuerySet[Typology]:
    """All ten, each with the number of its portfolios that are in use."""
    return typologies().annotate(portfolio_count=Count("portfolios", filter=Q(portfolios__active=True)))


def counted_portfolios(typology: Typology) -> list[tuple[Portfolio, int]]:
    """The portfolios of a typology, each with the number of clients who are in it today."""
    rows = Portfolio.objects.filter(typology=typology).order_by("position", "id")
    if typology.position == 1:
        return _with_numbers(rows, Client.objects.values_list("main_portfolio").annotate(Count("pk")))
    links = Link.objects.filter(typology=typology, until=None)
    return _with_numbers(rows, links.values_list("portfolio").annotate(Count("client")))


def counted_subjects(*, search: str = "", kind: str = "") -> list[tuple[Subject, int]]:
    """The register, each with the number of clients beside whom he stands today, in whatever typology."""
    rows: QuerySet[Subject] = Subject.objects.select_related("member").order_by("-active", "kind", "name", "id")
    if kind:
        rows = rows.filter(kind=kind)
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(code__icontains=search))
    in_force = Link.objects.filter(until=None)
    slots = [kind] if kind else SubjectKind.values
    return _with_numbers(rows, *(in_force.values_list(slot).annotate(Count("client", distinct=True)) for slot in slots))


def _with_numbers(rows: QuerySet[Kept], *counted: QuerySet[Any]) -> list[tuple[Kept, int]]:
    """Each row with the number that one of the statements has for it."""
    numbers: dict[int, int] = {}
    for pairs in counted:
        numbers |= dict(pairs.order_by())
    return [(row, numbers.get(row.pk, 0)) for row in rows]


def visible_sales(member: Membership) -> QuerySet[Sale]:
    """The ledger of the clients whom the member sees."""
    sales: QuerySet[Sale] = Sale.objects.filter(of_visible_clients(member)).select_related("typology")
    return sales


def ledger(member: Membership, wanted: Mapping[str, Any]) -> QuerySet[Sale]:
    """The lines that fit: of a client, a kind, a typology, a portfolio, a period, standing or reversed."""
    rows = visible_sales(member).select_related("client", "portfolio", "typology", "import_job", "reversed_by")
    if wanted.get("search"):
        rows = rows.filter(of_found_clients(member, wanted["search"]))
    for name, lookup in LEDGER.items():
        if wanted.get(name):
            rows = rows.filter(**{lookup: wanted[name]})
    if wanted.get("state"):
        rows = rows.filter(reversed_at__isnull=wanted["state"] == "standing")
    return rows


def planned_handovers(member: Membership) -> QuerySet[PlannedHandover]:
    """A member's own; whoever may read the audit trail sees everybody's."""
    rows: QuerySet[PlannedHandover] = PlannedHandover.objects.select_related("by", "job")
    return rows if member.can(Permission.VIEW_AUDIT) else rows.filter(by=member)


@dataclass(frozen=True)
class ToldHandover:
    """A planned handover with the names of what it speaks of."""

    planned: PlannedHandover
    former: str
    to: str
    typology: str
    group: str


def told_handovers(member: Membership) -> list[ToldHandover]:
    """What waits, soonest first, then the last that were settled; in a constant number of statements."""
    rows = planned_handovers(member)
    waiting = list(rows.filter(state=PlannedState.WAITING).order_by("on", "pk"))
    settled = list(rows.exclude(state=PlannedState.WAITING).order_by("-settled_at", "-pk")[:MOST_SETTLED])
    found = [*waiting, *settled]
    names = {model: _names_of(model, found) for model in (Portfolio, Subject, Typology, Group)}
    return [_told(planned, names) for planned in found]


def handovers_of(portfolio: Portfolio) -> list[PlannedHandover]:
    """What is planned for the clients of a portfolio."""
    waiting = PlannedHandover.objects.filter(state=PlannedState.WAITING, action=HandoverAction.PORTFOLIO)
    return list(waiting.filter(argument__former=portfolio.pk).order_by("on", "pk"))


def _told(planned: PlannedHandover, names: Mapping[Any, Mapping[int, str]]) -> ToldHandover:
    said = planned.argument
    kept = names[Portfolio if planned.action == HandoverAction.PORTFOLIO else Subject]
    return ToldHandover(
        planned,
        former=kept.get(said.get("former"), UNKNOWN),
        to=kept.get(said.get("to"), UNKNOWN),
        typology=names[Typology].get(said.get("typology"), ""),
        group=names[Group].get(said["group"], UNKNOWN) if said.get("group") else "",
    )


def _names_of(model: Any, found: Iterable[PlannedHandover]) -> dict[int, str]:
    """Of every row that one of the handovers may mean."""
    ids = {value for planned in found for value in planned.argument.values() if isinstance(value, int)}
    return dict(model.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def links_of(client: Client) -> QuerySet[Link]:
    """The client's places in all typologies, now and before."""
    links: QuerySet[Link] = Link.objects.filter(client=client).select_related("typology")
    return links


@dataclass(frozen=True)
class Setting:
    """What every change of a client asks of the firm."""

    default_portfolio_id: int
    # The positions of the active typologies that are computed from sales.
    automatic: tuple[int, ...]


def setting() -> Setting:
    """Read in one statement, once for each time that the firm is bound."""
    return remembered(SETTING, _read_setting)


def tone_of(field: str, level: int | None) -> tuple[str, int]:
    """The colour of a level in a list, and its scale; ``field`` is the catalogue's ``portfolio.<n>.…``."""
    found = remembered(LOOKS, lambda: {row.position: row for row in typologies()})
    typology = found[int(field.split(".")[1])]
    return typology.tone(level), typology.scale


def default_portfolio_id() -> int:
    """What a client gets for whom no portfolio is named (O-63)."""
    return setting().default_portfolio_id


def active_typologies() -> list[Typology]:
    """In order; read once for each time that the firm is bound."""
    return remembered(ACTIVE, lambda: list(typologies().filter(active=True)))


def forget_setting() -> None:
    """Called by who changes it."""
    forget(SETTING)
    forget(ACTIVE)


def _read_setting() -> Setting:
    default = Portfolio.objects.filter(is_default=True).values("pk")
    rows = Typology.objects.filter(Q(position=1) | Q(active=True, is_automatic=True)).order_by("position")
    found = list(rows.annotate(default=Subquery(default[:1])).values_list("position", "is_automatic", "default"))
    if not found or found[0][2] is None:
        raise Portfolio.DoesNotExist("The firm has no default portfolio: its defaults were not loaded.")
    return Setting(found[0][2], tuple(position for position, automatic, _default in found if automatic))
