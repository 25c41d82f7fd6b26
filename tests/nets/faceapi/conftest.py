from __future__ import annotations

from pathlib import Path

import pytest

from .reference import Reference


@pytest.fixture(scope="session")
def reference(shared_data: Path) -> Reference:
    return Reference(shared_data / "faceapi")
