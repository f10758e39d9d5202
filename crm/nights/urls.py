"""The history of the nights."""

from __future__ import annotations

from django.urls import path

from crm.nights import views

app_name = "nightly"

urlpatterns = [
    path("", views.run_list, name="run_list"),
    path("start/", views.run_start, name="run_start"),
]
