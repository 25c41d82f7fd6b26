"""What the surface of a painted picture shouldn't have: grain, a stipple, the network's own grid."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 (PyTorch's own name for it)
from torch import Tensor

from torch_opencv.training.style.photographs import resized_to_area


def variation(pictures: Tensor) -> Tensor:
    """The mean difference of neighbouring pixels, a scalar (total variation)."""
    down, across = pictures.diff(dim=2), pictures.diff(dim=3)
    return down.abs().mean() + across.abs().mean()


def without_grain(picture: Tensor, side: int) -> Tensor:
    """The painting in that size, as finely as the network can paint: canvas and noise would be learnt as a stipple."""
    return _blurred(resized_to_area(picture, side)[None])[0]


def stipple(pictures: Tensor) -> Tensor:
    """What of the pictures is too fine for a brush, two or three pixels' period, squared; a scalar."""
    return F.mse_loss(pictures[:, :, 1:-1, 1:-1], _blurred(pictures))


def _blurred(pictures: Tensor) -> Tensor:
    """(N, 3, H, W) pictures, two pixels smaller, without patterns of two pixels' period."""
    row = torch.tensor([1.0, 2.0, 1.0], device=pictures.device) / 4
    return F.conv2d(pictures, torch.outer(row, row).expand(3, 1, 3, 3), groups=3)


def unevenness(pictures: Tensor) -> Tensor:
    """How unlike the 4x4 places of the network's own grid are on average in each part of the pictures, a scalar.

    Strokes fall anywhere on the grid, so what is left after averaging over 56 pixels is a pattern that repeats with it.
    """
    places = F.avg_pool2d(F.pixel_unshuffle(pictures[..., : _whole(pictures, 2), : _whole(pictures, 3)], 4), 14)
    return places.reshape(places.shape[0], 3, 16, -1).var(2, unbiased=False).mean()


def _whole(pictures: Tensor, dim: int) -> int:
    return pictures.shape[dim] // 4 * 4
