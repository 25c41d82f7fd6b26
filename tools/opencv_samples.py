"""OpenCV's own Python samples, with plain cv2 and with every array as a tensor: which show something else?

    python tools/opencv_samples.py opencv_contrib_python-4.14.0.94.tar.gz

The samples are taken from the source distribution of the installed OpenCV and left as they are; see
tools/arrays_as_tensors.py for what stands in the place of ``cv2``. There is no display: what would be shown is counted
and compared by its bytes, keys are pressed by a script (each key that samples listen to, Escape at last), trackbars
keep their values, and videos end after some frames. A sample that needs a model, a camera or a file that the archive
lacks ends the same either way, and is left out.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opencv_sources import extract

_TIMEOUT_S = 120
_KEYS = " rncsp1a\r"
"""What is pressed, one key a ``waitKey``, before Escape and ``q`` take turns until the sample gives in."""

_MOST_KEYS = 60
_MOST_FRAMES = 20

_LEFT_OUT = {
    "tst_scene_render.py": "a module of others, whose loop of 1,000 frames is nobody's sample",
    "_coverage.py": "counts names",
    "_doc.py": "reads the documentation",
    "demo.py": "a browser of the samples, with tkinter",
}


@dataclass(frozen=True)
class Outcome:
    """What a sample did: the pictures it showed and wrote, in order, and how it ended."""

    pictures: tuple[str, ...]
    ended: str

    @property
    def ran(self) -> bool:
        return self.ended == "" and bool(self.pictures)


def samples(sources: Path) -> list[Path]:
    """OpenCV's samples in Python, of the main modules and contrib's."""
    found = [
        *(sources / "opencv/samples/python").rglob("*.py"),
        *sources.glob("opencv_contrib/modules/*/samples/**/*.py"),
    ]
    return sorted(path for path in found if path.name not in _LEFT_OUT)


def run(path: Path, sources: Path, *, as_tensors: bool) -> Outcome:
    """Run one sample in a process and a folder of its own."""
    child = [sys.executable, __file__, "--child", str(path), str(sources), "tensors" if as_tensors else "arrays"]
    environment = {**os.environ, "OPENCV_LOG_LEVEL": "SILENT", "PYTHONDONTWRITEBYTECODE": "1", "MPLBACKEND": "agg"}
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                child,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Outcome((), f"no end after {_TIMEOUT_S} s")
    pictures = tuple(line[8:] for line in done.stdout.splitlines() if line.startswith("PICTURE "))
    words = done.stderr.strip().splitlines()
    return Outcome(pictures, "" if done.returncode == 0 else (words or [f"ended with {done.returncode}"])[-1])


def difference(plain: Outcome, ours: Outcome) -> str:
    """How a sample differs with tensors; nothing where it does not."""
    if ours.ended != plain.ended:
        return ours.ended or f"did not end with {plain.ended}"
    if len(ours.pictures) != len(plain.pictures):
        return f"{len(ours.pictures)} pictures instead of {len(plain.pictures)}"
    different = [a.split()[0] for a, b in zip(plain.pictures, ours.pictures, strict=True) if a != b]
    return (
        f"{len(different)} of {len(plain.pictures)} pictures differ: {', '.join(sorted(set(different)))}"
        if different
        else ""
    )


def compare(sources: Path) -> Iterator[tuple[str, str, int]]:
    """Each sample that runs with plain cv2: its name, how it differs with tensors, and the number of its pictures.

    What two runs with plain cv2 don't agree on (threads, the clock) is said to differ from itself, and left out.
    """

    def outcomes(path: Path) -> tuple[str, str, int]:
        plain = run(path, sources, as_tensors=False)
        if not plain.ran:
            return "", "", 0
        different = difference(plain, run(path, sources, as_tensors=True))
        if different and difference(plain, run(path, sources, as_tensors=False)):
            return "", "", 0
        return str(path.relative_to(sources)), different, len(plain.pictures)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from (outcome for outcome in pool.map(outcomes, samples(sources)) if outcome[0])


# --- in a process of its own ------------------------------------------------------------------------------------------


def _say(kind: str, name: object, array: Any) -> None:
    import numpy as np

    array = np.asarray(array)
    if np.issubdtype(array.dtype, np.floating):
        array = np.where(np.isnan(array), np.float64(0), array)  # one NaN is as good as another
    digest = hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]
    print(f"\nPICTURE {json.dumps(f'{kind} {name}')} {array.dtype} {array.shape} {digest}", flush=True)


class _Display:
    """What stands in the place of OpenCV's windows."""

    def __init__(self) -> None:
        self._trackbars: dict[tuple[str, str], int] = {}
        self._keys = 0

    def waitKey(self, delay: int = 0) -> int:  # noqa: N802
        self._keys += 1
        if self._keys > _MOST_KEYS:
            sys.exit(0)
        if self._keys <= len(_KEYS):
            return ord(_KEYS[self._keys - 1])
        return 27 if self._keys % 2 else ord("q")

    def createTrackbar(self, name: str, window: str, value: int, *_: object) -> None:  # noqa: N802
        self._trackbars[window, name] = value

    def setTrackbarPos(self, name: str, window: str, position: int) -> None:  # noqa: N802
        self._trackbars[window, name] = position

    def getTrackbarPos(self, name: str, window: str) -> int:  # noqa: N802
        return self._trackbars.get((window, name), 0)

    def getWindowProperty(self, window: str, property_: int) -> float:  # noqa: N802
        return 1.0

    def selectROI(self, *args: object, **kwargs: object) -> tuple[int, int, int, int]:  # noqa: N802
        return 20, 20, 60, 60

    def functions(self, imwrite: Callable[..., bool]) -> dict[str, Callable[..., Any]]:
        def imshow(window: str, image: Any) -> None:
            _say("shown", window, image)

        def written(filename: str, image: Any, *args: Any) -> bool:
            _say("written", Path(filename).name, image)
            return imwrite(filename, image, *args)

        def nothing(*args: object, **kwargs: object) -> None:
            return None

        silent = "namedWindow destroyAllWindows destroyWindow setMouseCallback moveWindow resizeWindow setWindowTitle"
        of_ours = {name: getattr(self, name) for name in vars(type(self)) if not name.startswith(("_", "functions"))}
        return (
            {"imshow": imshow, "imwrite": written, "pollKey": self.waitKey, "waitKeyEx": self.waitKey}
            | of_ours
            | dict.fromkeys(silent.split(), nothing)
        )


class _ShortVideo:
    """A ``VideoCapture`` that ends after some frames."""

    def __init__(self, capture: Callable[..., Any], *args: Any) -> None:
        self._capture = capture(*args)
        self._left = _MOST_FRAMES

    def __getattr__(self, name: str) -> Any:
        return getattr(self._capture, name)

    def read(self, *args: Any) -> Any:
        self._left -= 1
        return self._capture.read(*args) if self._left >= 0 else (False, None)


def _child(path: Path, sources: Path, how: str) -> None:
    import random
    import runpy

    import cv2
    import numpy as np

    if how == "tensors":
        from arrays_as_tensors import install

        cv2 = install()
    for name, function in _Display().functions(cv2.imwrite).items():
        setattr(cv2, name, function)
    cv2.samples.addSamplesDataSearchPath(str(sources / "opencv/samples/data"))
    cv2.samples.addSamplesDataSearchPath(str(sources / "opencv/data"))
    cv2.setNumThreads(1)
    cv2.setRNGSeed(0)
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    cv2.VideoCapture = functools.partial(_ShortVideo, cv2.VideoCapture)
    os.chdir(path.parent)
    sys.path.insert(0, str(path.parent))
    sys.argv = [str(path)]
    runpy.run_path(str(path), run_name="__main__")


def main() -> int:
    if sys.argv[1:2] == ["--child"]:
        _child(Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
        return 0
    with tempfile.TemporaryDirectory() as folder:
        results = []
        for name, different, pictures in compare(extract(Path(sys.argv[1]), Path(folder))):
            results.append(different)
            print(f"{name}: {different or f'{pictures} pictures, the same'}", flush=True)
    same = results.count("")
    print(f"{len(results)} samples show pictures with arrays, {same} of these the same with tensors")
    return 0 if same == len(results) else 1


if __name__ == "__main__":
    sys.exit(main())
