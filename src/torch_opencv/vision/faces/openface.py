"""OpenFace's descriptor (Amos, Ludwiczuk and Satyanarayanan 2016), of the original demo: its network nn4.small2."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import torch
from torch import Tensor, nn

import torch_opencv as cv
from torch_opencv import runtime
from torch_opencv.vision.faces import published
from torch_opencv.vision.faces.reading import Reader, Subject, landmarks_of
from torch_opencv.vision.frames import opencv_for

SIZE: Final = 96
_OUTER_EYES_AND_NOSE: Final = [36, 45, 33]  # landmarks of iBUG 300-W
# Where they are in the network's input: dlib's mean face, as align_dlib.py of OpenFace stretches it over the image.
_TEMPLATE: Final = SIZE * torch.tensor([[0.194157, 0.169268], [0.788859, 0.158171], [0.494951, 0.514441]])


class OpenFace(Reader):
    """128 numbers, of length 1 together, that tell people apart; the landmarks bring eyes and nose to their places."""

    weights = ("openface-nn4-small2",)

    def __init__(self, device: torch.device) -> None:
        network = _InBytes(published.load_openface(self.weights[0]))
        self._network = published.accelerated(network, SIZE, device, "OpenFace nn4.small2")

    def __call__(self, subjects: Sequence[Subject]) -> list[dict[str, Any]]:  # noqa: D102 (Reader's)
        faces = torch.stack([aligned(subject.frame, landmarks_of(subject)) for subject in subjects])
        (descriptors,) = runtime.to_cpu(self._network(faces.permute(0, 3, 1, 2).flip(1).float()))
        return [{"descriptor": descriptor} for descriptor in descriptors.float()]


def aligned(frame: Tensor, landmarks: Tensor) -> Tensor:
    """A face turned and stretched so that eyes and nose are where the network has seen them.

    Args:
        frame: torch.uint8 (H, W, 3), BGR.
        landmarks: (68, 2), x and y in pixels.

    Returns:
        torch.uint8 (96, 96, 3), BGR, on the frame's device; black where the frame ends.

    """
    matrix = cv.getAffineTransform(landmarks[_OUTER_EYES_AND_NOSE].float(), _TEMPLATE)
    face: Tensor = opencv_for(frame).warpAffine(frame, matrix, (SIZE, SIZE))
    return face


class _InBytes(nn.Module):
    """The network for images with values in 0..255, as all others have them."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, faces: Tensor) -> Tensor:
        descriptors: Tensor = self.network(faces / 255)
        return descriptors
