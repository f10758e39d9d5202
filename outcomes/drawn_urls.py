"""Addresses of the graph editor, and of the scheme as a file; part of outcomes.urls."""

from __future__ import annotations

from django.urls import path

from outcomes.views import graph, scheme

urlpatterns = [
    path("settings/crm/relations/graph/", graph.graph_editor, name="graph"),
    path("settings/crm/relations/graph/pair/", graph.graph_pair, name="graph_pair"),
    path("settings/crm/relations/graph/draw/", graph.graph_draw, name="graph_draw"),
    path("settings/crm/relations/graph/remove/", graph.graph_remove, name="graph_remove"),
    path("settings/crm/relations/graph/undo/", graph.graph_undo, name="graph_undo"),
    path("settings/crm/relations/graph/redo/", graph.graph_redo, name="graph_redo"),
    path("settings/crm/relations/graph/layout/", graph.graph_layout, name="graph_layout"),
    path("settings/crm/scheme/", scheme.scheme, name="scheme"),
    path("settings/crm/scheme/export/", scheme.scheme_export, name="scheme_export"),
    path("settings/crm/scheme/load/", scheme.scheme_load, name="scheme_load"),
    path("settings/crm/scheme/<slug:name>/", scheme.scheme_predefined, name="scheme_predefined"),
]
