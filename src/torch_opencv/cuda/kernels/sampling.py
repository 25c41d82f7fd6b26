"""Images sampled at coordinates, as OpenCV's CPU functions ``remap`` and ``warp...`` do (imgproc/src/imgwarp.cpp).

Coordinates are rounded to 32nds of a pixel. 8-bit images are weighted in integers, others in floats.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda._borders import interpolated
from torch_opencv.cuda._images import movable
from torch_opencv.cuda._numbers import per_channel, rounded, saturate
from torch_opencv.cuda.kernels.interpolation import COEFFICIENT_BITS, FRACTION_BITS, TAPS, fixed_weights, float_weights

_LEAST, _MOST = -32768, 32767  # OpenCV keeps whole coordinates in 16 bits


def in_32nds(coordinates: Tensor) -> Tensor:
    """Coordinates in pixels as whole numbers of 32nds."""
    return (coordinates * 32).round().clamp(-(2**31), 2**31 - 1).to(torch.int64)


def nearest(image: Tensor, x: Tensor, y: Tensor, border: int, value: Sequence[float]) -> Tensor:
    """(N, H, W, C) at whole coordinates (h, w): (N, h, w, C)."""
    taken = _Taps(image, movable(image), border, value)
    return taken.at(x.clamp(_LEAST, _MOST), y.clamp(_LEAST, _MOST)).view(image.dtype)


def sampled(image: Tensor, x: Tensor, y: Tensor, interpolation: int, border: int, value: Sequence[float]) -> Tensor:
    """(N, H, W, C) at coordinates (h, w) in 32nds of a pixel: (N, h, w, C)."""
    taps = TAPS[interpolation]
    in_bytes = image.dtype == torch.uint8
    fraction = (y & 31) * 32 + (x & 31)
    left = (x >> FRACTION_BITS).clamp(_LEAST, _MOST) - (taps // 2 - 1)
    top = (y >> FRACTION_BITS).clamp(_LEAST, _MOST) - (taps // 2 - 1)
    wide = torch.int32 if in_bytes else torch.float64 if image.dtype == torch.float64 else torch.float32
    taken = _Taps(image, image.to(wide), border, value)
    tables = (fixed_weights if in_bytes else float_weights)(interpolation, image.device)
    total: Tensor | None = None
    for i, weights in enumerate(tables):
        weight = weights.index_select(0, fraction.reshape(-1)).reshape(*fraction.shape, 1)
        term = taken.at(left + i % taps, top + i // taps) * weight
        total = term if total is None else total + term
    assert total is not None
    if in_bytes:
        return saturate((total + (1 << (COEFFICIENT_BITS - 1))) >> COEFFICIENT_BITS, image.dtype)
    return saturate(total, image.dtype)


class _Taps:
    """Pixels of an image at whole coordinates, by the rules of a border."""

    def __init__(self, image: Tensor, pixels: Tensor, border: int, value: Sequence[float]) -> None:
        n, self._height, self._width, self._channels = image.shape
        self._pixels = pixels.reshape(n, -1, self._channels)
        self._border = border
        if border == cv2.BORDER_CONSTANT:
            numbers = [rounded(x, image.dtype) for x in value]
            if pixels.dtype == torch.int16 and image.dtype == torch.uint16:
                numbers = [x - 65536 if x > 32767 else x for x in numbers]
            filling = per_channel(numbers, self._channels, pixels.dtype, pixels.device)
            self._filling = (
                filling
                if isinstance(filling, Tensor)
                else torch.full((), filling, dtype=pixels.dtype, device=pixels.device)
            )

    def at(self, x: Tensor, y: Tensor) -> Tensor:
        """(N, h, w, C)."""
        columns, rows = interpolated(x, self._width, self._border), interpolated(y, self._height, self._border)
        index = (rows * self._width + columns).reshape(-1)
        taken = self._pixels.index_select(1, index).reshape(-1, *x.shape, self._channels)
        if self._border != cv2.BORDER_CONSTANT:
            return taken
        inside = ((x >= 0) & (x < self._width) & (y >= 0) & (y < self._height))[..., None]
        return torch.where(inside, taken, self._filling)
