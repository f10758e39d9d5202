"""The help pages."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from crm.help.pages import BY_SLUG, PAGES
from tenants.requests import FirmRequest, any_member


@any_member
def help_pages(request: FirmRequest) -> HttpResponse:
    """One page (``?page=clients``), or all of them to choose from."""
    page = BY_SLUG.get(request.GET.get("page", ""))
    language = "en" if (get_language() or "it").startswith("en") else "it"
    context = {"page": page, "pages": PAGES, "text": f"help/{language}/{page.slug}.html" if page else ""}
    return render(request, "help/help.html", context)
