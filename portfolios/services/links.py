"""Where a client is in a typology and who looks after him there; what was before stays as history (GAT-04, O-62)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final, TypedDict

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clients.changes import mark_changed
from clients.models import Client
from portfolios.models import Link, Portfolio, Subject, Typology
from tenants import audit
from tenants.binding import bound_firm, local_today
from tenants.models import Membership

SUBJECTS: Final = ("agent", "operator", "agency", "introducer")
PARTS: Final = ("portfolio", *SUBJECTS)


class LinkValues(TypedDict, total=False):
    """What is absent stays as it is; None leaves the slot empty."""

    portfolio: Portfolio | None
    agent: Subject | None
    operator: Subject | None
    agency: Subject | None
    introducer: Subject | None


@transaction.atomic
def set_link(client: Client, typology: Typology, values: LinkValues, *, by: Membership | None, at: datetime) -> Link:
    """Link the client from today on. Raises ValidationError under the names of the slots."""
    locked = Client.objects.select_for_update(of=("self",)).get(pk=client.pk)
    current = _current(locked, typology)
    check(typology, values, held={part: getattr(current, part) for part in PARTS})
    before, after = audit.changes(current, dict(values))
    if not after:
        return current
    link = _succeed(current, after, today=local_today(bound_firm(), at=at), by=by)
    if typology.position == 1 and "portfolio" in after:
        Client.objects.filter(pk=client.pk).update(main_portfolio=link.portfolio, updated_at=at)
    mark_changed([client.pk])
    audit.record("link.changed", client, by=by, before=_names(before), after=_names(after))
    return link


def note_main_portfolio(client: Client, former: Portfolio, *, today: date) -> None:
    """Keep the history when the record itself moved the client to another main portfolio."""
    current = _current(client, Typology.objects.get(position=1), portfolio=former)
    _succeed(current, {"portfolio": client.main_portfolio}, today=today, by=None)


def check(typology: Typology, values: LinkValues, *, held: dict[str, Any]) -> None:
    """What is newly chosen must be on offer, of this typology, of the right kind; the first portfolio is mandatory."""
    problems = {name: problem for name, problem in _faults(typology, values, held)}  # noqa: C416 (typed)
    if not typology.active:
        problems["typology"] = ValidationError(_("This typology is not active."), code="inactive")
    if problems:
        raise ValidationError(problems)


def _faults(typology: Typology, values: LinkValues, held: dict[str, Any]) -> Iterator[tuple[str, ValidationError]]:
    for name, value in values.items():
        if value == held.get(name):
            continue
        if value is None:
            if name == "portfolio" and typology.position == 1:
                yield name, ValidationError(_("Every client has a main portfolio."), code="required")
        elif isinstance(value, Portfolio) and value.typology_id != typology.pk:
            yield name, ValidationError(_("The portfolio belongs to another typology."), code="wrong_typology")
        elif isinstance(value, Subject) and value.kind != name:
            yield name, ValidationError(_("“%(name)s” has another kind.") % {"name": value}, code="wrong_kind")
        elif isinstance(value, Portfolio | Subject) and not value.active:
            yield name, ValidationError(_("“%(name)s” is no longer in use.") % {"name": value}, code="inactive")


def _current(client: Client, typology: Typology, *, portfolio: Portfolio | None = None) -> Link:
    """The link in force, or one not yet kept that says what holds without any."""
    link: Link | None = (
        Link.objects.filter(client=client, typology=typology, until=None)
        .select_related("typology", *PARTS)
        .select_for_update(of=("self",))
        .first()
    )
    if link is None:
        link = Link(client=client, typology=typology, since=client.created_at.date())
    if typology.position == 1:
        link.portfolio = portfolio or client.main_portfolio
    return link


def _succeed(current: Link, after: dict[str, Any], *, today: date, by: Membership | None) -> Link:
    """End the link in force the day before and begin the next; within one day it is only corrected."""
    if current.pk and current.since >= today:
        link = current
    else:
        link = Link(client=current.client, typology=current.typology, since=today)
        for part in PARTS:
            setattr(link, part, getattr(current, part))
        _end(current, today=today)
    for part, value in after.items():
        setattr(link, part, value)
    link.by = by
    link.save()
    return link


def _end(link: Link, *, today: date) -> None:
    """What held until yesterday is kept, unless there was nothing."""
    if link.pk or any(getattr(link, f"{part}_id") for part in PARTS):
        link.since = min(link.since, today - timedelta(days=1))
        link.until = today - timedelta(days=1)
        link.save()


def _names(values: dict[str, Any]) -> dict[str, str | None]:
    return {part: str(value) if value is not None else None for part, value in values.items()}
