"""The general overview: the first page inside a firm."""

from __future__ import annotations

from django.urls import path

from crm.overview.views import overview

urlpatterns = [path("", overview, name="overview")]
