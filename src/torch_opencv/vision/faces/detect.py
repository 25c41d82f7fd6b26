"""Where faces are, by one of four detectors, all with the same interface.

    find = detector("tiny", device=torch.device("cpu"))
    (found,) = find([frame])      # found.boxes, found.scores

- "tiny": face-api's small one, after YOLO; the fastest.
- "ssd": face-api's SSD on MobileNet; finds more, and several times as slow.
- "haar": Viola and Jones (2001), as in OpenCV, the way of the original demo; it knows frontal faces only.
- "yunet": OpenCV's own FaceDetectorYN (Wu, Peng and Yu 2023).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import torch
from torch import Tensor

import torch_opencv as cv
from torch_opencv import runtime, weights
from torch_opencv.nets.faceapi import SsdMobilenet, TinyFaceDetector, boxes, inputs, ssd_mobilenet
from torch_opencv.vision.errors import ModelError
from torch_opencv.vision.faces import published
from torch_opencv.vision.frames import opencv_for

_SMALLEST_HAAR: Final = 48  # the cascade's smallest face, 24 pixels, in a frame that is made half as large
DetectorName = Literal["tiny", "ssd", "haar", "yunet"]
WEIGHTS: Final[dict[str, str]] = {  # in the catalogue
    "tiny": "faceapi-tiny-face-detector",
    "ssd": "faceapi-ssd-mobilenetv1",
    "haar": "haarcascade-frontalface",
    "yunet": "yunet",
}
NAMES: Final = tuple(WEIGHTS)


@dataclass(frozen=True, eq=False)
class Detections:
    """The faces found in a frame, best first.

    Attributes:
        boxes: float64 (K, 4), left, top, width and height in pixels, beyond whose edges they may go.
        scores: float64 (K,), 0..1.
    """

    boxes: Tensor
    scores: Tensor

    def __len__(self) -> int:
        return len(self.scores)


class Detector(ABC):
    """Finds faces in frames. `backend`: how it runs, "opencv" or as in `runtime.Accelerated`."""

    backend = "opencv"

    @abstractmethod
    def __call__(self, frames: Sequence[Tensor]) -> list[Detections]:
        """The faces in each of some torch.uint8 (H, W, 3) BGR frames, which may differ in size."""


def detector(name: str, *, device: torch.device, threshold: float | None = None) -> Detector:
    """Make a detector.

    Args:
        name: One of `NAMES`.
        device: Where its network runs, if it has one of ours; OpenCV's run on the CPU.
        threshold: The least score of what counts as a face; None is what its authors recommend.

    Raises:
        ModelError: There is no such detector, or this OpenCV lacks it.
        ValueError: The threshold is out of range.
        WeightsError: Its weights can't be had.

    """
    check(name, threshold)
    if name == "tiny":
        return TinyDetector(device=device, threshold=0.5 if threshold is None else threshold)
    if name == "ssd":
        return SsdDetector(device=device, threshold=0.5 if threshold is None else threshold)
    if name == "haar":
        return HaarDetector(threshold=0.5 if threshold is None else threshold)
    return YunetDetector(threshold=0.9 if threshold is None else threshold)


def check(name: str, threshold: float | None) -> None:
    """Make sure that `detector` can make such a one; nothing is loaded.

    Args:
        name: one of `NAMES`.
        threshold: 0 to less than 1; None is what the detector's authors recommend.

    Raises:
        ModelError: there is no such detector.
        ValueError: the threshold is out of range.
    """
    if name not in NAMES:
        raise ModelError(f"there is no face detector {name!r}: there are {', '.join(NAMES)}")
    if threshold is not None and not 0 <= threshold < 1:
        raise ValueError(f"threshold must be at least 0 and less than 1, not {threshold}")


class _NetworkDetector(Detector):
    """What face-api's two detectors have in common: how frames come in, and how candidates become faces."""

    _overlap: float  # intersection over union of boxes that are taken for the same face's
    _most: int | None = None

    def __init__(self, network: runtime.Accelerated, size: int, threshold: float) -> None:
        self._network = network
        self._size = size
        self._threshold = threshold
        self.backend = network.backend

    def __call__(self, frames: Sequence[Tensor]) -> list[Detections]:
        if not frames:
            return []
        images = torch.stack(
            [
                inputs.square(
                    frame.to(self._network.device), (0, 0, frame.shape[1], frame.shape[0]), self._size, centred=False
                )
                for frame in frames
            ]
        )
        outputs = self._network(images)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        found, scores = self._candidates(*(output.float() for output in runtime.to_cpu(*outputs)))
        return [self._faces(*candidates) for candidates in zip(found, scores, frames, strict=True)]

    @abstractmethod
    def _candidates(self, *outputs: Tensor) -> tuple[Tensor, Tensor]:
        """(N, K, 4) boxes as parts of the padded square, and (N, K) scores."""

    def _faces(self, candidates: Tensor, scores: Tensor, frame: Tensor) -> Detections:
        good = scores > self._threshold
        found, scores = candidates[good].double(), scores[good].double()
        kept = boxes.suppressed(found, scores, self._overlap)[: self._most]
        height, width = frame.shape[:2]
        scale = torch.tensor(boxes.padded_to_frame(width, height, self._size), dtype=torch.float64).repeat(2)
        return Detections(self._limited(found[kept]) * scale, scores[kept])

    def _limited(self, found: Tensor) -> Tensor:
        return found


class TinyDetector(_NetworkDetector):
    """face-api's TinyFaceDetector.

    Args:
        device: where its network runs.
        threshold: the least score of what counts as a face.
        size: the side of what it sees, a multiple of 32; smaller is faster.

    Raises:
        ValueError: the size is something else.
        WeightsError: its weights can't be had.
    """

    _overlap = 0.4

    def __init__(self, *, device: torch.device, threshold: float = 0.5, size: int = 416) -> None:
        if size < 32 or size % 32:
            raise ValueError(f"size must be a multiple of 32, not {size}")
        network = published.load(TinyFaceDetector)
        super().__init__(published.accelerated(network, size, device, f"tiny face detector {size}"), size, threshold)

    def _candidates(self, *outputs: Tensor) -> tuple[Tensor, Tensor]:
        return TinyFaceDetector.decode(*outputs)


class SsdDetector(_NetworkDetector):
    """face-api's SsdMobilenetv1.

    Args:
        device: where its network runs.
        threshold: the least score of what counts as a face.

    Raises:
        WeightsError: its weights can't be had.
    """

    _overlap = 0.5
    _most = 100

    def __init__(self, *, device: torch.device, threshold: float = 0.5) -> None:
        network = published.load(SsdMobilenet)
        self._decode = network.decode
        super().__init__(
            published.accelerated(network, ssd_mobilenet.SIZE, device, "SSD face detector"),
            ssd_mobilenet.SIZE,
            threshold,
        )

    def _candidates(self, *outputs: Tensor) -> tuple[Tensor, Tensor]:
        return self._decode(*outputs)

    def _limited(self, found: Tensor) -> Tensor:
        """Clipped to the padded square."""
        start = found[:, :2].clamp(0, 1)
        end = (found[:, :2] + found[:, 2:]).clamp(0, 1)
        return torch.cat((start, end - start), dim=1)


class HaarDetector(Detector):
    """OpenCV's cascade of Haar features, on the frame's grey image at half its size, as the original demo had it.

    Args:
        threshold: the least score of what counts as a face. A score is the logistic function of the last stage's
            weight. It orders the faces, but is no probability.

    Raises:
        ModelError: this OpenCV lacks it.
    """

    _shrink: Final = 0.5

    def __init__(self, *, threshold: float = 0.5) -> None:
        self._threshold = threshold
        make = getattr(cv, "CascadeClassifier", None)
        if make is None:
            raise ModelError(
                "this OpenCV has no CascadeClassifier (OpenCV 5 has it in the contrib wheels): "
                "pip install opencv-contrib-python, or take the detector tiny"
            )
        self._cascade: Any = make(str(weights.path("haarcascade-frontalface")))
        if self._cascade.empty():
            raise ModelError("this OpenCV can't read haarcascade_frontalface_default.xml: take the detector tiny")

    def __call__(self, frames: Sequence[Tensor]) -> list[Detections]:  # noqa: D102 (Detector's)
        return [self._found(frame) for frame in frames]

    def _found(self, frame: Tensor) -> Detections:
        if min(frame.shape[:2]) < _SMALLEST_HAAR:
            return _sorted(torch.zeros(0, 4, dtype=torch.float64), torch.zeros(0, dtype=torch.float64))
        on_device = opencv_for(frame)
        small = on_device.resize(frame, None, fx=self._shrink, fy=self._shrink)
        grey = on_device.cvtColor(small, cv.COLOR_BGR2GRAY).cpu()
        found, _, weight = self._cascade.detectMultiScale3(grey, outputRejectLevels=True)
        scores = torch.sigmoid(torch.as_tensor(weight, dtype=torch.float64).flatten())
        good = scores >= self._threshold
        rows = torch.as_tensor(found, dtype=torch.float64).reshape(-1, 4) / self._shrink
        return _sorted(rows[good], scores[good])


class YunetDetector(Detector):
    """OpenCV's FaceDetectorYN, whose weights are in OpenCV's model zoo.

    Args:
        threshold: the least score of what counts as a face.

    Raises:
        WeightsError: its weights can't be had.
    """

    def __init__(self, *, threshold: float = 0.9) -> None:
        self._net: Any = cv.FaceDetectorYN.create(str(weights.path("yunet")), "", (320, 320), threshold)

    def __call__(self, frames: Sequence[Tensor]) -> list[Detections]:  # noqa: D102 (Detector's)
        found = []
        for frame in frames:
            self._net.setInputSize((frame.shape[1], frame.shape[0]))
            rows = self._net.detect(frame.cpu())[1]  # box, five landmarks, score; None or nothing without faces
            table = torch.zeros(0, 15) if rows is None else torch.as_tensor(rows).reshape(-1, 15)
            found.append(_sorted(table[:, :4].double(), table[:, 14].double().clamp(0, 1)))
        return found


def _sorted(found: Tensor, scores: Tensor) -> Detections:
    order = scores.argsort(descending=True, stable=True)
    return Detections(found[order], scores[order])
