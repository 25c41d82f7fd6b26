"""What a Classifier is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn


@dataclass(frozen=True)
class ClassificationModel:
    """A network and what it was trained with.

    Attributes:
        network: (N, 3, size, size) inputs to (N, classes) logits.
        classes: per output its WordNet id, None if it has none, and its label.
        size: the input's height and width.
        crop: the side of the frame's center crop, as a fraction of the frame's shorter side.
        mean: inputs are (value - mean) / std, values in 0..255, RGB.
        std: see `mean`.
        upsampling: OpenCV's interpolation flag for frames smaller than the input.

    """

    network: nn.Module
    classes: Sequence[tuple[str | None, str]]
    size: tuple[int, int]
    crop: float
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    upsampling: int
