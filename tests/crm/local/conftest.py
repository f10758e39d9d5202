"""A folder as a second checkout would have it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def local() -> Iterator[Path]:
    """Not among pytest's folders: each new run makes those private again, and under root another user must get in."""
    folder = Path(tempfile.mkdtemp(prefix="a checkout, with a space "))
    folder.chmod(0o711)
    yield folder / ".local"
    shutil.rmtree(folder, ignore_errors=True)
