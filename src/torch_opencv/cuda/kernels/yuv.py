"""YUV as cameras and decoders give it, ITU-R BT.601 (imgproc/src/color_yuv.simd.hpp), in 2^20ths."""

from __future__ import annotations

import torch
from torch import Tensor

from torch_opencv.cuda._numbers import saturate
from torch_opencv.cuda.kernels.color import Planes

_HALF = 1 << 19


def decoded(y: Tensor, u: Tensor, v: Tensor) -> Planes:
    """Red, green and blue, uint8, of int32 planes of one size."""
    luma = (y - 16).clamp(min=0) * 1220542
    u, v = u - 128, v - 128
    red, green, blue = _HALF + 1673527 * v, _HALF - 852492 * v - 409993 * u, _HALF + 2116026 * u
    return tuple(saturate((luma + x) >> 20, torch.uint8) for x in (red, green, blue))  # type: ignore[return-value]


def encoded(rgb: Planes) -> Planes:
    """Y of all pixels, U and V of every other one in every other row, uint8."""
    r, g, b = rgb
    y = (269484 * r + 528482 * g + 102760 * b + _HALF + (16 << 20)) >> 20
    r, g, b = (x[:, ::2, ::2] for x in rgb)
    u = (-155188 * r - 305135 * g + 460324 * b + _HALF + (128 << 20)) >> 20
    v = (460324 * r - 385875 * g - 74448 * b + _HALF + (128 << 20)) >> 20
    return tuple(saturate(x, torch.uint8) for x in (y, u, v))  # type: ignore[return-value]


def split_420(image: Tensor, layout: str) -> Planes:
    """Y, U and V at full size, int32, of (N, 3 H / 2, W, 1). ``layout`` is NV12, NV21, I420 or YV12."""
    n, rows, w, _ = image.shape
    h = rows * 2 // 3
    values = image.to(torch.int32).reshape(n, rows * w)
    y, chroma = values[:, : h * w].reshape(n, h, w), values[:, h * w :]
    if layout in ("NV12", "NV21"):
        first, second = chroma.reshape(n, h // 2, w // 2, 2).unbind(-1)
    else:
        first, second = chroma.reshape(n, 2, h // 2, w // 2).unbind(1)
    u, v = (first, second) if layout in ("NV12", "I420") else (second, first)
    return y, doubled(doubled(u, 1), 2), doubled(doubled(v, 1), 2)


def joined_420(planes: Planes, layout: str) -> Tensor:
    """(N, 3 H / 2, W, 1) of Y, U and V. ``layout`` is I420 or YV12."""
    y, u, v = planes
    n, h, w = y.shape
    first, second = (u, v) if layout == "I420" else (v, u)
    return torch.cat([y.reshape(n, -1), first.reshape(n, -1), second.reshape(n, -1)], 1).reshape(n, h * 3 // 2, w, 1)


def split_422(image: Tensor, layout: str) -> Planes:
    """Y, U and V at full size, int32, of (N, H, W, 2). ``layout`` is UYVY, YUY2 or YVYU."""
    n, h, w, _ = image.shape
    a, b, c, d = image.to(torch.int32).reshape(n, h, w // 2, 4).unbind(-1)
    if layout == "UYVY":
        y, u, v = torch.stack([b, d], -1), a, c
    else:
        y, (u, v) = torch.stack([a, c], -1), (b, d) if layout == "YUY2" else (d, b)
    return y.reshape(n, h, w), doubled(u, 2), doubled(v, 2)


def doubled(x: Tensor, axis: int) -> Tensor:
    """Every element twice along an axis."""
    return torch.stack([x, x], axis + 1).flatten(axis, axis + 1)
