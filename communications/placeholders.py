"""The placeholders of templates, and what stands for them with each client (SIS-35).

They come from the catalogue of client fields, where a field says whether it may be used in mails, and from the
advisor, the firm and the service. Names have one dot: the catalogue's ``plan.due_on`` is ``client.plan_due_on``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import translation
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from clients import catalogue, cells
from clients.catalogue import CatalogueField
from clients.facts import with_fields
from clients.models import Client
from communications.enums import TemplateKind
from communications.models import ServiceOpportunity
from tenants.binding import bound_firm
from tenants.models import Membership
from web import formatting

CLIENT, ADVISOR, FIRM, SERVICE = "client", "advisor", "firm", "opportunity"
# The catalogue's name is how lists sort people: last name first.
FULL_NAME = f"{CLIENT}.full_name"
# Whoever writes such a thing into a mail says so by its name: the palette does not suggest it.
NOT_SUGGESTED = frozenset(f"{CLIENT}.{name}" for name in ("iban", "tax_code", "document_number"))
Texts = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placeholder:
    """One entry of the palette."""

    name: str
    label: str
    group: str | Promise


def placeholders(kind: str = TemplateKind.OFFER) -> list[Placeholder]:
    """What the palette suggests, in its order; a circular has no service (O-45)."""
    found = [*_of_sender(), *(_of_service() if kind == TemplateKind.OFFER else []), _full_name()]
    found += [
        Placeholder(name=name, label=capfirst(str(field.label)), group=field.group.label)
        for name, field in _client_fields().items()
        if name not in NOT_SUGGESTED
    ]
    return found


def names_for(kind: str = TemplateKind.OFFER) -> frozenset[str]:
    own = {each.name for each in _of_sender()} | {each.name for each in _of_service() if kind == TemplateKind.OFFER}
    return frozenset({FULL_NAME} | own | set(_client_fields()))


def values_of(
    client_ids: Collection[int],
    names: Iterable[str],
    *,
    on: date,
    opportunity: ServiceOpportunity | None = None,
    by: Membership | None = None,
) -> dict[int, Texts]:
    """For each client the words of the named placeholders, in the firm's language.

    A number of statements that depends on the names alone. ``by`` speaks where a client has no advisor.
    """
    wanted, firm = set(names), bound_firm()
    entries = {name: field for name, field in _client_fields().items() if name in wanted}
    rows = with_fields(Client.objects.filter(pk__in=client_ids), entries.values()).select_related("advisor__user")
    with translation.override(firm.language):
        common = _common(opportunity, on)
        return {
            client.pk: {
                **common,
                **_sender(client.advisor or by),
                FULL_NAME: " ".join(filter(None, (client.first_name, client.last_name))) or client.name,
                **{name: _words(field, client, on) for name, field in entries.items()},
            }
            for client in rows
        }


def _client_fields() -> dict[str, CatalogueField]:
    known = catalogue.fields().values()
    return {f"{CLIENT}.{field.name.replace('.', '_')}": field for field in known if field.in_mail}


def _of_sender() -> list[Placeholder]:
    heading = _("Sender")
    labels = {
        f"{ADVISOR}.name": _("Name of the client's advisor"),
        f"{ADVISOR}.email": _("E-mail of the advisor"),
        f"{ADVISOR}.signature": _("Signature of the advisor"),
        f"{FIRM}.name": _("Name of the firm"),
        f"{FIRM}.today": _("Date of the mail"),
    }
    return [Placeholder(name=name, label=label, group=heading) for name, label in labels.items()]


def _of_service() -> list[Placeholder]:
    heading = _("Service")
    labels = {f"{SERVICE}.name": _("Name of the service"), f"{SERVICE}.description": _("Description of the service")}
    return [Placeholder(name=name, label=label, group=heading) for name, label in labels.items()]


def _full_name() -> Placeholder:
    return Placeholder(name=FULL_NAME, label=_("First and last name, or name of the company"), group=_("Identity"))


def _common(opportunity: ServiceOpportunity | None, on: date) -> Texts:
    return {
        f"{FIRM}.name": bound_firm().name,
        f"{FIRM}.today": formatting.day(on),
        f"{SERVICE}.name": opportunity.name if opportunity else "",
        f"{SERVICE}.description": opportunity.description if opportunity else "",
    }


def _sender(member: Membership | None) -> Texts:
    return {
        f"{ADVISOR}.name": member.name if member else "",
        f"{ADVISOR}.email": member.user.email if member else "",
        f"{ADVISOR}.signature": member.signature if member else "",
    }


def _words(field: CatalogueField, client: Client, on: date) -> str:
    """As the client list says it where no template shows it."""
    return cells.text_of("", field.type.name, field.shown(client, on))
