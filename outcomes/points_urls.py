"""Addresses of the ranking, challenges and the Monday mail; part of outcomes.urls."""

from __future__ import annotations

from django.urls import path

from outcomes.views import challenges, corrections, points, points_mail

urlpatterns = [
    path("points/", points.leaderboard, name="leaderboard"),
    path("points/operators/<int:pk>/", points.member_points, name="member_points"),
    path("points/operators/<int:pk>/correct/", corrections.points_correct, name="points_correct"),
    path("points/corrections/<int:pk>/undo/", corrections.correction_undo, name="correction_undo"),
    path("points/challenges/", challenges.challenge_list, name="challenge_list"),
    path("points/challenges/new/", challenges.challenge_create, name="challenge_create"),
    path("points/challenges/<int:pk>/", challenges.challenge_detail, name="challenge_detail"),
    path("points/challenges/<int:pk>/edit/", challenges.challenge_edit, name="challenge_edit"),
    path("points/challenges/<int:pk>/delete/", challenges.challenge_delete, name="challenge_delete"),
    path("settings/points-mail/", points_mail.points_mail_page, name="points_mail"),
    path("settings/points-mail/send/", points_mail.points_mail_send, name="points_mail_send"),
]
