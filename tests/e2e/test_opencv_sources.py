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

ON_PURPOSE: dict[str, str] = {}
"""OpenCV's tests that pass with arrays and can't with tensors, and why; docs/bindings.md says it to users."""


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked archive: from TORCH_OPENCV_TEST_SOURCES, or downloaded with pip; skips where neither works."""
    sys.path.insert(0, str(TOOLS))
    from opencv_sources import extract, fetch

    folder = tmp_path_factory.mktemp("opencv")
    if given := os.environ.get("TORCH_OPENCV_TEST_SOURCES"):
        return extract(Path(given), folder)
    installed = next(d for d in importlib.metadata.distributions() if d.name.startswith("opencv-contrib-python"))
    try:
        return extract(fetch(installed.version, folder), folder)
    except subprocess.CalledProcessError as error:
        reason = (error.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        pytest.skip(
            f"needs OpenCV's source archive (TORCH_OPENCV_TEST_SOURCES names one), and pip can't get it: {reason}"
        )


@pytest.mark.skipif(cv2.__version__.startswith("5."), reason="the list of exceptions is OpenCV 4's")
def test_opencvs_own_tests(sources: Path) -> None:
    from opencv_suite import compare

    plain, ours = compare(sources)
    passed = {name for name, outcome in plain.items() if outcome == "passed"}
    assert len(passed) > 150, "the archive's tests did not run"
    worse = {name: ours.get(name, "did not run") for name in passed if ours.get(name) != "passed"}
    assert {name: why for name, why in worse.items() if name not in ON_PURPOSE} == {}
    assert set(ON_PURPOSE) <= set(worse), "a test of these passes now: take it out, here and in docs/bindings.md"


def test_opencvs_own_samples(sources: Path) -> None:
    from opencv_samples import compare

    results = {name: different for name, different, _ in compare(sources)}
    assert len(results) > 40, "the archive's samples did not run"
    assert {name: different for name, different in results.items() if different} == {}
