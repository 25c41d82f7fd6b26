"""FAST corners (features2d/src/fast.cpp).

E. Rosten and T. Drummond, "Machine learning for high-speed corner detection", 2006.
"""

from __future__ import annotations

import torch
from torch import Tensor

from torch_opencv.cuda.kernels.ranking import extreme_along

_HALF = ((0, 3), (1, 3), (2, 2), (3, 1), (3, 0), (3, -1), (2, -2), (1, -3))
_RING = (*_HALF, *((-dx, -dy) for dx, dy in _HALF))
"""The 16 places, x and y, around a pixel."""
_LENGTH = 9
"""How many of them, one beside the other, must be lighter or darker."""


def scores(image: Tensor, threshold: int) -> tuple[Tensor, Tensor]:
    """Which pixels of (H, W), uint8, are corners, and the largest threshold at which they are: bool and int32 (H, W).

    Corners have 9 of the 16 pixels around them, one beside the other, lighter or darker by more than ``threshold``.
    Pixels less than 3 from an edge are none.
    """
    h, w = image.shape
    corner = torch.zeros(h, w, dtype=torch.bool, device=image.device)
    score = torch.zeros(h, w, dtype=torch.int32, device=image.device)
    if h < 7 or w < 7:
        return corner, score
    x = image.to(torch.int32)
    ring = torch.stack([x[3 + dy : h - 3 + dy, 3 + dx : w - 3 + dx] for dx, dy in _RING])
    apart = x[3:-3, 3:-3] - ring
    circular = torch.cat([apart, apart[: _LENGTH - 1]])
    darker = extreme_along(circular, _LENGTH, 0, False).amax(0)
    lighter = -extreme_along(circular, _LENGTH, 0, True).amin(0)
    best = torch.maximum(darker, lighter)
    corner[3:-3, 3:-3] = best > threshold
    score[3:-3, 3:-3] = torch.where(best > threshold, best - 1, 0)
    return corner, score


def alone(score: Tensor) -> Tensor:
    """Where a score (H, W) is larger than all eight beside it."""
    h, w = score.shape
    wide = torch.nn.functional.pad(score, (1, 1, 1, 1))
    found = torch.ones_like(score, dtype=torch.bool)
    for down in range(3):
        for right in range(3):
            if (down, right) != (1, 1):
                found = found & (score > wide[down : down + h, right : right + w])
    return found
