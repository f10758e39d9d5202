"""What every page knows about the look."""

from __future__ import annotations

from django.http import HttpRequest

from web.preferences import preference


def look(request: HttpRequest) -> dict[str, str]:
    return {"theme": preference(request, "theme"), "shortcuts": preference(request, "shortcuts")}
