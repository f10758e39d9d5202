"""Addresses of resources: only for the actions of which a viewset says who may do them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.routers import SimpleRouter


class FirmRouter(SimpleRouter):
    def get_method_map(self, viewset: Any, method_map: Mapping[str, str]) -> dict[str, str]:
        declared = super().get_method_map(viewset, dict(method_map))
        return {method: action for method, action in declared.items() if action in viewset.permissions}
