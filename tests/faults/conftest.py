"""Servers that a test may lose."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm.local.postgres import Postgres
from tests.faults import houses


@pytest.fixture
def folder() -> Iterator[Path]:
    with houses.open_folder() as made:
        yield made


@pytest.fixture
def house(folder: Path) -> Iterator[Postgres]:
    with houses.empty_house(folder) as server:
        yield server
