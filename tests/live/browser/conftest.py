"""A browser view at a free port."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from torch_opencv.live.browser import Browser


@pytest.fixture
def browser() -> Iterator[Browser]:
    browser = Browser("test", port=0)
    yield browser
    browser.close()
