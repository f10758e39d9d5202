"""Pages of groups, under ``groups/`` in the firm."""

from __future__ import annotations

from django.urls import path

from groups.views import definition, lists, members, searches

app_name = "groups"

urlpatterns = [
    path("", lists.group_list, name="group_list"),
    path("new/", definition.group_create, name="group_create"),
    path("preview/", definition.filter_preview, name="filter_preview"),
    path("searches/", searches.search_list, name="search_list"),
    path("searches/new/", searches.search_create, name="search_create"),
    path("searches/<int:pk>/", searches.search_edit, name="search_edit"),
    path("searches/<int:pk>/delete/", searches.search_delete, name="search_delete"),
    path("<int:pk>/", lists.group_detail, name="group_detail"),
    path("<int:pk>/edit/", definition.group_edit, name="group_edit"),
    path("<int:pk>/activation/", definition.group_activation, name="group_activation"),
    path("<int:pk>/delete/", definition.group_delete, name="group_delete"),
    path("<int:pk>/members/add/", members.member_add, name="member_add"),
    path("<int:pk>/members/remove/", members.member_remove, name="member_remove"),
    path("<int:pk>/why/<int:client_pk>/", lists.group_why, name="group_why"),
]
