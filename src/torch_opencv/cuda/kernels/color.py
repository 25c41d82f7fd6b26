"""Colour spaces, with the integer arithmetic of OpenCV's CPU functions (imgproc/src/color_*.cpp).

Pixels are planes: red, green and blue (or what a space has for them), int32 for integers, else floats.
"""

from __future__ import annotations

import torch
from torch import Tensor

from torch_opencv.cuda._numbers import is_integer, saturate

Planes = tuple[Tensor, Tensor, Tensor]

_RED, _GREEN, _BLUE = 0.299, 0.587, 0.114


def most(dtype: torch.dtype) -> float:
    """What full intensity is: 255, 65535 or 1."""
    return float(torch.iinfo(dtype).max) if is_integer(dtype) else 1.0


def middle(dtype: torch.dtype) -> float:
    """What no colour difference is: 128, 32768 or 0.5."""
    return (most(dtype) + 1) / 2 if is_integer(dtype) else 0.5


def divided(x: Tensor, bits: int) -> Tensor:
    """Whole numbers divided by a power of two, halves rounded up (``CV_DESCALE``)."""
    return (x + (1 << (bits - 1))) >> bits


def wide(image: Tensor) -> Tensor:
    """An image in what its colours are computed in: 16 bits times 14-bit coefficients need more than 32."""
    if image.dtype == torch.uint16:
        return image.to(torch.int64)
    return image.to(torch.int32) if is_integer(image.dtype) else image


def gray(rgb: Planes) -> Tensor:
    """Luma."""
    r, g, b = rgb
    if r.dtype.is_floating_point:
        return b * _BLUE + g * _GREEN + r * _RED
    return divided(b * 3735 + g * 19235 + r * 9798, 15)


_DIFFERENCES = {
    "YCrCb": ((0.713, 0.564), (11682, 9241), (1.403, -0.714, -0.344, 1.773), (22987, -11698, -5636, 29049)),
    "YUV": ((0.877, 0.492), (14369, 8061), (1.140, -0.581, -0.395, 2.032), (18678, -9519, -6472, 33292)),
}
"""Factors of R - Y and B - Y, in floats and in 16384ths, and of the way back."""


def to_differences(rgb: Planes, space: str, dtype: torch.dtype) -> Planes:
    """Luma and two colour differences: Y, Cr, Cb or Y, U, V."""
    (red, blue), (red_i, blue_i), _, _ = _DIFFERENCES[space]
    r, g, b = rgb
    zero = middle(dtype)
    if dtype.is_floating_point:
        y = b * _BLUE + g * _GREEN + r * _RED
        v, u = (r - y) * red + zero, (b - y) * blue + zero
    else:
        y = divided(b * 1868 + g * 9617 + r * 4899, 14)
        offset = int(zero) << 14
        v, u = divided((r - y) * red_i + offset, 14), divided((b - y) * blue_i + offset, 14)
    return (y, v, u) if space == "YCrCb" else (y, u, v)


def from_differences(planes: Planes, space: str, dtype: torch.dtype) -> Planes:
    """The way back to red, green, blue."""
    _, _, floats, integers = _DIFFERENCES[space]
    y, v, u = planes if space == "YCrCb" else (planes[0], planes[2], planes[1])
    if dtype.is_floating_point:
        v, u = v - 0.5, u - 0.5
        return y + v * floats[0], y + u * floats[2] + v * floats[1], y + u * floats[3]
    v, u = v - int(middle(dtype)), u - int(middle(dtype))
    red, green = divided(v * integers[0], 14), divided(u * integers[2] + v * integers[1], 14)
    return y + red, y + green, y + divided(u * integers[3], 14)


_TO_XYZ = (
    (0.412453, 0.357580, 0.180423, 0.212671, 0.715160, 0.072169, 0.019334, 0.119193, 0.950227),
    (1689, 1465, 739, 871, 2929, 296, 79, 488, 3892),
)
_FROM_XYZ = (
    (3.240479, -1.53715, -0.498535, -0.969256, 1.875991, 0.041556, 0.055648, -0.204043, 1.057311),
    (13273, -6296, -2042, -3970, 7684, 170, 228, -836, 4331),
)


def xyz(planes: Planes, back: bool) -> Planes:
    """Red, green, blue to X, Y, Z (D65), or back."""
    floats, integers = _FROM_XYZ if back else _TO_XYZ
    a, b, c = planes
    if a.dtype.is_floating_point:
        return tuple(a * floats[i] + b * floats[i + 1] + c * floats[i + 2] for i in (0, 3, 6))  # type: ignore[return-value]
    return tuple(divided(a * integers[i] + b * integers[i + 1] + c * integers[i + 2], 12) for i in (0, 3, 6))  # type: ignore[return-value]


def to_packed(rgb: Planes, alpha: Tensor | None, green_bits: int) -> Tensor:
    """Bytes to 16 bits: 5, ``green_bits`` and 5 of them, as two bytes (..., 2)."""
    r, g, b = rgb
    if green_bits == 6:
        value = (b >> 3) | ((g & ~3) << 3) | ((r & ~7) << 8)
    else:
        value = (b >> 3) | ((g & ~7) << 2) | ((r & ~7) << 7)
        if alpha is not None:
            value = value | ((alpha != 0).to(value.dtype) << 15)
    return torch.stack([value & 255, value >> 8], -1).to(torch.uint8)


def from_packed(image: Tensor, green_bits: int) -> tuple[Planes, Tensor]:
    """Two bytes (..., 2) to red, green, blue, and to alpha, which is opaque where there is no bit for it."""
    value = image[..., 0].to(torch.int32) | (image[..., 1].to(torch.int32) << 8)
    if green_bits == 6:
        return ((value >> 8) & 0xF8, (value >> 3) & 0xFC, (value << 3) & 0xF8), torch.full_like(value, 255)
    return ((value >> 7) & 0xF8, (value >> 2) & 0xF8, (value << 3) & 0xF8), (value >> 15) * 255


def gray_of_packed(image: Tensor, green_bits: int) -> Tensor:
    """Luma of 16-bit pixels."""
    return gray(from_packed(image, green_bits)[0])


def premultiplied(channel: Tensor, alpha: Tensor) -> Tensor:
    """Bytes times alpha."""
    return (channel * alpha + 128) // 255


def unmultiplied(channel: Tensor, alpha: Tensor) -> Tensor:
    """Bytes divided by alpha; 0 where that is 0."""
    quotient = (channel * 255 + alpha // 2) // alpha.clamp(min=1)
    return torch.where(alpha == 0, torch.zeros_like(channel), saturate(quotient, torch.uint8).to(channel.dtype))
