from __future__ import annotations

from pathlib import Path

import pytest

from tests.nets.faceapi.reference import Reference
from torch_opencv.vision.faces import FaceAnalyzer
from torch_opencv.weights import WeightsError


@pytest.fixture(scope="session")
def reference(shared_data: Path) -> Reference:
    return Reference(shared_data / "faceapi")


@pytest.fixture(scope="session")
def whole_chain() -> FaceAnalyzer:
    """The reference's chain. Its networks are compiled once on a machine, in the ordinary cache."""
    try:
        return FaceAnalyzer("ssd", device="cpu", descriptors=True)
    except WeightsError as error:
        pytest.skip(f"needs face-api's weights: {str(error).splitlines()[0]}")
