"""Addresses of the graph editor; part of outcomes.urls."""

from __future__ import annotations

from django.urls import path

from outcomes.views import graph

urlpatterns = [
    path("settings/crm/relations/graph/", graph.graph_editor, name="graph"),
    path("settings/crm/relations/graph/pair/", graph.graph_pair, name="graph_pair"),
    path("settings/crm/relations/graph/draw/", graph.graph_draw, name="graph_draw"),
    path("settings/crm/relations/graph/remove/", graph.graph_remove, name="graph_remove"),
    path("settings/crm/relations/graph/restore/", graph.graph_restore, name="graph_restore"),
    path("settings/crm/relations/graph/layout/", graph.graph_layout, name="graph_layout"),
]
