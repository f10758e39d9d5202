"""Messages are compared in English, whatever the product's first language; firms may have an identity provider."""

from collections.abc import Iterator

import pytest
from django.utils import translation

from tenants.models import IdentityProvider, Membership
from tests.tenants.company_log_in import registered
from tests.tenants.openid_server import OpenIDProvider, running_openid_provider


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def idp() -> Iterator[OpenIDProvider]:
    with running_openid_provider() as made:
        yield made


@pytest.fixture
def provider(ada: Membership, idp: OpenIDProvider) -> IdentityProvider:
    return registered(ada, idp)
