from __future__ import annotations

from django.urls import path

from web import views

app_name = "web"

urlpatterns = [
    path("preferences/", views.preferences_set, name="preferences"),
]
