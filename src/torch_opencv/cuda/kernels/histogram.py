"""Histograms, and what is made of them."""

from __future__ import annotations

import torch
from torch import Tensor

_EPSILON = 1.1920928955078125e-07  # FLT_EPSILON


def of_bytes(image: Tensor, bins: int = 256) -> Tensor:
    """How often each value occurs in each channel: (N, H, W, C) of values below ``bins`` to int32 (N, C, bins)."""
    n, h, w, c = image.shape
    values = image.permute(0, 3, 1, 2).reshape(n * c, h * w).to(torch.int64)
    offsets = torch.arange(n * c, device=image.device)[:, None] * bins
    ones = torch.ones(n * c * h * w, dtype=torch.int32, device=image.device)
    counts = torch.zeros(n * c * bins, dtype=torch.int32, device=image.device)
    return counts.index_add_(0, (values + offsets).reshape(-1), ones).reshape(n, c, bins)


def otsu(counts: Tensor) -> Tensor:
    """Otsu's threshold of a histogram (1, 256), 0-dim: N. Otsu, "A threshold selection method", 1979."""
    p = counts.reshape(256).double() / counts.sum()
    levels = torch.arange(256, dtype=torch.float64, device=counts.device)
    below, mass = p.cumsum(0), (p * levels).cumsum(0)
    above = 1.0 - below
    usable = (torch.minimum(below, above) >= _EPSILON) & (torch.maximum(below, above) <= 1 - _EPSILON)
    low, high = mass / below, (mass[-1] - mass) / above
    between = torch.where(usable, below * above * (low - high) ** 2, torch.zeros_like(p))
    return between.argmax()


def equalizing(counts: Tensor) -> Tensor:
    """The table that equalises a histogram: int32 (N, 256) to int32 (N, 256)."""
    total = counts.sum(1, keepdim=True)
    sums = counts.cumsum(1)
    is_first = (sums > 0) & (sums == counts)  # the first level that occurs, and what of it the others add to
    first = torch.where(is_first, counts, torch.zeros_like(counts)).amax(1, keepdim=True)
    scale = 255.0 / (total - first).clamp(min=1).float()
    levels = ((sums - first).clamp(min=0).float() * scale).round().clamp(0, 255).to(torch.int32)
    alone = torch.arange(256, dtype=torch.int32, device=counts.device).expand_as(levels)
    return torch.where(first == total, alone, levels)


def even_bins(values: Tensor, bins: int, lower: float, upper: float) -> Tensor:
    """Which of ``bins`` of one width between two levels values are in; ``bins`` for those that are in none."""
    factor = bins / (upper - lower)
    place = (values.double() * factor - lower * factor).floor().to(torch.int64)
    return torch.where((values >= lower) & (values < upper) & (place >= 0) & (place < bins), place, bins)


def bins_between(values: Tensor, levels: Tensor) -> Tensor:
    """Which bin between rising levels (L,) values are in; ``L - 1`` for those that are in none."""
    place = torch.bucketize(values, levels, right=True) - 1
    last = levels.shape[0] - 1
    return torch.where((place >= 0) & (place < last), place, last)
