"""Addresses inside the firm of the page."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse

register = template.Library()


@register.simple_tag(takes_context=True)
def firm_url(context: Context, view: str, *arguments: Any, **parameters: Any) -> str:
    """``{% firm_url "clients:client_detail" pk=client.pk %}``: the address of a view in the page's own firm."""
    slug = context["request"].firm.slug
    if arguments:
        return reverse(view, args=[slug, *arguments])
    return reverse(view, kwargs={"firm_slug": slug, **parameters})
