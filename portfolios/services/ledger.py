"""The ledger of sales: entered, reversed, never deleted (GAT-18, O-66)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from clients.company_links import companies_of
from clients.models import Client
from portfolios import scoring
from portfolios.enums import SaleKind
from portfolios.following import follow_sales
from portfolios.models import Portfolio, Sale, Typology
from tenants import audit
from tenants.binding import bound_firm, local_today
from tenants.models import Membership

CORRECTED = ("date", "amount", "kind", "portfolio", "description")
DETAILS = ("client", "typology", "date", "amount", "portfolio", "description")


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleDetails:
    """A line to enter. A refund may be given as it is said, without a sign; a negative amount alone is one."""

    client: Client
    date: date
    amount: Decimal
    typology: Typology
    portfolio: Portfolio | None = None
    kind: str = ""
    description: str = ""
    external_source: str = ""
    external_id: str = ""


@dataclass
class Refused(Exception):  # noqa: N818 (a report of what was refused, for who enters many)
    """What is wrong with which of many lines, by their place."""

    problems: dict[int, ValidationError] = field(default_factory=dict)


def enter_sale(details: SaleDetails, *, by: Membership | None, at: datetime) -> Sale:
    """Enter one line; the client's measures follow at once. Raises ValidationError under the names of the fields."""
    try:
        [sale] = enter_sales([details], by=by, at=at)
    except Refused as refused:
        raise refused.problems[0] from None
    return sale


@transaction.atomic
def enter_sales(entries: Sequence[SaleDetails], *, by: Membership | None, at: datetime) -> list[Sale]:
    """Enter many lines, all or none, in a constant number of statements. Raises Refused."""
    today = local_today(bound_firm(), at=at)
    sales, refused = [_sale(details, by=by) for details in entries], Refused()
    for place, problem in _problems(entries, sales, today=today):
        refused.problems[place] = problem
    if refused.problems:
        raise refused
    companies = companies_of(sale.client_id for sale in sales)
    for sale in sales:
        sale.company_id = companies.get(sale.client_id)
    try:
        with transaction.atomic():
            Sale.objects.bulk_create(sales)
    except IntegrityError as problem:
        taken = dict(_taken(sales))
        if not taken:
            raise
        raise Refused(taken) from problem
    concerned = sorted({sale.client_id for sale in sales})
    follow_sales(concerned, {sale.typology_id for sale in sales}, today=today)
    if len(sales) == 1:
        audit.record("sale.entered", sales[0], by=by, after=_facts(sales[0]))
    else:
        audit.record("sales.entered", None, by=by, after={"count": len(sales)})
    return sales


@transaction.atomic
def correct_sale(
    sale: Sale, values: Mapping[str, Any], *, by: Membership, at: datetime, version: int | None = None
) -> Sale:
    """Change date, amount, kind, portfolio or description; client, typology and key stay."""
    locked = _lock(sale)
    if version is not None and version != locked.version:
        raise ValidationError(_("Somebody changed this meanwhile."), code="stale")
    details = SaleDetails(**{name: getattr(locked, name) for name in DETAILS} | {"kind": locked.kind} | dict(values))
    corrected = _sale(details, by=None)
    for _place, problem in _problems([details], [corrected], today=local_today(bound_firm(), at=at)):
        raise problem
    before, after = audit.changes(locked, {name: getattr(corrected, name) for name in CORRECTED})
    if not after:
        return locked
    for name, value in after.items():
        setattr(locked, name, value)
    return _changed(locked, "sale.corrected", by=by, at=at, before=_plain(before), after=_plain(after))


@transaction.atomic
def reverse_sale(sale: Sale, *, reason: str, by: Membership, at: datetime) -> Sale:
    """The line stays and counts no more; why is said."""
    locked = _lock(sale)
    if locked.reversed_at is not None:
        return locked
    if not reason.strip():
        raise ValidationError({"reason": ValidationError(_("Say why the sale is reversed."), code="required")})
    locked.reversed_at, locked.reversed_by, locked.reversal_reason = at, by, reason.strip()
    return _changed(locked, "sale.reversed", by=by, at=at, after={"reason": locked.reversal_reason})


@transaction.atomic
def restore_sale(sale: Sale, *, by: Membership, at: datetime) -> Sale:
    """Undo of a reversal."""
    locked = _lock(sale)
    if locked.reversed_at is None:
        return locked
    before = {"reason": locked.reversal_reason}
    locked.reversed_at, locked.reversed_by, locked.reversal_reason = None, None, ""
    return _changed(locked, "sale.restored", by=by, at=at, before=before)


def _sale(details: SaleDetails, *, by: Membership | None) -> Sale:
    kind = details.kind or (SaleKind.REFUND if details.amount < 0 else SaleKind.SUBSCRIPTION)
    amount = -abs(details.amount) if kind == SaleKind.REFUND else details.amount
    return Sale(
        client=details.client,
        typology=details.typology,
        portfolio=details.portfolio,
        kind=kind,
        date=details.date,
        amount=amount,
        description=details.description.strip(),
        external_source=details.external_source,
        external_id=details.external_id,
        created_by=by,
    )


def _problems(
    entries: Sequence[SaleDetails], sales: Sequence[Sale], *, today: date
) -> Iterator[tuple[int, ValidationError]]:
    for place, (details, sale) in enumerate(zip(entries, sales, strict=True)):
        found: dict[str, Any] = dict(_faults(details, sale, today=today))
        try:
            sale.clean_fields(exclude={"firm", "client", "typology", "portfolio", "created_by", "reversed_by", *found})
        except ValidationError as refusal:
            found.update(refusal.update_error_dict({}))
        if found:
            yield place, ValidationError(found)


def _faults(details: SaleDetails, sale: Sale, *, today: date) -> Iterator[tuple[str, ValidationError]]:
    if details.date > today:
        yield "date", ValidationError(_("A sale cannot lie in the future."), code="future")
    if sale.kind != SaleKind.REFUND and details.amount < 0:
        yield "amount", ValidationError(_("Only a refund is negative."), code="negative")
    if sale.kind == SaleKind.REFUND and not details.amount:
        yield "amount", ValidationError(_("A refund has an amount."), code="zero_refund")
    if not details.typology.active:
        yield "typology", ValidationError(_("This typology is not active."), code="inactive")
    if details.portfolio is not None and details.portfolio.typology_id != details.typology.pk:
        yield "portfolio", ValidationError(_("The portfolio belongs to another typology."), code="wrong_typology")


def _taken(sales: Sequence[Sale]) -> Iterator[tuple[int, ValidationError]]:
    """Which of the lines carry an external id that another line has."""
    keys = [(sale.external_source, sale.external_id) for sale in sales]
    named = Sale.objects.filter(external_id__in=[key for _source, key in keys if key])
    stored = set(named.values_list("external_source", "external_id"))
    for place, key in enumerate(keys):
        if key[1] and (key in stored or key in keys[:place]):
            refused = ValidationError(_("This external id is taken."), code="external_id_taken")
            yield place, ValidationError({"external_id": refused})


def _lock(sale: Sale) -> Sale:
    locked: Sale = Sale.objects.select_for_update(of=("self",)).get(pk=sale.pk)
    return locked


def _changed(
    sale: Sale,
    action: str,
    *,
    by: Membership,
    at: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Sale:
    sale.version += 1
    sale.save()
    scoring.score_clients([sale.client_id], today=local_today(bound_firm(), at=at))
    audit.record(action, sale, by=by, before=before, after=after)
    return sale


def _plain(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


def _facts(sale: Sale) -> dict[str, str]:
    return {"client": str(sale.client), "date": str(sale.date), "amount": str(sale.amount), "kind": sale.kind}
