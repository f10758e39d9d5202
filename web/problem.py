"""Errors of the API as RFC 9457 problem details."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from http import HTTPStatus

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import JsonResponse

CONTENT_TYPE = "application/problem+json"


class UnavailableError(Exception):
    """Something that the product needs is away, which passes by itself; told to whoever asked, with 503."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One refusal: ``field`` is a path inside the body (empty: the whole), ``code`` is stable, ``message`` is not."""

    field: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Problem:
    status: int
    detail: str = ""
    title: str = ""
    type: str = "about:blank"
    errors: tuple[FieldError, ...] = ()
    request_id: str = ""

    def body(self) -> dict[str, object]:
        title = self.title or HTTPStatus(self.status).phrase
        members = {"type": self.type, "title": title, "status": self.status, "detail": self.detail}
        return {**members, "errors": [asdict(error) for error in self.errors], "request_id": self.request_id}

    def response(self, headers: dict[str, str] | None = None) -> JsonResponse:
        return JsonResponse(self.body(), status=self.status, content_type=CONTENT_TYPE, headers=headers)


def field_errors(error: ValidationError, *, prefix: str = "") -> tuple[FieldError, ...]:
    """The errors of a model, form or service, flat, each with its field."""
    if not hasattr(error, "error_dict"):
        return tuple(_flat(prefix, error.error_list))
    return tuple(
        flat
        for name, errors in error.error_dict.items()
        for flat in _flat(".".join(part for part in (prefix, _field(name)) if part), errors)
    )


def _field(name: str) -> str:
    return "" if name == NON_FIELD_ERRORS else name


def _flat(field: str, errors: Iterable[ValidationError]) -> Iterable[FieldError]:
    for error in errors:
        yield FieldError(field=field, code=error.code or "invalid", message=" ".join(error.messages))
