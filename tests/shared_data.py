"""Real data that was not written by this project, beside it in ``../shared/data``."""

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared_data(*parts: str) -> Path:
    """A file or folder of the shared data; without it the test is skipped, or fails where it must be there."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        if os.environ.get("REQUIRE_SHARED_DATA") == "1":
            pytest.fail(f"the shared data is missing: {path}")
        pytest.skip(f"the shared data is not here: {path}")
    return path
