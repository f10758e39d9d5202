"""The mail catcher of the demo: what the product has sent, to read in the browser; nothing has left this machine.

Only where mail is written to files: an installation that sends has no such page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter

from tenants.requests import signed_in

TO_FILES = "django.core.mail.backends.filebased.EmailBackend"
MOST = 200
BETWEEN = b"-" * 79


class FileNameConverter(StringConverter):
    """As Django's backend names its files."""

    regex = r"[0-9]{8}-[0-9]{6}-[0-9]+\.log"


@dataclass(frozen=True, slots=True)
class Caught:
    name: str
    at: datetime
    message: EmailMessage

    @property
    def text(self) -> str:
        return _part(self.message, "plain")

    @property
    def html(self) -> str:
        return _part(self.message, "html")


def pages() -> list[URLPattern]:
    """The routes of the catcher, or none."""
    if settings.EMAIL_BACKEND != TO_FILES:
        return []
    register_converter(FileNameConverter, "caught")
    return [
        path("mail-catcher/", caught_list, name="caught_list"),
        path("mail-catcher/<caught:name>/", caught_detail, name="caught_detail"),
        path("mail-catcher/<caught:name>/page/", caught_page, name="caught_page"),
    ]


@signed_in
def caught_list(request: HttpRequest) -> HttpResponse:
    """Latest first."""
    files = sorted(_folder().glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)
    return render(request, "crm/caught_list.html", {"mails": [_read(file) for file in files[:MOST]]})


@signed_in
def caught_detail(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "crm/caught_detail.html", {"mail": _mail(name)})


@signed_in
def caught_page(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part, in a sandbox."""
    answer = HttpResponse(_mail(name).html)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    return answer


def _folder() -> Path:
    return Path(settings.EMAIL_FILE_PATH or "")


def _mail(name: str) -> Caught:
    file = _folder() / name
    if not file.is_file():
        raise Http404
    return _read(file)


def _read(file: Path) -> Caught:
    """One file holds what one connection sent; here that is one mail."""
    raw = file.read_bytes().rsplit(BETWEEN, 1)[0]
    message: Any = message_from_bytes(raw, policy=default)
    return Caught(file.name, datetime.fromtimestamp(file.stat().st_mtime, tz=UTC), message)


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""
