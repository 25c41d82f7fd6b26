"""HSV and HLS (imgproc/src/color_hsv.simd.hpp). Hues are degrees for floats, and 0 to 180 or 256 for bytes."""

from __future__ import annotations

import torch
from torch import Tensor

from torch_opencv.cuda._numbers import saturate
from torch_opencv.cuda.kernels.color import Planes

_TINY = 1.1920928955078125e-07  # FLT_EPSILON


def to_hsv_of_bytes(rgb: Planes, hues: int) -> Planes:
    """HSV of bytes, by OpenCV's tables of reciprocals in 4096ths."""
    r, g, b = rgb
    v = torch.maximum(torch.maximum(r, g), b)
    chroma = v - torch.minimum(torch.minimum(r, g), b)
    saturation = (chroma * _reciprocals(255 << 12, v) + 2048) >> 12
    hue = torch.where(v == r, g - b, torch.where(v == g, b - r + 2 * chroma, r - g + 4 * chroma))
    hue = (hue * _reciprocals((hues << 12) / 6, chroma) + 2048) >> 12
    return hue + (hue < 0).to(hue.dtype) * hues, saturation, v


def _reciprocals(numerator: float, x: Tensor) -> Tensor:
    """``numerator / x``, rounded; 0 for 0."""
    quotient = (numerator / x.clamp(min=1).double()).round().to(torch.int32)
    return torch.where(x == 0, torch.zeros_like(quotient), quotient)


def _hue(r: Tensor, g: Tensor, b: Tensor, v: Tensor, factor: Tensor) -> Tensor:
    h = torch.where(v == r, (g - b) * factor, torch.where(v == g, (b - r) * factor + 120, (r - g) * factor + 240))
    return torch.where(h < 0, h + 360, h)


def to_hsv(rgb: Planes, hues: float) -> Planes:
    """HSV of floats from 0 to 1."""
    r, g, b = rgb
    v = torch.maximum(torch.maximum(r, g), b)
    chroma = v - torch.minimum(torch.minimum(r, g), b)
    return _hue(r, g, b, v, 60.0 / (chroma + _TINY)) * (hues / 360), chroma / (v.abs() + _TINY), v


def to_hls(rgb: Planes, hues: float) -> Planes:
    """HLS of floats from 0 to 1."""
    r, g, b = rgb
    high, low = torch.maximum(torch.maximum(r, g), b), torch.minimum(torch.minimum(r, g), b)
    chroma, lightness = high - low, (high + low) * 0.5
    coloured = chroma > _TINY
    divisor = torch.where(lightness < 0.5, high + low, 2 - high - low)
    zero = torch.zeros_like(chroma)
    saturation = torch.where(coloured, chroma / divisor, zero)
    hue = torch.where(coloured, _hue(r, g, b, high, 60.0 / chroma), zero)
    return hue * (hues / 360), lightness, saturation


def from_hsv(hsv: Planes, hues: float) -> Planes:
    """Floats from 0 to 1."""
    h, s, v = hsv
    sector, part = _sectors(h, hues)
    shades = (v, v * (1 - s), v * (1 - s * part), v * (1 - s * (1 - part)))
    return _by_sector(sector, shades, s == 0, v)


def from_hls(hls: Planes, hues: float) -> Planes:
    """Floats from 0 to 1."""
    h, lightness, s = hls
    high = torch.where(lightness <= 0.5, lightness * (1 + s), lightness + s - lightness * s)
    low = 2 * lightness - high
    sector, part = _sectors(h, hues)
    shades = (high, low, low + (high - low) * (1 - part), low + (high - low) * part)
    return _by_sector(sector, shades, s == 0, lightness)


def _sectors(h: Tensor, hues: float) -> tuple[Tensor, Tensor]:
    """Which sixth of the circle a hue is in, and how far."""
    scaled = (h * (6.0 / hues)).remainder(6.0)
    sector = scaled.floor()
    outside = sector >= 6  # a remainder that was rounded up
    return torch.where(outside, torch.zeros_like(sector), sector), torch.where(
        outside, torch.zeros_like(sector), scaled - sector
    )


_SHADES = ((0, 3, 1), (2, 0, 1), (1, 0, 3), (1, 2, 0), (3, 1, 0), (0, 1, 2))
"""For each sixth, which of the four shades red, green and blue are."""


def _by_sector(sector: Tensor, shades: tuple[Tensor, Tensor, Tensor, Tensor], is_gray: Tensor, gray: Tensor) -> Planes:
    found = []
    for channel in range(3):
        value = shades[_SHADES[5][channel]]
        for i in range(5):
            value = torch.where(sector == i, shades[_SHADES[i][channel]], value)
        found.append(torch.where(is_gray, gray, value))
    return found[0], found[1], found[2]


def of_bytes(planes: Planes, scales: tuple[float, float, float]) -> Planes:
    """Bytes as floats, each plane times its factor."""
    return tuple(x.float() * scale for x, scale in zip(planes, scales, strict=True))  # type: ignore[return-value]


def as_bytes(planes: Planes, scales: tuple[float, float, float]) -> Planes:
    """Floats as bytes, each plane times its factor."""
    return tuple(saturate(x * scale, torch.uint8) for x, scale in zip(planes, scales, strict=True))  # type: ignore[return-value]
