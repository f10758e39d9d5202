"""Pages of groups, under ``groups/`` in the firm."""

from __future__ import annotations

from django.urls import path

from groups.views import definition, lists, marketing, members, searches, viste

app_name = "groups"

urlpatterns = [
    path("", lists.group_list, name="group_list"),
    path("new/", definition.group_create, name="group_create"),
    path("preview/", definition.filter_preview, name="filter_preview"),
    path("searches/", searches.search_list, name="search_list"),
    path("searches/new/", searches.search_create, name="search_create"),
    path("searches/<int:pk>/", searches.search_edit, name="search_edit"),
    path("searches/<int:pk>/delete/", searches.search_delete, name="search_delete"),
    path("views/", viste.view_list, name="view_list"),
    path("views/new/", viste.view_create, name="view_create"),
    path("views/<int:pk>/", viste.view_edit, name="view_edit"),
    path("views/<int:pk>/duplicate/", viste.view_duplicate, name="view_duplicate"),
    path("views/<int:pk>/delete/", viste.view_delete, name="view_delete"),
    path("views/<int:pk>/default/", viste.view_default, name="view_default"),
    path("lists/", marketing.list_list, name="list_list"),
    path("lists/new/", marketing.list_create, name="list_create"),
    path("lists/<int:pk>/", marketing.list_detail, name="list_detail"),
    path("lists/<int:pk>/edit/", marketing.list_edit, name="list_edit"),
    path("lists/<int:pk>/freeze/", marketing.list_freeze, name="list_freeze"),
    path("lists/<int:pk>/thaw/", marketing.list_thaw, name="list_thaw"),
    path("lists/<int:pk>/delete/", marketing.list_delete, name="list_delete"),
    path("<int:pk>/", lists.group_detail, name="group_detail"),
    path("<int:pk>/edit/", definition.group_edit, name="group_edit"),
    path("<int:pk>/activation/", definition.group_activation, name="group_activation"),
    path("<int:pk>/delete/", definition.group_delete, name="group_delete"),
    path("<int:pk>/members/add/", members.member_add, name="member_add"),
    path("<int:pk>/members/remove/", members.member_remove, name="member_remove"),
    path("<int:pk>/why/<int:client_pk>/", lists.group_why, name="group_why"),
]
