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
