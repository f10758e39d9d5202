"""Pages about the firm's people and settings, inside the firm's path."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
