"""Farneback's optical flow (video/src/optflowgf.cpp).

G. Farneback, "Two-frame motion estimation based on polynomial expansion", 2003.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import torch
from torch import Tensor

from torch_opencv.cuda._borders import padded
from torch_opencv.cuda._tables import table
from torch_opencv.cuda.kernels.correlation import along

_EDGE = (0.14, 0.14, 0.4472, 0.4472, 0.4472)
"""How much the pixels near an edge count, from the edge on."""


def _gaussian(n: int, sigma: float) -> tuple[list[float], list[float], list[float], tuple[float, float, float, float]]:
    """Gaussian weights g, x g and x x g from -n to n, and what is needed of the inverse of their moments."""
    sigma = n * 0.3 if sigma < 1.1920929e-07 else sigma
    x = np.arange(-n, n + 1)
    g = np.exp(-x * x / (2 * sigma * sigma)).astype(np.float32)
    g = (g * (1 / g.astype(np.float64).sum())).astype(np.float32)
    xg, xxg = (x * g).astype(np.float32), (x * x * g).astype(np.float32)
    weights = np.outer(g, g).astype(np.float64)
    moments = np.zeros((6, 6))
    moments[0, 0] = weights.sum()
    moments[1, 1] = moments[2, 2] = (weights * x * x).sum()
    moments[0, 3] = moments[0, 4] = moments[3, 0] = moments[4, 0] = moments[1, 1]
    moments[3, 3] = moments[4, 4] = (weights * x**4).sum()
    moments[5, 5] = moments[3, 4] = moments[4, 3] = (weights * x * x * (x * x)[:, None]).sum()
    inverse = np.linalg.inv(moments)
    return g.tolist(), xg.tolist(), xxg.tolist(), (inverse[1, 1], inverse[0, 3], inverse[3, 3], inverse[5, 5])


def expansion(image: Tensor, n: int, sigma: float) -> Tensor:
    """The quadratic polynomial around each pixel of (N, H, W), float32: (N, H, W, 5), those of y, x, yy, xx and xy."""
    g, xg, xxg, (i11, i03, i33, i55) = _gaussian(n, sigma)
    tall = padded(image[..., None], n, n, 0, 0, cv2.BORDER_REPLICATE)
    one, first, second = (padded(along(tall, taps, 1), 0, 0, n, n, cv2.BORDER_REPLICATE) for taps in (g, xg, xxg))
    one, first, second = (x.double() for x in (one, first, second))
    b1, b2, b4 = (along(one, taps, 2) for taps in (g, xg, xxg))
    b3, b6, b5 = along(first, g, 2), along(first, xg, 2), along(second, g, 2)
    return torch.cat([b3 * i11, b2 * i11, b1 * i03 + b5 * i33, b1 * i03 + b4 * i33, b6 * i55], -1).float()


def equations(first: Tensor, second: Tensor, flow: Tensor) -> Tensor:
    """The equations (N, H, W, 5) that the flow of each pixel is to fulfil: a11, a12, a22, b1 and b2."""
    n, h, w, _ = flow.shape
    device = flow.device
    dx, dy = flow[..., 0], flow[..., 1]
    x, y = torch.arange(w, device=device) + dx, torch.arange(h, device=device)[:, None] + dy
    left, top = x.floor(), y.floor()
    fx, fy = x - left, y - top
    inside = (left >= 0) & (left < w - 1) & (top >= 0) & (top < h - 1)
    index = torch.where(inside, top * w + left, 0).long().reshape(n, -1, 1).expand(-1, -1, 5)
    pixels = second.reshape(n, -1, 5)

    def taken(offset: int) -> Tensor:
        return pixels.gather(1, (index + offset).clamp(max=h * w - 1)).reshape(n, h, w, 5)

    upper = taken(0) * ((1 - fx) * (1 - fy))[..., None] + taken(1) * (fx * (1 - fy))[..., None]
    there = upper + taken(w) * ((1 - fx) * fy)[..., None] + taken(w + 1) * (fx * fy)[..., None]
    there = torch.where(inside[..., None], there, 0)
    share = torch.where(inside, 0.5, 1.0)
    r4 = (first[..., 2] + there[..., 2]) * share
    r5 = (first[..., 3] + there[..., 3]) * share
    r6 = (first[..., 4] + there[..., 4]) * (share * 0.5)
    r2 = (first[..., 0] - there[..., 0]) * 0.5 + r4 * dy + r6 * dx
    r3 = (first[..., 1] - there[..., 1]) * 0.5 + r6 * dy + r5 * dx
    scale = _near_edges(w, device) * _near_edges(h, device)[:, None]
    r2, r3, r4, r5, r6 = (r * scale for r in (r2, r3, r4, r5, r6))
    found = (r4 * r4 + r6 * r6, (r4 + r5) * r6, r5 * r5 + r6 * r6, r4 * r2 + r6 * r3, r6 * r2 + r5 * r3)
    return torch.stack(found, -1)


def _near_edges(length: int, device: torch.device) -> Tensor:
    scale = np.ones(length, np.float32)
    for i, factor in enumerate(_EDGE[:length]):
        scale[i] *= np.float32(factor)
        scale[length - 1 - i] *= np.float32(factor)
    return table(scale.tolist(), torch.float32, device)


def solved(system: Tensor, window: int, gaussian: bool) -> Tensor:
    """The flow (N, H, W, 2) that fulfils the equations of its neighbourhood, ``window`` wide, best."""
    m = window // 2
    if gaussian:
        sigma = m * 0.3
        half = [1.0] + [float(np.float32(math.exp(-i * i / (2 * sigma * sigma)))) for i in range(1, m + 1)]
        total = half[0] + 2 * sum(half[1:])
        taps = [float(np.float32(half[abs(i)] / total)) for i in range(-m, m + 1)]
        x, scale = system, 1.0
    else:
        taps, x, scale = [1.0] * (2 * m + 1), system.double(), 1 / (window * window)
    x = along(padded(x, m, m, 0, 0, cv2.BORDER_REPLICATE), taps, 1)
    x = along(padded(x, 0, 0, m, m, cv2.BORDER_REPLICATE), taps, 2)
    g11, g12, g22, h1, h2 = (x.double() * scale).split_with_sizes([1, 1, 1, 1, 1], -1)
    inverse = 1 / (g11 * g22 - g12 * g12 + 1e-3)
    return torch.cat([(g11 * h2 - g12 * h1) * inverse, (g22 * h1 - g12 * h2) * inverse], -1).float()
