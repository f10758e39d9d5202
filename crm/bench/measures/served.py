"""REST and first paint as somebody outside sees them: through the web server, one client and four at once."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from clients.models import Client
from crm.bench.context import Bench
from crm.bench.measures.pages import paths_of
from crm.bench.measures.visits import Visitor, visitor
from crm.bench.rows import Row
from crm.bench.serving import Server, server
from scheduling import queries
from tenants import services
from tenants.binding import use_firm
from tenants.enums import Scope

CLIENTS = 4
BOOKED_EACH = 25
SCRIPTS = 20_000
SEEN = (
    ("three filters by REST", "50 clients with three filters", (12, 25)),
    ("search by REST", "clients with a filter and a search by name", (20, 38)),
    ("client", "one client", (14, 30)),
)


def rows(bench: Bench) -> Iterator[Row]:
    bench.announce("The web server")
    with visitor(bench.firms()[0]) as caller, server() as web:
        paths = paths_of(caller)
        for name, what, hints in SEEN:
            yield from _times(web, caller, f"/api/v1/{paths[name]}", what, hints)
        yield _booking(web, caller)
        yield from _first_paint(caller)


def _tokens(caller: Visitor, count: int) -> list[str]:
    """Fresh ones, so that none meets its limit."""
    with use_firm(caller.firm):
        made = [
            services.create_token(caller.member, name="bench", scopes=[Scope.ADMIN], by=caller.member)
            for _ in range(count)
        ]
        return [token.secret for token in made]


def _times(web: Server, caller: Visitor, path: str, what: str, hints: tuple[int, int]) -> Iterator[Row]:
    for count, hint in zip((1, CLIENTS), hints, strict=True):
        empty, _ = web.times("/api/v1/me/", _tokens(caller, count))
        half, most = web.times(path.replace('"', "%22").replace(" ", "%20"), _tokens(caller, count))
        yield Row(
            name=f"served-{what}-{count}".replace(" ", "-"),
            what=f"Through the web server, {count} at once: {what}. (Hint: p95 ≤ {hint} ms.)",
            ours=f"p50 {half:.1f} ms, p95 {most:.1f} ms",
            other=f"GET me/ p50 {empty:.1f} ms",
            ratio=half / empty,
        )


def _booking(web: Server, caller: Visitor) -> Row:
    with use_firm(caller.firm):
        found = Client.objects.filter(state="active").order_by("-pk").values_list("pk", flat=True)
        clients = list(found[: CLIENTS * BOOKED_EACH])
        kind = queries.default_meeting_type()
    begins = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=250)
    body = {"type": kind and kind.pk, "starts_at": begins.isoformat()}
    body["ends_at"] = (begins + timedelta(hours=1)).isoformat()

    def book(ask: Callable[..., Any], place: int) -> int:
        own = clients[place::CLIENTS]
        for client in own:
            ask("POST", "/api/v1/appointments/", {"client": client, **body})
        return len(own)

    a_second = web.at_once(book, _tokens(caller, CLIENTS))
    goal = 5 * 55
    return Row(
        name="served-appointments",
        what=f"Through the web server, {CLIENTS} at once: create appointments",
        ours=f"{a_second:.0f} a second",
        other="5 × EspoCRM's 55 a second",
        ratio=a_second / goal,
        at_least=1,
        not_shown="EspoCRM is not here: its figure is from another machine",
    )


def _first_paint(caller: Visitor) -> Iterator[Row]:
    """What a browser must load before the overview shows: the page, its style, and the scripts of every page."""
    page = gzip.compress(caller.page.get(f"/f/{caller.firm.slug}/").content)
    built = Path(settings.BASE_DIR) / "frontend/dist"
    if not (built / "app.js").exists():
        return
    script, style = (len(gzip.compress((built / name).read_bytes())) for name in ("app.js", "app.css"))
    seconds = (len(page) + script + style) * 8 / 1_600_000 + 3 * 0.150
    yield Row(
        name="first-paint",
        what="First paint of the overview, cold: compressed scripts without charts",
        ours=f"{script:,} bytes (page {len(page):,}, style {style:,})",
        other=f"{SCRIPTS:,} bytes",
        ratio=script / SCRIPTS,
        at_most=1,
        only_at_scale=False,
        note=f"(All together {seconds:.2f} s at 1.6 Mbit/s with three round trips of 150 ms; goal 1.3 s.)",
    )
