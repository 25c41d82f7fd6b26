"""Linear filters, with the intermediate arithmetic of OpenCV's CPU functions (imgproc/src/filter.simd.hpp, smooth).

Kernels are numbers on the host: each tap is an operation of its own, so that no kernel is sent anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from torch_opencv.cuda._numbers import saturate


def along(x: Tensor, taps: Sequence[float], axis: int) -> Tensor:
    """The correlation with a kernel along one axis of a tensor that is padded already: shorter by ``len(taps) - 1``."""
    length = x.shape[axis] - len(taps) + 1
    total: Tensor | None = None
    for i, tap in enumerate(taps):
        if tap == 0:
            continue
        part = x.narrow(axis, i, length)
        term = part if tap == 1 else part * tap
        total = term if total is None else total + term
    return torch.zeros_like(x.narrow(axis, 0, length)) if total is None else total


def plane(x: Tensor, kernel: Sequence[Sequence[float]]) -> Tensor:
    """The correlation of a padded (N, H, W, C) with a kernel of two dimensions."""
    height, width = x.shape[1] - len(kernel) + 1, x.shape[2] - len(kernel[0]) + 1
    total: Tensor | None = None
    for i, row in enumerate(kernel):
        for j, tap in enumerate(row):
            if tap != 0:
                term = x[:, i : i + height, j : j + width] * tap
                total = term if total is None else total + term
    return torch.zeros_like(x[:, :height, :width]) if total is None else total


def box_sums(x: Tensor, width: int, height: int) -> Tensor:
    """Sums in a rectangle, of a padded (N, H, W, C): running sums for integers, which lose nothing."""
    for axis, length in ((2, width), (1, height)):
        if length == 1:
            continue
        if x.dtype.is_floating_point:
            x = along(x, [1.0] * length, axis)
            continue
        running = x.cumsum(axis, dtype=x.dtype)
        size = x.shape[axis] - length + 1
        first = x.narrow(axis, 0, size)
        x = running.narrow(axis, length - 1, size) - running.narrow(axis, 0, size) + first
    return x


def mean_of_bytes(sums: Tensor, area: int) -> Tensor:
    """uint8 means of sums. Areas up to 256 are divided in integers by OpenCV, larger ones in float32."""
    if area > 256:
        return saturate(sums.float() * torch.full((), 1.0 / area, dtype=torch.float32, device=sums.device), torch.uint8)
    shift = 23
    exact = (1 << shift) / area
    factor, remainder = int(exact), exact - int(exact)
    half = area // 2
    if remainder < 0.5:
        half += 1
    else:
        factor += 1
    return (((sums.long() + half) * factor) >> shift).to(torch.uint8)
