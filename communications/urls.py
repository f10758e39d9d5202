"""Addresses of the outbox, inside the firm's path."""

from __future__ import annotations

from django.urls import path

from communications import views

app_name = "communications"

urlpatterns = [
    path("settings/outbox/", views.mail_list, name="mail_list"),
    path("settings/outbox/<int:pk>/", views.mail_detail, name="mail_detail"),
    path("settings/outbox/<int:pk>/send-again/", views.mail_send_again, name="mail_send_again"),
    path("settings/outbox/<int:pk>/settle/", views.mail_settle, name="mail_settle"),
    path("settings/outbox/<int:pk>/cancel/", views.mail_cancel, name="mail_cancel"),
]
