"""For whom something new is made, where nobody has been named yet."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse

from clients.queries import search_clients, visible_clients
from tenants.requests import FirmRequest
from web.htmx import page_or_partial

FOUND_AT_MOST = 12


def choose_client(request: FirmRequest, known: dict[str, Any], *, title: str, question: str) -> HttpResponse:
    """The rest of what the address says is kept for the page that follows."""
    text = known.get("q", "")
    clients = visible_clients(request.membership).filter(state="active").select_related("advisor")
    found = search_clients(clients, text).order_by("name_key", "pk")[:FOUND_AT_MOST] if text else []
    kept = {name: value for name, value in request.GET.items() if name not in {"q", "client"}}
    context = {
        "title": title,
        "question": question,
        "text": text,
        "clients": found,
        "kept": kept,
        "query": urlencode(kept),
    }
    return page_or_partial(request, "scheduling/client_choice.html", "scheduling/_client_choices.html", context)
