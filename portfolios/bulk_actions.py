"""Portfolios and subjects of many clients, as actions of the client list; a handover is one of them (O-62)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clients.bulk.actions import Argument, Before, BulkAction, Heading, Reason, register
from clients.models import Client
from portfolios.forms import handovers as forms
from portfolios.models import Link, Subject, Typology
from portfolios.services.handovers import Move, move_back, move_links
from tenants.binding import bound_firm, local_today
from tenants.models import Membership
from tenants.permissions import Permission

Reading = Callable[[Argument, date], Move]


def linked(move: Move, held: int | None) -> Q:
    """The clients of whom the slot holds this today, in one of the typologies at least."""
    own = Link.objects.filter(until=None, typology__in=move.typologies)
    if held is not None and _concerns_main(move):
        return Q(main_portfolio=held)
    if held is not None:
        return Q(pk__in=own.filter(**{move.slot: held}).values("client_id"))
    full = own.filter(**{f"{move.slot}__isnull": False}).values("client_id")
    return ~Q(pk__in=full)


def handed_over(code: str, argument: Argument) -> Q:
    """Whom a handover concerns, of all clients."""
    read = _from_portfolio if code == "hand_over_portfolio" else _from_subject
    move = read(argument, local_today(bound_firm()))
    return linked(move, move.former)


def typologies_of(argument: Argument) -> list[Typology]:
    """The one that was named, or all that are in use."""
    named = argument.get("typology")
    return [named] if named else list(Typology.objects.filter(active=True).order_by("position"))


def _concerns_main(move: Move) -> bool:
    return move.slot == "portfolio" and any(typology.position == 1 for typology in move.typologies)


def _of_portfolio(argument: Argument, today: date) -> Move:
    chosen = argument["portfolio"]
    return Move("portfolio", chosen.pk, [chosen.typology], today)


def _of_subject(argument: Argument, today: date) -> Move:
    return Move(argument["subject"].kind, argument["subject"].pk, typologies_of(argument), today)


def _emptying(argument: Argument, today: date) -> Move:
    return Move(argument["slot"], None, typologies_of(argument), today)


def _from_portfolio(argument: Argument, today: date) -> Move:
    former, to = argument["former"], argument["to"]
    return Move("portfolio", to.pk, [to.typology], argument["on"], former=former.pk)


def _from_subject(argument: Argument, today: date) -> Move:
    former, to = argument["former"], argument["to"]
    return Move(to.kind, to.pk, typologies_of(argument), argument["on"], former=former.pk)


def _action(read: Reading, back: Callable[[Argument], tuple[str, int | None]], **named: Any) -> BulkAction:
    def apply(clients: QuerySet[Client], argument: Argument, by: Membership, at: datetime) -> Before:
        return move_links(clients, read(argument, local_today(bound_firm(), at=at)), by=by, at=at)

    def revert(before: Before, argument: Argument, by: Membership, at: datetime) -> list[int]:
        slot, to = back(argument)
        return move_back(before, slot, to, at=at)

    def left_out(argument: Argument) -> list[Reason]:
        return _reasons(read(argument, local_today(bound_firm())))

    return BulkAction(
        heading=Heading.RESPONSIBLE,
        permission=Permission.EDIT_CLIENTS,
        left_out=left_out,
        apply=apply,
        revert=revert,
        **named,
    )


def _reasons(move: Move) -> list[Reason]:
    later = Link.objects.filter(until=None, typology__in=move.typologies, since__gt=move.on).values("client_id")
    if move.former is not None:
        elsewhere = Reason("elsewhere", _("are not linked to it"), ~linked(move, move.former))
    else:
        elsewhere = Reason("already", _("already have it"), linked(move, move.to))
    return [elsewhere, Reason("later", _("have a link that began after that day"), Q(pk__in=later))]


def _subject_kind(argument: Argument, name: str) -> str:
    """Of an argument as it was kept: rows by their ids."""
    return str(Subject.objects.values_list("kind", flat=True).get(pk=argument[name]))


register(
    [
        _action(
            _of_portfolio,
            lambda argument: ("portfolio", argument["portfolio"]),
            code="set_portfolio",
            label=_("Set portfolio"),
            icon="briefcase",
            form=forms.PortfolioForm,
        ),
        _action(
            _of_subject,
            lambda argument: (_subject_kind(argument, "subject"), argument["subject"]),
            code="set_subject",
            label=_("Set agent, operator, agency or introducer"),
            icon="user-round",
            form=forms.SubjectForm,
        ),
        _action(
            _emptying,
            lambda argument: (argument["slot"], None),
            code="empty_slot",
            label=_("Remove portfolio or subject"),
            icon="user-minus",
            form=forms.EmptyingForm,
        ),
        _action(
            _from_portfolio,
            lambda argument: ("portfolio", argument["to"]),
            code="hand_over_portfolio",
            label=_("Hand over a portfolio"),
            icon="arrow-left-right",
            form=forms.PortfolioHandoverForm,
        ),
        _action(
            _from_subject,
            lambda argument: (_subject_kind(argument, "to"), argument["to"]),
            code="hand_over_subject",
            label=_("Hand over a subject's clients"),
            icon="arrow-left-right",
            form=forms.SubjectHandoverForm,
        ),
    ]
)
