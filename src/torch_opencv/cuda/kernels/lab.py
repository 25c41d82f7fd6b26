"""CIE L*a*b* (imgproc/src/color_lab.cpp): bytes by OpenCV's integer tables, floats by the formulas.

As OpenCV's CPU function does, colours of floats that have a gamma are interpolated in a table of 33 x 33 x 33, which
is within about a quarter of a unit of the true values.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import torch
from torch import Tensor

from torch_opencv.cuda._numbers import table
from torch_opencv.cuda.kernels.color import Planes, divided

_WHITE = (0.950456, 1.0, 1.088754)
TO_XYZ = np.array([[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]])
_FROM_XYZ = np.array(
    [[3.240479, -1.53715, -0.498535], [-0.969256, 1.875991, 0.041556], [0.055648, -0.204043, 1.057311]]
)
_BASE = 1 << 14
_KAPPA = 24389 / 27


def _gamma(x: np.ndarray) -> np.ndarray:
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)


def _inverse_gamma(x: np.ndarray) -> np.ndarray:
    return np.where(x <= 0.0031308, x * 12.92, x ** (1 / 2.4) * 1.055 - 0.055)


@functools.cache
def _forward_tables(device: torch.device, is_linear: bool) -> tuple[Tensor, Tensor]:
    """Intensities without gamma, in 2040ths; and f(t) in 32768ths for t in 2040ths."""
    levels = np.arange(256)
    linear = levels * 8 if is_linear else np.rint(255 * 8 * _gamma(levels / 255))
    t = np.arange(3072, dtype=np.float32) * np.float32(1 / (255 * 8))
    f = np.rint(32768 * np.where(t < 216 / 24389, t * np.float32(841 / 108) + np.float32(16 / 116), np.cbrt(t)))
    return table(linear.tolist(), torch.int32, device), table(f.tolist(), torch.int32, device)


def to_lab_of_bytes(rgb: Planes, is_linear: bool) -> Planes:
    """Bytes to bytes: L times 2.55, a and b plus 128."""
    linear, f = _forward_tables(rgb[0].device, is_linear)
    r, g, b = (looked_up(linear, x) for x in rgb)
    coefficients = np.rint(TO_XYZ / np.array(_WHITE)[:, None] * 4096).astype(int).tolist()
    fx, fy, fz = (looked_up(f, divided(r * c[0] + g * c[1] + b * c[2], 12)) for c in coefficients)
    lightness = divided(296 * fy - 1336934, 15)
    return lightness, divided(500 * (fx - fy) + (128 << 15), 15), divided(200 * (fy - fz) + (128 << 15), 15)


@functools.cache
def _backward_tables(device: torch.device, is_linear: bool) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Y and f(Y) of each L, t of each f(t), and gamma: all but the last in 16384ths."""
    levels = np.arange(256)
    f = np.where(
        levels <= 20,
        _BASE * (16 / 116 + levels * 5 / (3 * 17 * 29)),
        levels * 100 * _BASE / (255 * 116) + 16 * _BASE / 116,
    )
    y = np.where(levels <= 20, levels * _BASE * 180 / (17 * 29**3), f**3 / _BASE**2)
    i = np.arange(_LEAST, _BASE * 9 // 4 + _LEAST)
    small = np.trunc(i * 108 / 841) - _BASE * 16 // 116 * 108 // 841
    t = np.where(i <= 3390, small, i * i // _BASE * i // _BASE)
    x = np.arange(4096) / 4096
    gamma = np.trunc(255 * x) if is_linear else np.rint(255 * _inverse_gamma(x))
    return tuple(table(np.rint(v).astype(int).tolist(), torch.int32, device) for v in (y, f, t, gamma))  # type: ignore[return-value]


_LEAST = -8145


def from_lab_of_bytes(lab: Planes, is_linear: bool) -> Planes:
    """Bytes to bytes."""
    ys, fs, ts, _ = _backward_tables(lab[0].device, is_linear)
    y, fy = looked_up(ys, lab[0]), looked_up(fs, lab[0])
    a = ((5 * lab[1] * 53687 + (1 << 7)) >> 13) - 128 * _BASE // 500
    b = ((lab[2] * 41943 + (1 << 4)) >> 9) - 128 * _BASE // 200 + 1
    x, z = looked_up(ts, fy + a - _LEAST), looked_up(ts, fy - b - _LEAST)
    return bytes_of_xyz(x, y, z, _WHITE, is_linear)


def luminance(lightness: Tensor, is_linear: bool) -> Tensor:
    """Y in 16384ths of a byte of L."""
    return looked_up(_backward_tables(lightness.device, is_linear)[0], lightness)


def bytes_of_xyz(x: Tensor, y: Tensor, z: Tensor, white: tuple[float, float, float], is_linear: bool) -> Planes:
    """Red, green and blue of X, Y and Z in 16384ths of a white."""
    gamma = _backward_tables(x.device, is_linear)[3]
    coefficients = np.rint(_FROM_XYZ * np.array(white)[None] * 4096).astype(int).tolist()
    values = ((x * c[0] + y * c[1] + z * c[2] + (1 << 13)) >> 14 for c in coefficients)
    r, g, b = (looked_up(gamma, v.clamp(0, 4095)) for v in values)
    return r, g, b


def looked_up(values: Tensor, index: Tensor) -> Tensor:
    """A table's values at places."""
    return values.index_select(0, index.reshape(-1)).reshape(index.shape)


def to_lab(rgb: Planes, is_linear: bool) -> Planes:
    """Floats from 0 to 1 to L from 0 to 100, a and b; interpolated unless they are linear."""
    r, g, b = (x.clamp(0, 1) for x in rgb)
    if not is_linear:
        lightness, a, blue = between([(x * _BASE).round().to(torch.int32) for x in (r, g, b)], "Lab")
        return lightness * (100 / _BASE), a * (256 / _BASE) - 128, blue * (256 / _BASE) - 128
    x, y, z = ((r * c[0] + g * c[1] + b * c[2]) / w for c, w in zip(TO_XYZ.tolist(), _WHITE, strict=True))
    fx, fy, fz = (cube_root(t) for t in (x, y, z))
    lightness = torch.where(y > 216 / 24389, 116 * fy - 16, _KAPPA * y)
    return lightness, 500 * (fx - fy), 200 * (fy - fz)


def cube_root(t: Tensor) -> Tensor:
    """The cube root, and what stands for it near 0."""
    return torch.where(t > 216 / 24389, t.clamp(min=1e-12) ** (1 / 3), t * (841 / 108) + 16 / 116)


def with_gamma(x: Tensor) -> Tensor:
    """sRGB's values of intensities from 0 to 1."""
    return torch.where(x <= 0.0031308, x * 12.92, x.clamp(min=1e-12) ** (1 / 2.4) * 1.055 - 0.055)


def without_gamma(x: Tensor) -> Tensor:
    """Intensities from 0 to 1, of sRGB's values."""
    return torch.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)


def between(places: list[Tensor], space: str) -> Planes:
    """Lab or Luv of red, green and blue, all in 16384ths of their ranges, by the table of 33 colours on each axis."""
    tables = _cube(space, places[0].device)
    cells, parts = [x >> 9 for x in places], [(x >> 5) & 15 for x in places]
    totals: list[Tensor] = []
    for corner in range(8):
        steps = (corner >> 2, (corner >> 1) & 1, corner & 1)
        weight = torch.ones_like(parts[0])
        for part, step in zip(parts, steps, strict=True):
            weight = weight * (part if step else 16 - part)
        r, g, b = ((cell + step).clamp(max=32) for cell, step in zip(cells, steps, strict=True))
        index = r + g * 33 + b * 33 * 33
        terms = [looked_up(values, index) * weight for values in tables]
        totals = terms if not totals else [x + term for x, term in zip(totals, terms, strict=True)]
    a, b, c = (divided(x, 12) for x in totals)
    return a, b, c


@functools.cache
def _cube(space: str, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    steps = _gamma(np.arange(33) / 32)
    b, g, r = (x.reshape(-1) for x in np.meshgrid(steps, steps, steps, indexing="ij"))
    planes = _lab_of(r, g, b) if space == "Lab" else _luv_of(r, g, b)
    return tuple(table(np.rint(x * _BASE).tolist(), torch.int32, device) for x in planes)  # type: ignore[return-value]


def _lab_of(r: Any, g: Any, b: Any) -> tuple[Any, Any, Any]:
    x, y, z = (np.stack([r, g, b], -1) @ (row / w) for row, w in zip(TO_XYZ, _WHITE, strict=True))
    fx, fy, fz = (np.where(t > 216 / 24389, np.cbrt(t), t * (841 / 108) + 16 / 116) for t in (x, y, z))
    lightness = np.where(y > 216 / 24389, 116 * fy - 16, _KAPPA * y)
    return lightness / 100, (500 * (fx - fy) + 128) / 256, (200 * (fy - fz) + 128) / 256


_D = 1 / (_WHITE[0] + 15 * _WHITE[1] + 3 * _WHITE[2])
UN, VN = 13 * 4 * _D * _WHITE[0], 13 * 9 * _D * _WHITE[1]
U_LOW, U_RANGE, V_LOW, V_RANGE = -134, 354, -140, 262


def _luv_of(r: Any, g: Any, b: Any) -> tuple[Any, Any, Any]:
    x, y, z = (np.stack([r, g, b], -1) @ row for row in TO_XYZ)
    lightness = np.where(y < 216 / 24389, y * (841 / 108) + 16 / 116, np.cbrt(y)) * 116 - 16
    d = 4 * 13 / np.maximum(x + 15 * y + 3 * z, 1.1920929e-07)
    u, v = lightness * (x * d - UN), lightness * (9 / 4 * y * d - VN)
    return lightness / 100, (u - U_LOW) / U_RANGE, (v - V_LOW) / V_RANGE


def from_lab(lab: Planes, is_linear: bool) -> Planes:
    """L, a and b to floats from 0 to 1."""
    lightness, a, b = lab
    low = lightness <= 8
    y = torch.where(low, lightness / _KAPPA, ((lightness + 16) / 116) ** 3)
    fy = torch.where(low, y * (841 / 108) + 16 / 116, (lightness + 16) / 116)
    fx, fz = fy + a / 500, fy - b / 200
    x, z = (torch.where(f <= 6 / 29, (f - 16 / 116) * (108 / 841), f**3) for f in (fx, fz))
    return from_xyz(x * _WHITE[0], y, z * _WHITE[2], is_linear)


def from_xyz(x: Tensor, y: Tensor, z: Tensor, is_linear: bool) -> Planes:
    """X, Y and Z to floats from 0 to 1."""
    values = (x * c[0] + y * c[1] + z * c[2] for c in _FROM_XYZ.tolist())
    planes = [v.clamp(0, 1) if is_linear else with_gamma(v.clamp(0, 1)) for v in values]
    return planes[0], planes[1], planes[2]
