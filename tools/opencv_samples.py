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
import random
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forks import run_in_fork
from opencv_sources import extract

_TIMEOUT_S = 300
_KEYS = " rncsp1a\r"
"""What is pressed, one key a ``waitKey``, before Escape and ``q`` take turns until the sample gives in."""

_MOST_KEYS = 60
_MOST_FRAMES = 20

_LEFT_OUT = {
    "tst_scene_render.py": "a module of others, whose loop of 1,000 frames is nobody's sample",
    "_coverage.py": "counts names",
    "_doc.py": "reads the documentation",
    "demo.py": "a browser of the samples, with tkinter",
    "digits_adjust.py": "a search of four to eight minutes",
    "video_threaded.py": "draws the time it took, in threads",
}


@dataclass(frozen=True)
class Outcome:
    """What a sample did: the images it showed and wrote, in order, and how it ended."""

    images: tuple[str, ...]
    ended: str

    @property
    def ran(self) -> bool:
        return self.ended == ""


def samples(sources: Path) -> list[Path]:
    """OpenCV's samples in Python, of the main modules and contrib's."""
    found = [
        *(sources / "opencv/samples/python").rglob("*.py"),
        *sources.glob("opencv_contrib/modules/*/samples/**/*.py"),
    ]
    return sorted(path for path in found if path.name not in _LEFT_OUT)


def run(paths: list[Path], sources: Path, *, as_tensors: bool) -> dict[Path, Outcome]:
    """What these samples do."""
    command = [sys.executable, __file__, "--child", str(sources), "tensors" if as_tensors else "arrays"]
    environment = {**os.environ, "OPENCV_LOG_LEVEL": "SILENT", "PYTHONDONTWRITEBYTECODE": "1", "MPLBACKEND": "agg"}
    done = subprocess.run(
        [*command, *map(str, paths)],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    outcomes, images = {}, []
    for line in done.stdout.splitlines():
        if line.startswith("IMAGE "):
            images.append(line[8:])
        elif line.startswith("SAMPLE "):
            name, ended = json.loads(line[7:])
            outcomes[Path(name)] = Outcome(tuple(images), ended)
            images = []
    return outcomes


def difference(plain: Outcome, ours: Outcome) -> str:
    """How a sample differs with tensors; nothing where it does not."""
    if ours.ended != plain.ended:
        return ours.ended or f"did not end with {plain.ended}"
    if len(ours.images) != len(plain.images):
        return f"{len(ours.images)} images instead of {len(plain.images)}"
    different = [a.split()[0] for a, b in zip(plain.images, ours.images, strict=True) if a != b]
    return (
        f"{len(different)} of {len(plain.images)} images differ: {', '.join(sorted(set(different)))}"
        if different
        else ""
    )


def compare(sources: Path) -> dict[str, str]:
    """How each sample that runs with plain cv2 differs with tensors; nothing where it does not.

    A sample that differs from itself, run with plain cv2 once more, says nothing (threads, the clock), and is left out.
    """
    plain = {path: outcome for path, outcome in run(samples(sources), sources, as_tensors=False).items() if outcome.ran}
    ours = run([*plain], sources, as_tensors=True)
    differences = {path: difference(outcome, ours[path]) for path, outcome in plain.items()}
    again = run([path for path, different in differences.items() if different], sources, as_tensors=False)
    unsteady = {path for path, outcome in again.items() if difference(plain[path], outcome)}
    return {str(p.relative_to(sources)): different for p, different in differences.items() if p not in unsteady}


# --- in a process of its own ------------------------------------------------------------------------------------------


def _say(kind: str, name: object, array: Any) -> None:
    import numpy as np

    array = np.asarray(array)
    if np.issubdtype(array.dtype, np.floating):
        array = np.where(np.isnan(array), np.float64(0), array)  # one NaN is as good as another
    digest = hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]
    print(f"\nIMAGE {json.dumps(f'{kind} {name}')} {array.dtype} {array.shape} {digest}", flush=True)


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


def _run_sample(path: Path, sources: Path) -> None:
    import cv2
    import numpy as np

    for name, function in _Display().functions(cv2.imwrite).items():
        setattr(cv2, name, function)
    cv2.VideoCapture = functools.partial(_ShortVideo, cv2.VideoCapture)
    cv2.samples.addSamplesDataSearchPath(str(sources / "opencv/samples/data"))
    cv2.samples.addSamplesDataSearchPath(str(sources / "opencv/data"))
    cv2.setNumThreads(1)
    cv2.setRNGSeed(0)
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    os.chdir(path.parent)
    sys.path.insert(0, str(path.parent))
    sys.argv = [str(path)]
    runpy.run_path(str(path), run_name="__main__")


def _child(sources: Path, how: str, paths: list[Path]) -> None:
    if how == "tensors":
        from arrays_as_tensors import install

        install()
    else:
        import cv2  # noqa: F401  once, before the forks
    for path in paths:
        failure = run_in_fork(lambda path=path: _run_sample(path, sources), _TIMEOUT_S)
        print("\nSAMPLE " + json.dumps([str(path), failure]), flush=True)


def main() -> int:
    if sys.argv[1:2] == ["--child"]:
        _child(Path(sys.argv[2]), sys.argv[3], [Path(path) for path in sys.argv[4:]])
        return 0
    with tempfile.TemporaryDirectory() as folder:
        results = compare(extract(Path(sys.argv[1]), Path(folder)))
    for name, different in results.items():
        print(f"{name}: {different or 'the same'}")
    same = list(results.values()).count("")
    print(f"{len(results)} samples run with arrays, {same} of these are the same with tensors")
    return 0 if same == len(results) else 1


if __name__ == "__main__":
    sys.exit(main())
