from collections.abc import Iterator
from typing import Any

import pytest

from tests.communications.mail_server import ScriptedServer, mail_server


@pytest.fixture
def server(settings: Any) -> Iterator[ScriptedServer]:
    """A real SMTP server, to which the outbox sends."""
    with mail_server(settings) as running:
        yield running
