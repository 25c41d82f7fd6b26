"""Steps of the Gaussian pyramid, with the kernel (1 4 6 4 1) / 16 along each axis (imgproc/src/pyramids.cpp)."""

from __future__ import annotations

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda._borders import interpolated
from torch_opencv.cuda._images import computable
from torch_opencv.cuda._numbers import saturate
from torch_opencv.cuda.kernels.accelerated import attempt


def down(image: Tensor, border: int = cv2.BORDER_REFLECT_101) -> Tensor:
    """(N, H, W, C) to (N, (H + 1) // 2, (W + 1) // 2, C)."""
    if image.dtype == torch.uint8 and border != cv2.BORDER_CONSTANT:
        taps = (1, 4, 6, 4, 1)
        made = attempt("pyrDown", image, lambda fused: fused.smoothed(image, taps, taps, (border, border), 8, step=2))
        if made is not None:
            return made
    x = computable(image)
    for axis in (2, 1):
        length = x.shape[axis]
        center = torch.arange((length + 1) // 2, device=x.device) * 2
        a, b, c, d, e = (x.index_select(axis, interpolated(center + i, length, border)) for i in (-2, -1, 0, 1, 2))
        x = c * 6 + (b + d) * 4 + a + e
    return _divided(x, 8, image.dtype)


def up(image: Tensor) -> Tensor:
    """(N, H, W, C) to (N, 2 H, 2 W, C)."""
    x = computable(image)
    for axis in (2, 1):
        length = x.shape[axis]
        place = torch.arange(length, device=x.device)
        before = x.index_select(axis, torch.where(place == 0, min(1, length - 1), place - 1))
        after = x.index_select(axis, (place + 1).clamp(max=length - 1))
        even, odd = before + x * 6 + after, (x + after) * 4
        x = torch.stack([even, odd], axis + 1).flatten(axis, axis + 1)
    return _divided(x, 6, image.dtype)


def _divided(x: Tensor, bits: int, dtype: torch.dtype) -> Tensor:
    if dtype.is_floating_point:
        return x * (1.0 / (1 << bits))
    return saturate((x + (1 << (bits - 1))) >> bits, dtype)
