"""OpenCV's own tests and samples, taken from its source distribution: what passes with arrays passes with tensors."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(3600)]

DIFFERENT = {
    "test_misc.Arguments.test_vector_fast_return": "nothing found is an empty tensor, not ()",
    "test_misc.Arguments.test_numpy_writeable_flag_is_preserved": "no tensor is read-only",
    "test_misc.Arguments.test_unsupported_numpy_data_types_string_description": "torch's names of dtypes, and a remedy",
    "test_misc.CanUsePurePythonModuleFunction.test_native_method_can_be_patched": "cv.utils._native is private",
}
"""OpenCV's tests that pass with arrays and not with tensors, and why; docs/bindings.md says it to users."""


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked archive that TORCH_OPENCV_TEST_SOURCES names; "download" has pip get it, which takes minutes."""
    given = os.environ.get("TORCH_OPENCV_TEST_SOURCES")
    if not given:
        pytest.skip("takes up to an hour: TORCH_OPENCV_TEST_SOURCES=download, or the path of OpenCV's source archive")
    sys.path.insert(0, str(TOOLS))
    from opencv_sources import extract, fetch

    folder = tmp_path_factory.mktemp("opencv")
    if given != "download":
        return extract(Path(given), folder)
    installed = next(d for d in importlib.metadata.distributions() if d.name.startswith("opencv-contrib-python"))
    try:
        return extract(fetch(installed.version, folder), folder)
    except subprocess.CalledProcessError as error:
        reason = (error.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        pytest.skip(f"pip can't get OpenCV's source archive: {reason}")


@pytest.mark.skipif(cv2.__version__.startswith("5."), reason="the list of exceptions is OpenCV 4's")
def test_opencvs_own_tests(sources: Path) -> None:
    from opencv_suite import compare

    plain, ours = compare(sources)
    passed = {name for name, outcome in plain.items() if outcome == "passed"}
    assert len(passed) > 150, "the archive's tests did not run"
    worse = {name: ours.get(name, "did not run") for name in passed if ours.get(name) != "passed"}
    assert {name: why for name, why in worse.items() if name not in DIFFERENT} == {}
    assert set(DIFFERENT) <= set(worse), "a test of these passes now: take it out, here and in docs/bindings.md"


def test_opencvs_own_samples(sources: Path) -> None:
    from opencv_samples import compare

    results = compare(sources)
    assert len(results) > 40, "the archive's samples did not run"
    assert {name: different for name, different in results.items() if different} == {}
