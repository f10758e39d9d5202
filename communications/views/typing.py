"""What the editors of templates share: a placeholder put in without a script, and the preview beside the text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse

from communications import previews
from communications.forms.templates import PreviewForm
from tenants.binding import local_today
from tenants.requests import FirmRequest

_NAME = re.compile(r"[a-z]+\.[a-z0-9_]+")


def inserted(request: FirmRequest, *, default: str) -> dict[str, Any]:
    """What was typed with one placeholder more, if a browser without scripts asked for one; else nothing."""
    name = request.POST.get("insert", "")
    if not _NAME.fullmatch(name):
        return {}
    typed: dict[str, Any] = request.POST.dict()
    return {**typed, default: f"{typed.get(default, '')} {{{{ {name} }}}}".lstrip()}


def beside_preview(answer: HttpResponse) -> HttpResponse:
    """The editor may show a frame with a page of ours (django-csp reads this)."""
    answer._csp_update = {"frame-src": ["'self'"]}  # type: ignore[attr-defined]
    return answer


def preview_of(request: FirmRequest, data: Mapping[str, Any]) -> HttpResponse:
    """A page of its own under a policy of its own: it runs nothing and fetches nothing (security.md T10)."""
    form = PreviewForm(data)
    form.full_clean()
    said = {name: form.cleaned_data.get(name, "") for name in form.fields}
    client = previews.client_for(request.membership, said["client"])
    try:
        draft = previews.draft_of(said, is_frame="footer" in data)
        made = previews.written(draft, client, on=local_today(request.firm), by=request.membership)
        page = previews.page(made, client, look=said["look"])
    except ValidationError as refusal:
        page = previews.refused(refusal)
    answer = HttpResponse(page)
    answer.headers["Content-Security-Policy"] = previews.POLICY
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
