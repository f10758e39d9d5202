"""Addresses of outcomes inside the firm's path."""

from __future__ import annotations

from outcomes import points_urls

app_name = "outcomes"

urlpatterns = [*points_urls.urlpatterns]
