"""OpenCV's own Python tests, with plain cv2 and with every array as a tensor: which differ?

    python tools/opencv_suite.py opencv_contrib_python-4.14.0.94.tar.gz

The tests are taken from the source distribution of the installed OpenCV and left as they are; see
tools/arrays_as_tensors.py for what stands in the place of ``cv2``. Tests whose data isn't in the archive, or that need
a GPU, end the same either way, and so say nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import unittest
from collections import ChainMap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from opencv_sources import extract

_TIMEOUT_S = 300


def test_files(sources: Path) -> list[Path]:
    """OpenCV's test files for Python, of the main modules and contrib's."""
    patterns = (
        "opencv/modules/python/test",
        "opencv/modules/*/misc/python/test",
        "opencv_contrib/modules/*/misc/python/test",
    )
    return sorted(path for pattern in patterns for path in sources.glob(f"{pattern}/test_*.py"))


def run(path: Path, sources: Path, *, as_tensors: bool) -> dict[str, str]:
    """What became of each test of a file, by its name: ``passed``, ``skipped`` or the last line of its error."""
    child = [sys.executable, __file__, "--child", str(path), str(sources), "tensors" if as_tensors else "arrays"]
    environment = {**os.environ, "OPENCV_LOG_LEVEL": "SILENT", "PYTHONDONTWRITEBYTECODE": "1"}
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                child, cwd=folder, env=environment, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
            )
        except subprocess.TimeoutExpired:
            return {path.stem: f"no end after {_TIMEOUT_S} s"}
    results = {}
    for line in done.stdout.splitlines():
        if line.startswith("TEST "):
            name, outcome = json.loads(line[5:])
            results[name] = outcome
    if done.returncode:
        results[path.stem] = f"ended with {done.returncode}: {(done.stderr.strip() or 'no words').splitlines()[-1]}"
    return results


def compare(sources: Path) -> tuple[dict[str, str], dict[str, str]]:
    """What became of each test with plain cv2, and with tensors."""
    files = test_files(sources)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        plain = pool.map(lambda path: run(path, sources, as_tensors=False), files)
        ours = pool.map(lambda path: run(path, sources, as_tensors=True), files)
        return dict(ChainMap(*plain)), dict(ChainMap(*ours))


# --- in a process of its own ------------------------------------------------------------------------------------------


class _Printed(unittest.TestResult):
    """Prints each result as it comes, so that a crash loses only what comes after it."""

    def _say(self, test: unittest.TestCase, outcome: str) -> None:
        name = test.id().removeprefix("__main__.")
        print("\nTEST " + json.dumps([name, outcome]), flush=True)

    def addSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802
        self._say(test, "passed")

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:  # noqa: N802
        self._say(test, "skipped")

    def addFailure(self, test: unittest.TestCase, err: object) -> None:  # noqa: N802
        self._say(test, self._last_line(err))

    addError = addFailure  # noqa: N815

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: object) -> None:  # noqa: N802
        if err is not None:
            self._say(test, self._last_line(err))

    @staticmethod
    def _last_line(err: object) -> str:
        kind, error, _ = err  # type: ignore[misc]
        return f"{kind.__name__}: {' '.join(str(error).split())[:300]}"


def _child(path: Path, sources: Path, how: str) -> None:
    import random

    sys.path[:0] = [str(path.parent), str(sources / "opencv/modules/python/test")]
    if how == "tensors":
        from arrays_as_tensors import install

        install()
    import numpy as np
    import tests_common

    tests_common.NewOpenCVTests.repoPath = str(sources / "opencv")
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    unittest.defaultTestLoader.loadTestsFromName(path.stem).run(_Printed())


def main() -> int:
    if sys.argv[1:2] == ["--child"]:
        _child(Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
        return 0
    with tempfile.TemporaryDirectory() as folder:
        plain, ours = compare(extract(Path(sys.argv[1]), Path(folder)))
    passed = [name for name, outcome in plain.items() if outcome == "passed"]
    worse = [name for name in passed if ours.get(name) != "passed"]
    for name in worse:
        print(f"{name}: {ours.get(name, 'did not run')}")
    print(f"{len(plain)} tests; {len(passed)} pass with arrays, {len(passed) - len(worse)} of these with tensors")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
