"""From frames to faces, with all that is known about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from torch_opencv import runtime, weights
from torch_opencv.nets.faceapi import boxes
from torch_opencv.vision.errors import ModelError
from torch_opencv.vision.faces import detect, reading
from torch_opencv.vision.faces.detect import Detections, DetectorName
from torch_opencv.vision.faces.face import Face
from torch_opencv.vision.faces.gallery import DESCRIPTORS, DescriptorName
from torch_opencv.vision.faces.openface import OpenFace
from torch_opencv.vision.faces.reading import ModelName, Subject
from torch_opencv.vision.frames import check_frame


class FaceAnalyzer:
    """Finds faces in frames, and reads age, gender and expression from them.

    Made the first time on a machine, it takes some seconds longer for each network, which is compiled (see `runtime`).

    Args:
        detector: "tiny", "ssd", "haar" or "yunet"; see `detect`.
        model: "faceapi" reads age in years, gender, expression and 68 landmarks; "levi-hassner" age group and gender,
            as the original demo did; None reads none of that.
        device: "auto" (CUDA if there is one), "cpu", "cuda" or "cuda:N".
        descriptors: Also make a descriptor of each face, by which people are told apart: face-api's (True or
            "faceapi"), or OpenFace's ("openface").
        threshold: The least score of what counts as a face; None is the detector's own.

    Attributes:
        detector, model, device: What it was made with.
        backends: How each of its networks runs, the detector's first (see `runtime.Accelerated`).

    Raises:
        ModelError: There is no such detector or model.
        WeightsError: Weights can't be had.
        DeviceError: There is no such device.
        ValueError: The threshold is out of range.

    """

    def __init__(
        self,
        detector: DetectorName | str = "tiny",
        *,
        model: ModelName | str | None = "faceapi",
        device: str | torch.device = "auto",
        descriptors: bool | DescriptorName | str = False,
        threshold: float | None = None,
    ) -> None:
        detect.check(detector, threshold)  # before anything is loaded
        if model is not None and model not in reading.NAMES:
            raise ModelError(f"there is no model {model!r} for faces: there are {', '.join(reading.NAMES)}")
        if not isinstance(descriptors, bool) and descriptors not in DESCRIPTORS:
            raise ModelError(f"there is no descriptor {descriptors!r}: there are {', '.join(DESCRIPTORS)}")
        self.device = runtime.resolve_device(device)
        self.detector = detector
        self.model = model
        kinds = _readers(model, descriptors)
        # All at once, so that one line says what comes.
        weights.fetch(detect.WEIGHTS[detector], *(name for kind in kinds for name in kind.weights))
        self._detect = detect.detector(detector, device=self.device, threshold=threshold)
        self._readers = [kind(self.device) for kind in kinds]
        self.backends = (self._detect.backend, *(reader.backend for reader in self._readers))

    def __call__(self, frame: Tensor) -> list[Face]:
        """The faces in a torch.uint8 (H, W, 3) BGR frame of any size and stride, best first.

        Raises:
            TypeError: it is anything else.
            ValueError: it is anything else.
        """
        return self.batch([frame])[0]

    def batch(self, frames: Sequence[Tensor]) -> list[list[Face]]:
        """The same for several frames: all of their faces go through each network at once.

        Args:
            frames: torch.uint8 (H, W, 3), BGR, which may differ in size.

        Returns:
            The faces in each, best first.

        Raises:
            FrameError: one is anything else.
        """
        return self.read(frames, self.detect(frames))

    def detect(self, frames: Sequence[Tensor]) -> list[Detections]:
        """Only where the faces are.

        Args:
            frames: torch.uint8 (H, W, 3), BGR, which may differ in size.

        Raises:
            FrameError: one is anything else.
        """
        for frame in frames:
            check_frame(frame)
        return self._detect(frames)

    def read(self, frames: Sequence[Tensor], detections: Sequence[Detections]) -> list[list[Face]]:
        """What the faces in some boxes are like.

        Args:
            frames: torch.uint8 (H, W, 3), BGR, which may differ in size.
            detections: boxes and scores in each: those of `detect`, or where they are expected.

        Returns:
            A face for each box, in the same order.

        Raises:
            FrameError: a frame is anything else.
        """
        for frame in frames:
            check_frame(frame)
        found: list[list[dict[str, Any]]] = []
        subjects: list[Subject] = []
        fields: list[dict[str, Any]] = []  # of the subjects, in the same order
        for frame, faces in zip(frames, detections, strict=True):
            on_device = frame.to(self.device)
            found.append([])
            for box, score in zip(faces.boxes, faces.scores.tolist(), strict=True):
                left, top, width, height = box.tolist()
                face = {"box": (left, top, width, height), "score": score}
                found[-1].append(face)
                cut = boxes.crop(box, frame.shape[1], frame.shape[0])
                if cut:  # a box may lie outside the frame altogether
                    subjects.append(Subject(on_device, box, cut))
                    fields.append(face)
        if subjects:
            for reader in self._readers:
                for face, read in zip(fields, reader(subjects), strict=True):
                    face.update(read)
        return [[Face(**face) for face in faces] for faces in found]


def _readers(model: str | None, descriptors: bool | str) -> list[type[reading.Reader]]:
    """What reads the faces, in this order: all that needs landmarks comes after them."""
    kinds: list[type[reading.Reader]] = []
    if model == "faceapi" or descriptors:
        kinds.append(reading.Landmarks)
    if model:
        kinds.append(reading.AgeGenderExpression if model == "faceapi" else reading.LeviHassner)
    if descriptors:
        kinds.append(OpenFace if descriptors == "openface" else reading.Descriptors)
    return kinds
