"""What the surface of a painted image shouldn't have: grain, a stipple, the network's own grid."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 (PyTorch's own name for it)
from torch import Tensor

from torch_opencv.training.style.photographs import resized_to_area


def variation(images: Tensor) -> Tensor:
    """The mean difference of neighbouring pixels (total variation).

    Args:
        images: (N, 3, H, W).

    Returns:
        A scalar.
    """
    down, across = images.diff(dim=2), images.diff(dim=3)
    return down.abs().mean() + across.abs().mean()


def without_grain(image: Tensor, side: int) -> Tensor:
    """The painting as finely as the network can paint: canvas and noise would be learnt as a stipple.

    Args:
        image: (3, H, W), RGB in 0..1.
        side: of the square whose area it gets.
    """
    return _blurred(resized_to_area(image, side)[None])[0]


def stipple(images: Tensor) -> Tensor:
    """What is too fine for a brush, two or three pixels' period, squared.

    Args:
        images: (N, 3, H, W).

    Returns:
        A scalar.
    """
    return F.mse_loss(images[:, :, 1:-1, 1:-1], _blurred(images))


def _blurred(images: Tensor) -> Tensor:
    """(N, 3, H, W) images, two pixels smaller, without patterns of two pixels' period."""
    row = torch.tensor([1.0, 2.0, 1.0], device=images.device) / 4
    return F.conv2d(images, torch.outer(row, row).expand(3, 1, 3, 3), groups=3)


def unevenness(images: Tensor) -> Tensor:
    """How unlike the 4x4 positions of the network's own grid are on average in each part of the images.

    Strokes fall anywhere on the grid, so what is left after averaging over 56 pixels is a pattern that repeats with it.

    Args:
        images: (N, 3, H, W).

    Returns:
        A scalar.
    """
    positions = F.avg_pool2d(F.pixel_unshuffle(images[..., : _whole(images, 2), : _whole(images, 3)], 4), 14)
    return positions.reshape(positions.shape[0], 3, 16, -1).var(2, unbiased=False).mean()


def _whole(images: Tensor, dim: int) -> int:
    return images.shape[dim] // 4 * 4
