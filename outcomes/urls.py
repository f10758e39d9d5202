"""Addresses of outcomes inside the firm's path."""

from __future__ import annotations

from outcomes import drawn_urls, points_urls

app_name = "outcomes"

urlpatterns = [*drawn_urls.urlpatterns, *points_urls.urlpatterns]
