"""The bilateral filter: C. Tomasi, R. Manduchi, "Bilateral filtering for gray and color images", 1998."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from torch_opencv.cuda._numbers import saturate


def smoothed(padded: Tensor, radius: int, sigma_color: float, sigma_space: float, dtype: torch.dtype) -> Tensor:
    """A padded (N, H, W, C): neighbours within ``radius`` weighted by how near they are, in place and in colour."""
    height, width = padded.shape[1] - 2 * radius, padded.shape[2] - 2 * radius
    x = padded.float()
    centre = x[:, radius : radius + height, radius : radius + width]
    of_color, of_space = -0.5 / sigma_color**2, -0.5 / sigma_space**2
    total, weights = torch.zeros_like(centre), torch.zeros_like(centre[..., :1])
    for i in range(-radius, radius + 1):
        for j in range(-radius, radius + 1):
            if math.hypot(i, j) > radius:
                continue
            part = x[:, radius + i : radius + i + height, radius + j : radius + j + width]
            distance = (part - centre).abs().sum(-1, keepdim=True)
            weight = (distance * distance * of_color).exp() * math.exp((i * i + j * j) * of_space)
            total, weights = total + part * weight, weights + weight
    return saturate(total / weights, dtype)
