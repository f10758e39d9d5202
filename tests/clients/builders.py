"""Clients for tests, made by the services; a builder holds no surprise: what is not given is empty."""

from datetime import UTC, datetime
from typing import Any

from clients import services
from clients.models import Client
from tenants.models import Membership

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def new_client(last_name: str = "Rossi", *, by: Membership | None = None, at: datetime = NOON, **values: Any) -> Client:
    return services.create_client({"last_name": last_name, **values}, by=by, at=at)


def new_company(name: str = "Alfa S.r.l.", *, by: Membership | None = None, **values: Any) -> Client:
    return services.create_client({"kind": "company", "company_name": name, **values}, by=by, at=NOON)
