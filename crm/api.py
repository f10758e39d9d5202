"""``/api/v1/``: registers each app's resources, and those that belong to nobody but the whole."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, URLResolver, path, re_path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

import clients.api
import communications.api
import groups.api
import outcomes.api
import outcomes.api.graph
import outcomes.api.points
import portfolios.api
import scheduling.api
import tenants.api
import tenants.removal_api
import tenants.webhook_api
from crm.changes_api import ChangesViewSet
from crm.nights_api import NightlyRunViewSet
from tenants.requests import public
from tenants.rest.routing import FirmRouter

RESOURCES: dict[str, type[Any]] = {
    **tenants.api.RESOURCES,
    **tenants.webhook_api.RESOURCES,
    **tenants.removal_api.RESOURCES,
    **clients.api.RESOURCES,
    **groups.api.RESOURCES,
    **portfolios.api.RESOURCES,
    **communications.api.RESOURCES,
    **scheduling.api.RESOURCES,
    **outcomes.api.points.RESOURCES,
    **outcomes.api.RESOURCES,
    "nightly-runs": NightlyRunViewSet,
    "changes": ChangesViewSet,
}

OF_A_CLIENT: dict[str, tuple[type[Any], dict[str, str]]] = {
    **clients.api.OF_A_CLIENT,
    **portfolios.api.OF_A_CLIENT,
    **communications.api.OF_A_CLIENT,
}

router = FirmRouter()
for prefix, viewset in RESOURCES.items():
    router.register(prefix, viewset, basename=prefix)

ONE: dict[str, Any] = {"get": "retrieve", "patch": "partial_update"}
SCHEME: dict[str, Any] = {"get": "retrieve", "post": "load"}
EXCEPTION: dict[str, Any] = {"get": "retrieve", "put": "update", "delete": "destroy"}

urlpatterns: list[URLPattern | URLResolver] = [
    path("me/", tenants.api.MeViewSet.as_view(ONE), name="me"),
    path("day/", scheduling.api.DayViewSet.as_view({"get": "retrieve"}), name="day"),
    path("cadence-kept/", scheduling.api.CadenceKeptViewSet.as_view({"get": "retrieve"}), name="cadence-kept"),
    path("load/", scheduling.api.LoadViewSet.as_view({"get": "retrieve"}), name="load"),
    path("firm/", tenants.api.FirmSettingsViewSet.as_view(ONE), name="firm"),
    re_path(
        r"^clients/(?P<pk>[0-9]{1,19})/cadence-exception/$",
        scheduling.api.CadenceExceptionViewSet.as_view(EXCEPTION),
        name="clients-cadence-exception",
    ),
    *(
        re_path(rf"^clients/(?P<pk>[0-9]{{1,19}})/{name}/$", viewset.as_view(methods), name=f"clients-{name}")
        for name, (viewset, methods) in OF_A_CLIENT.items()
    ),
    path("relations/graph/", outcomes.api.graph.GraphViewSet.as_view(outcomes.api.graph.GRAPH), name="relations-graph"),
    path(
        "relations/graph/lint/", outcomes.api.graph.GraphViewSet.as_view({"post": "lint"}), name="relations-graph-lint"
    ),
    path(
        "relations/graph/simulate/",
        outcomes.api.graph.GraphViewSet.as_view({"post": "simulate"}),
        name="relations-graph-simulate",
    ),
    path("relations/scheme/", outcomes.api.SchemeViewSet.as_view(SCHEME), name="relations-scheme"),
    *(
        path(f"{address}/", viewset.as_view(methods), name=address.replace("/", "-"))
        for address, (viewset, methods) in communications.api.SINGLE.items()
    ),
    path("processing-register/", clients.api.RegisterViewSet.as_view(ONE), name="processing-register"),
    path("consultation-rules/", clients.api.AlertRulesViewSet.as_view(ONE), name="consultation-rules"),
    path("retention/", clients.api.RetentionViewSet.as_view(ONE), name="retention"),
    path("parameters/", outcomes.api.ParametersViewSet.as_view(ONE), name="parameters"),
    path("points-mail/", outcomes.api.PointsMailViewSet.as_view(ONE), name="points-mail"),
    path("points-mail/send/", outcomes.api.PointsMailViewSet.as_view({"post": "send"}), name="points-mail-send"),
    path(
        "appointments/bulk-fulfil/",
        outcomes.api.FulfilmentViewSet.as_view({"post": "fulfil_several"}),
        name="appointments-bulk-fulfil",
    ),
    re_path(
        r"^appointments/(?P<pk>[0-9]{1,19})/fulfil/$",
        outcomes.api.FulfilmentViewSet.as_view({"post": "fulfil"}),
        name="appointments-fulfil",
    ),
    re_path(
        r"^appointments/(?P<pk>[0-9]{1,19})/undo-fulfilment/$",
        outcomes.api.FulfilmentViewSet.as_view({"post": "undo"}),
        name="appointments-undo-fulfilment",
    ),
    re_path(
        r"^appointment-types/(?P<pk>[0-9]{1,19})/replace/$",
        outcomes.api.TypeReplacementViewSet.as_view({"post": "replace"}),
        name="appointment-types-replace",
    ),
    path("schema/", public(SpectacularJSONAPIView.as_view()), name="schema"),
    path(
        "docs/",
        public(SpectacularSwaggerSplitView.as_view(url_name="api:schema", template_name="crm/api_docs.html")),
        name="docs",
    ),
    *router.urls,
]
