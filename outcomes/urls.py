"""Addresses of outcomes, inside the firm's path."""

from __future__ import annotations

from django.urls import path

from outcomes import drawn_urls, points_urls
from outcomes.views import activities, choices, history, recording, relations, settings

app_name = "outcomes"

urlpatterns = [
    path("appointments/fulfil/", recording.fulfil_several, name="fulfil_several"),
    path("appointments/<int:pk>/fulfil/", recording.fulfil, name="fulfil"),
    path("appointments/<int:pk>/outcome/", recording.record, name="record"),
    path("appointments/<int:pk>/undo-outcome/", recording.undo, name="undo"),
    path("history/", history.history_list, name="history"),
    path("history/export/", history.history_export, name="history_export"),
    path("history/<int:pk>/", history.history_item, name="history_item"),
    path("activities/", activities.activity_list, name="activity_list"),
    path("activities/<int:pk>/", activities.activity_detail, name="activity_detail"),
    path("activities/<int:pk>/close/", activities.activity_close, name="activity_close"),
    path("activities/<int:pk>/reopen/", activities.activity_reopen, name="activity_reopen"),
    path("activities/<int:pk>/delete/", activities.activity_delete, name="activity_delete"),
    path("clients/<int:client_pk>/actions/new/", recording.action_create, name="action_create"),
    path("clients/<int:client_pk>/activities/new/", activities.activity_create, name="activity_create"),
    path("settings/crm/parameters/", settings.parameters, name="parameters"),
    path("settings/crm/types/<int:pk>/replace/", settings.type_replace, name="type_replace"),
    path("settings/crm/types/<int:pk>/delete/", settings.type_delete, name="type_delete"),
    path("settings/crm/relations/", relations.relation_list, name="relation_list"),
    path("settings/crm/relations/<int:pk>/", relations.relation_type, name="relation_type"),
    path("settings/crm/relations/<int:pk>/tick/", relations.relation_tick, name="relation_tick"),
    path("settings/crm/relations/<int:pk>/<int:outcome_pk>/", relations.relation_edit, name="relation_edit"),
    path("settings/crm/outcomes/<int:pk>/replace/", settings.outcome_replace, name="choice_replace"),
    *drawn_urls.urlpatterns,
    *points_urls.urlpatterns,
    path("settings/crm/<slug:what>/", choices.choice_list, name="choice_list"),
    path("settings/crm/<slug:what>/new/", choices.choice_create, name="choice_create"),
    path("settings/crm/<slug:what>/<int:pk>/", choices.choice_edit, name="choice_edit"),
    path("settings/crm/<slug:what>/<int:pk>/switch/", choices.choice_switch, name="choice_switch"),
    path("settings/crm/<slug:what>/<int:pk>/move/", choices.choice_move, name="choice_move"),
    path("settings/crm/<slug:what>/<int:pk>/delete/", choices.choice_delete, name="choice_delete"),
]
