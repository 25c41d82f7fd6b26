"""One classifier for all tests: it takes seconds to compile."""

from __future__ import annotations

import pytest

from torch_opencv.vision import Classifier


@pytest.fixture(scope="session")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TORCH_OPENCV_HOME", str(tmp_path_factory.mktemp("home")))
        return Classifier(device="cpu")
