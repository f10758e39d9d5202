"""Whether the process lives, and whether everything that it needs answers."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, JsonResponse

from tenants.requests import public


@public
def process(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@public
def ready(request: HttpRequest) -> JsonResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
