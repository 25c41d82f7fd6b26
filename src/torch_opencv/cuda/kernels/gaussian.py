"""The Gaussian blur of 8- and 16-bit images in fixed point, which OpenCV's CPU function is exact in
(imgproc/src/smooth.dispatch.cpp, smooth.simd.hpp)."""

from __future__ import annotations

import functools
import math

import torch
from torch import Tensor

from torch_opencv.cuda._numbers import saturate
from torch_opencv.cuda.kernels.correlation import along

_SMALL = {
    1: (1.0,),
    3: (0.25, 0.5, 0.25),
    5: (0.0625, 0.25, 0.375, 0.25, 0.0625),
    7: (0.03125, 0.109375, 0.21875, 0.28125, 0.21875, 0.109375, 0.03125),
    9: (4 / 256, 13 / 256, 30 / 256, 51 / 256, 60 / 256, 51 / 256, 30 / 256, 13 / 256, 4 / 256),
}
"""OpenCV's kernels where no sigma is given."""

BITS = {torch.uint8: 8, torch.uint16: 16}
"""The bits of a kernel's fractions, for the dtypes that are blurred in fixed point."""


def blurred(padded: Tensor, across: list[int], down: list[int]) -> Tensor:
    """A padded (N, H, W, C) of uint8 or uint16 with two kernels of :func:`kernel`."""
    bits = 2 * BITS[padded.dtype]
    wide = torch.int32 if padded.dtype == torch.uint8 else torch.int64
    total = along(along(padded.to(wide), across, 2), down, 1)
    return saturate((total + (1 << (bits - 1))) >> bits, padded.dtype)


@functools.cache
def kernel(size: int, sigma: float, bits: int) -> list[int]:
    """A Gaussian as whole numbers that add up to ``2 ** bits``, what rounding takes from one tap given to the next."""
    half = size // 2
    exact = _SMALL[size] if sigma <= 0 and size in _SMALL else _sampled(size, sigma)
    taps, error = [], 0.0
    for value in exact[:half]:
        wanted = value * (1 << bits) + error
        taps.append(round(wanted))
        error = wanted - taps[-1]
    return [*taps, (1 << bits) - 2 * sum(taps), *reversed(taps)]


def _sampled(size: int, sigma: float) -> list[float]:
    sigma = sigma if sigma > 0 else size * 0.15 + 0.35
    scale = -0.125 / (sigma * sigma)
    side = [math.exp(x * x * scale) for x in range(1 - size, 0, 2)]
    total = 2 * sum(side) + 1
    return [*(x / total for x in side), 1 / total]
