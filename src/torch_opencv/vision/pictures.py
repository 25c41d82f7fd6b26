"""Real pictures, by which a network that computes less exactly is judged: noise says little about what one sees."""

from __future__ import annotations

from torch import Tensor

import torch_opencv as cv
from torch_opencv._names.sources import SAMPLE

_FRAMES = (0, 100, 200)  # far from one another


def pictures() -> list[Tensor]:
    """Frames of the bundled video, and each as in fog: torch.uint8 (360, 640, 3), BGR.

    An image of little contrast is what numbers of few digits show worst.
    """
    video = cv.VideoCapture(str(SAMPLE))
    found: list[Tensor] = []
    for number in _FRAMES:
        video.set(cv.CAP_PROP_POS_FRAMES, number)
        there, frame = video.read()
        if there:
            found.append(frame)
    video.release()
    return [*found, *(160 + frame // 8 for frame in found)]
