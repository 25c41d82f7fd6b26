"""OpenCV's interpolation weights: linear, cubic (A = -0.75) and Lanczos of 8 taps (imgproc/src/imgwarp.cpp)."""

from __future__ import annotations

import math

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from torch_opencv.cuda._tables import kept, table

TAPS = {cv2.INTER_LINEAR: 2, cv2.INTER_AREA: 2, cv2.INTER_CUBIC: 4, cv2.INTER_LANCZOS4: 8}
"""How many samples along each axis an interpolation takes."""

_A = -0.75
_SQRT_HALF = 0.70710678118654752440084436210485
_LANCZOS = (
    (1.0, 0.0), (-_SQRT_HALF, -_SQRT_HALF), (0.0, 1.0), (_SQRT_HALF, -_SQRT_HALF),
    (-1.0, 0.0), (_SQRT_HALF, _SQRT_HALF), (0.0, -1.0), (-_SQRT_HALF, _SQRT_HALF),
)  # fmt: skip


def weights(x: Tensor, interpolation: int) -> list[Tensor]:
    """The weight of each tap at fractions ``x`` from 0 to 1, float32."""
    if interpolation == cv2.INTER_CUBIC:
        first = ((_A * (x + 1) - 5 * _A) * (x + 1) + 8 * _A) * (x + 1) - 4 * _A
        second = ((_A + 2) * x - (_A + 3)) * x * x + 1
        third = ((_A + 2) * (1 - x) - (_A + 3)) * (1 - x) * (1 - x) + 1
        return [first, second, third, 1 - first - second - third]
    if interpolation == cv2.INTER_LANCZOS4:
        return _lanczos(x)
    return [1 - x, x]


def _lanczos(x: Tensor) -> list[Tensor]:
    y0 = -(x.double() + 3) * (math.pi * 0.25)
    sine, cosine = y0.sin(), y0.cos()
    taps = []
    for i, (a, b) in enumerate(_LANCZOS):
        distance = x + 3 - i
        y = -distance.double() * (math.pi * 0.25)
        tap = ((a * sine + b * cosine) / (y * y)).float()
        taps.append(torch.where(distance.abs() >= 1e-6, tap, torch.full_like(tap, 1e30)))
    total = taps[0]
    for tap in taps[1:]:
        total = total + tap
    return [tap * (1.0 / total) for tap in taps]


FRACTION_BITS = 5
"""Coordinates of warps are in 32nds of a pixel."""

COEFFICIENT_BITS = 15
"""Weights of warps of 8-bit images are in 32768ths."""


@kept
def fixed_weights(interpolation: int, device: torch.device) -> list[Tensor]:
    """The weights that warps of 8-bit images use, int32: for each tap (rows first) those of the 32 x 32 fractions.

    The weights of a place add up to 32768: OpenCV corrects the largest or smallest of the four in the middle.
    """
    return [table(column, torch.int32, device) for column in _fixed_table(interpolation).T.tolist()]


@kept
def float_weights(interpolation: int, device: torch.device) -> list[Tensor]:
    """The weights that warps of other images use, float32, in the same order."""
    one_axis = _one_axis(interpolation)
    product = one_axis[:, None, :, None] * one_axis[None, :, None, :]
    return [table(column, torch.float32, device) for column in product.reshape(1024, -1).T.tolist()]


def _one_axis(interpolation: int) -> NDArray[np.float32]:
    fractions = torch.arange(32, dtype=torch.float32) / 32
    return torch.stack(weights(fractions, interpolation), 1).numpy()


def _fixed_table(interpolation: int) -> NDArray[np.int64]:
    one_axis = _one_axis(interpolation)
    scale, half = 1 << COEFFICIENT_BITS, one_axis.shape[1] // 2
    product = one_axis[:, None, :, None] * one_axis[None, :, None, :]
    fixed = np.clip(np.rint(product.astype(np.float64) * scale), -32768, 32767).astype(np.int64)
    if half > 1:
        for weights_ in fixed.reshape(1024, *fixed.shape[2:]):
            excess = weights_.sum() - scale
            middle = weights_[half : half + 2, half : half + 2]
            place = middle.argmax() if excess < 0 else middle.argmin()
            middle[divmod(int(place), 2)] -= excess
    else:
        fixed[0, 0, 0, 0] = scale
    return fixed.reshape(1024, -1)
