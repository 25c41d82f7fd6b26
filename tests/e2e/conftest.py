"""The display that windows are tested on."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator

import pytest

from tests.e2e.display import Display, missing


@pytest.fixture(scope="session")
def display(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Display]:
    """An X display of our own; skips where a program for it, or the cv2 wheel that has windows, is missing."""
    if absent := missing():
        pytest.skip(f"needs {', '.join(absent)}: apt-get install xvfb openbox xdotool")
    if any("headless" in name for name in _opencv_wheels()):
        pytest.skip("needs the cv2 wheel that has windows: make e2e")
    with Display(tmp_path_factory.mktemp("display")) as display:
        yield display


def _opencv_wheels() -> list[str]:
    return [name for d in importlib.metadata.distributions() if "opencv" in (name := d.metadata["Name"])]
