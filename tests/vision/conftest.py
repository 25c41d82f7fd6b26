"""One classifier for all tests: it takes a while to load."""

from __future__ import annotations

import pytest

from torch_opencv.vision import Classifier


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    return Classifier(device="cpu")
