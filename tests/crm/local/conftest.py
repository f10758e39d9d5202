"""A folder as a second checkout would have it."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def local(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("a checkout, with a space") / ".local"
    for part in [*reversed(folder.parents)][2:]:  # pytest's folders are private; under root another user must get in
        if part.stat().st_uid == os.geteuid():
            part.chmod(part.stat().st_mode | 0o711)
    return folder
