"""OpenCV's own Python tests, with plain cv2 and with every array as a tensor: which differ?

    python tools/opencv_suite.py opencv_contrib_python-4.14.0.94.tar.gz

The tests are taken from the source distribution of the installed OpenCV and left as they are; see
tools/arrays_as_tensors.py for what stands in the place of ``cv2``. Tests whose data isn't in the archive, or that need
a GPU, end the same either way, and so say nothing.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from forks import run_in_fork
from opencv_sources import extract

_TIMEOUT_S = 300


def test_files(sources: Path) -> list[Path]:
    """OpenCV's test files for Python, of the main modules and contrib's; those of the CUDA modules need its GPU."""
    patterns = [
        "opencv/modules/python/test",
        "opencv/modules/*/misc/python/test",
        "opencv_contrib/modules/*/misc/python/test",
    ]
    found = (path for pattern in patterns for path in sources.glob(f"{pattern}/test_*.py"))
    return sorted(path for path in found if "/cuda" not in str(path))


def run(sources: Path, *, as_tensors: bool) -> dict[str, str]:
    """What became of each test, by its name: ``passed``, ``skipped`` or the last line of its error."""
    command = [sys.executable, __file__, "--child", str(sources), "tensors" if as_tensors else "arrays"]
    environment = {**os.environ, "OPENCV_LOG_LEVEL": "SILENT", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(line[5:]) for line in done.stdout.splitlines() if line.startswith("TEST "))


def compare(sources: Path) -> tuple[dict[str, str], dict[str, str]]:
    """What became of each test with plain cv2, and with tensors."""
    return run(sources, as_tensors=False), run(sources, as_tensors=True)


# --- in a process of its own ------------------------------------------------------------------------------------------


def _say(name: str, outcome: str) -> None:
    print("\nTEST " + json.dumps([name, outcome]), flush=True)


class _Printed(unittest.TestResult):
    """Prints each result as it comes, so that a crash loses only what comes after it."""

    def addSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802
        _say(test.id(), "passed")

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:  # noqa: N802
        _say(test.id(), "skipped")

    def addFailure(self, test: unittest.TestCase, err: object) -> None:  # noqa: N802
        kind, error, _ = err  # type: ignore[misc]
        _say(test.id(), f"{kind.__name__}: {' '.join(str(error).split())[:300]}")

    addError = addFailure  # noqa: N815

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: object) -> None:  # noqa: N802
        if err is not None:
            self.addFailure(test, err)


def _run_file(path: Path, sources: Path) -> None:
    import numpy as np

    sys.path[:0] = [str(path.parent), str(sources / "opencv/modules/python/test")]
    import tests_common

    tests_common.NewOpenCVTests.repoPath = str(sources / "opencv")
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    unittest.defaultTestLoader.loadTestsFromName(path.stem).run(_Printed())


def _child(sources: Path, how: str) -> None:
    if how == "tensors":
        from arrays_as_tensors import install

        install()
    else:
        import cv2  # noqa: F401  once, before the forks
    for path in test_files(sources):
        if failure := run_in_fork(lambda path=path: _run_file(path, sources), _TIMEOUT_S):
            _say(path.stem, failure)


def main() -> int:
    if sys.argv[1:2] == ["--child"]:
        _child(Path(sys.argv[2]), sys.argv[3])
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
