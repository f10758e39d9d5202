"""What clients itself lets be found: people, companies, and the notes about them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clients import remarks
from clients.enums import ClientKind
from clients.models import Client, Note
from clients.models.notes import ON_FILE
from clients.search_sources import Asked, Hit, Source, register
from clients.text_index import notes_matching
from clients.visibility import of_visible_clients
from tenants.permissions import Permission

EXCERPT = 80


def people(asked: Asked, most: int) -> list[Hit]:
    return _of_kind(ClientKind.PERSON, asked, most)


def companies(asked: Asked, most: int) -> list[Hit]:
    return _of_kind(ClientKind.COMPANY, asked, most)


def _of_kind(kind: ClientKind, asked: Asked, most: int) -> list[Hit]:
    clients = asked.clients.filter(kind=kind).select_related("status")
    return hits_of(list(clients.order_by("name_key", "pk")[:most]))


def hits_of(clients: list[Client]) -> list[Hit]:
    """With their status and what else is said of them; that is read for all at once, and for these alone."""
    remarks.read(clients)
    return [Hit(client.name, "clients:client_detail", {"pk": client.pk}, _said(client)) for client in clients]


def _said(client: Client) -> str:
    return " · ".join([*filter(None, [str(client.status or "")]), *remarks.about(client)])


def notes(asked: Asked, most: int) -> list[Hit]:
    seen = Note.objects.filter(ON_FILE, of_visible_clients(asked.member)).select_related("client")
    found = notes_matching(seen, asked.text).order_by("-at", "-id")[:most]
    return [Hit(_excerpt(note), "clients:note_detail", {"pk": note.pk}, note.client.name) for note in found]


def _excerpt(note: Note) -> str:
    told = " ".join((note.title or note.text).split())
    return told if len(told) <= EXCERPT else f"{told[:EXCERPT].rsplit(' ', 1)[0]} …"


register(
    [
        Source("people", _("Clients"), "user-round", Permission.VIEW_CLIENTS, people, position=10, in_palette=8),
        Source("companies", _("Companies"), "building-2", Permission.VIEW_CLIENTS, companies, position=20),
        Source("notes", _("Notes"), "sticky-note", Permission.VIEW_CLIENTS, notes, position=40),
    ]
)
