"""Each test has a storage of its own: firms of one run have the numbers of another's."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _own_storage(settings: Any, tmp_path: Path) -> None:
    kept = settings.STORAGES["attachments"]
    options = {**kept["OPTIONS"], "location": str(tmp_path / "attachments")}
    settings.STORAGES = {**settings.STORAGES, "attachments": {**kept, "OPTIONS": options}}
