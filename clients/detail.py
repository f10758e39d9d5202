"""Dettaglio cliente: one sheet on one client, to read, to print, as PDF (SIS-39).

Master references, the user fields that are filled in, what higher apps contribute (the service opportunities with their
state and annotations), and the notes about him.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

import typst
from django.utils import translation
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from clients import catalogue, cells, normalising
from clients.catalogue import FieldGroup
from clients.dossier_files import TEMPLATE
from clients.facts import with_fields
from clients.models import Client
from clients.queries import visible_notes
from tenants.models import Membership
from web.formatting import moment

REFERENCES = (
    "kind", "tax_code", "vat_number", "birth_date", "profession", "company", "contact_role", "phone", "email", "pec",
    "street", "postal_code", "city", "province", "advisor", "contact", "specialist", "status", "category", "labels",
    "household", "aum", "plan.last_meeting_on", "plan.next_meeting_on", "plan.due_on",
)  # fmt: skip
MOST_NOTES = 50
LONGEST = 2_000

Line = tuple[str, str]


@dataclass(frozen=True)
class Section:
    """Rows of names and values; ``empty`` is said where there is none."""

    title: str
    rows: list[list[Line]]
    empty: str = ""


@dataclass(frozen=True)
class Detail:
    client: Client
    references: list[Line]
    sections: list[Section]


Contribution = Callable[[Client, Membership], Section]
_contributions: list[Contribution] = []


def contribute(contribution: Contribution) -> None:
    """Called when an app is ready."""
    _contributions.append(contribution)


def detail_of(client: Client, member: Membership, *, today: date) -> Detail:
    """In a number of statements that does not depend on what hangs on the client."""
    known = catalogue.fields()
    custom = [name for name, field in known.items() if field.group == FieldGroup.CUSTOM and field.listable]
    names = [name for name in (*REFERENCES, *custom) if name in known]
    loaded = with_fields(Client.objects.filter(pk=client.pk), [known[name] for name in names]).get()
    own = _lines(loaded, custom, today)
    sections = [Section(_("User fields"), [own] if own else [], _("No user field is filled in."))]
    sections += [contribution(client, member) for contribution in _contributions]
    return Detail(client, _lines(loaded, REFERENCES, today), [*sections, _notes(client, member)])


def pdf(detail: Detail, *, at: datetime) -> bytes:
    """People's own texts go in as data, never as source."""
    data = {
        "language": translation.get_language() or "it",
        "title": detail.client.name,
        "made": _("Made on %(when)s") % {"when": moment(at)},
        "record_title": _("Master data"),
        "record": detail.references,
        "sections": [
            {"title": section.title, "rows": section.rows or [[["", section.empty]]]} for section in detail.sections
        ],
    }
    made: bytes = typst.compile(str(TEMPLATE), sys_inputs={"data": json.dumps(data)}, format="pdf")
    return made


def _lines(client: Client, names: Iterable[str], today: date) -> list[Line]:
    """What is known, by the names of the fields."""
    known = catalogue.fields()
    told = [(known[name], known[name].shown(client, today)) for name in names if name in known]
    return [
        (capfirst(str(field.label)), _words(field.name, field.type.name, values)) for field, values in told if values
    ]


def _words(name: str, kind: str, values: tuple[object, ...]) -> str:
    if name == "phone":
        return ", ".join(normalising.shown_phone(str(value)) for value in values)
    return cells.words_of(kind, values)


def _notes(client: Client, member: Membership) -> Section:
    """Those of his record, then those that were written about him, latest first."""
    rows: list[list[Line]] = []
    if client.profile.notes:
        rows.append([(_("On the record"), client.profile.notes)])
    for note in visible_notes(member).filter(client=client).order_by("-at", "-id")[:MOST_NOTES]:
        head = f"{moment(note.at)} · {note.created_by}" if note.created_by else moment(note.at)
        rows.append([(head, Truncator(" – ".join(filter(None, (note.title, note.text)))).chars(LONGEST))])
    return Section(_("Notes"), rows, _("There is no note."))
