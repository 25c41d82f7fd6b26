"""CIE L*a*b* (imgproc/src/color_lab.cpp): bytes by OpenCV's integer tables, floats by its splines.

As OpenCV's CPU function does, colours of floats that have a gamma are interpolated in a table of 33 x 33 x 33, which
is within about a quarter of a unit of the true values.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from torch_opencv.cuda._tables import kept, table
from torch_opencv.cuda.kernels.color import Planes, divided
from torch_opencv.cuda.kernels.lab_tables import (
    BASE,
    TO_XYZ,
    WHITE,
    cube,
    cube_root,
    cube_root_by_spline,
    gamma,
    inverse_gamma,
    with_gamma,
)

_FROM_XYZ = np.array(
    [[3.240479, -1.53715, -0.498535], [-0.969256, 1.875991, 0.041556], [0.055648, -0.204043, 1.057311]]
)
_KAPPA = 24389 / 27


@kept
def _forward_tables(device: torch.device, is_linear: bool) -> tuple[Tensor, Tensor]:
    """Intensities without gamma, in 2040ths; and f(t) in 32768ths for t in 2040ths."""
    levels = np.arange(256)
    linear = levels * 8 if is_linear else np.rint(255 * 8 * gamma(levels / 255))
    f = np.rint(32768 * cube_root(np.arange(3072, dtype=np.float32) * np.float32(1 / (255 * 8))))
    return table(linear.tolist(), torch.int32, device), table(f.tolist(), torch.int32, device)


def to_lab_of_bytes(rgb: Planes, is_linear: bool) -> Planes:
    """Bytes to bytes: L times 2.55, a and b plus 128."""
    linear, f = _forward_tables(rgb[0].device, is_linear)
    r, g, b = (looked_up(linear, x) for x in rgb)
    coefficients = np.rint(TO_XYZ / np.array(WHITE)[:, None] * 4096).astype(int).tolist()
    fx, fy, fz = (looked_up(f, divided(r * c[0] + g * c[1] + b * c[2], 12)) for c in coefficients)
    lightness = divided(296 * fy - 1336934, 15)
    return lightness, divided(500 * (fx - fy) + (128 << 15), 15), divided(200 * (fy - fz) + (128 << 15), 15)


@kept
def _backward_tables(device: torch.device, is_linear: bool) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Y and f(Y) of each L, t of each f(t), and gamma: all but the last in 16384ths."""
    levels = np.arange(256)
    f = np.where(
        levels <= 20,
        BASE * (16 / 116 + levels * 5 / (3 * 17 * 29)),
        levels * 100 * BASE / (255 * 116) + 16 * BASE / 116,
    )
    y = np.where(levels <= 20, levels * BASE * 180 / (17 * 29**3), f**3 / BASE**2)
    i = np.arange(_LEAST, BASE * 9 // 4 + _LEAST)
    small = np.trunc(i * 108 / 841) - BASE * 16 // 116 * 108 // 841
    t = np.where(i <= 3390, small, i * i // BASE * i // BASE)
    x = np.arange(4096) / 4096
    values = np.trunc(255 * x) if is_linear else np.rint(255 * inverse_gamma(x))
    return tuple(table(np.rint(v).astype(int).tolist(), torch.int32, device) for v in (y, f, t, values))  # type: ignore[return-value]


_LEAST = -8145


def from_lab_of_bytes(lab: Planes, is_linear: bool) -> Planes:
    """Bytes to bytes."""
    ys, fs, ts, _ = _backward_tables(lab[0].device, is_linear)
    y, fy = looked_up(ys, lab[0]), looked_up(fs, lab[0])
    a = ((5 * lab[1] * 53687 + (1 << 7)) >> 13) - 128 * BASE // 500
    b = ((lab[2] * 41943 + (1 << 4)) >> 9) - 128 * BASE // 200 + 1
    x, z = looked_up(ts, fy + a - _LEAST), looked_up(ts, fy - b - _LEAST)
    return bytes_of_xyz(x, y, z, WHITE, is_linear)


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
        lightness, a, blue = between([(x * BASE).round().to(torch.int32) for x in (r, g, b)], "Lab")
        return lightness * (100 / BASE), a * (256 / BASE) - 128, blue * (256 / BASE) - 128
    x, y, z = ((r * c[0] + g * c[1] + b * c[2]) / w for c, w in zip(TO_XYZ.tolist(), WHITE, strict=True))
    fx, fy, fz = (cube_root_by_spline(t) for t in (x, y, z))
    # The limit and the slope as OpenCV's vector code rounds them, here alone.
    lightness = torch.where(y > 0.008856, 116 * fy - 16, 903.3 * y)
    return lightness, 500 * (fx - fy), 200 * (fy - fz)


def between(places: list[Tensor], space: str) -> Planes:
    """Lab or Luv of red, green and blue, all in 16384ths of their ranges, by the table of 33 colours on each axis."""
    tables = cube(space, places[0].device)
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


def from_lab(lab: Planes, is_linear: bool) -> Planes:
    """L, a and b to floats from 0 to 1."""
    lightness, a, b = lab
    low = lightness <= 8
    y = torch.where(low, lightness / _KAPPA, ((lightness + 16) / 116) ** 3)
    fy = torch.where(low, y * (841 / 108) + 16 / 116, (lightness + 16) / 116)
    fx, fz = fy + a / 500, fy - b / 200
    x, z = (torch.where(f <= 6 / 29, (f - 16 / 116) * (108 / 841), f**3) for f in (fx, fz))
    return from_xyz(x * WHITE[0], y, z * WHITE[2], is_linear)


def from_xyz(x: Tensor, y: Tensor, z: Tensor, is_linear: bool) -> Planes:
    """X, Y and Z to floats from 0 to 1."""
    values = (x * c[0] + y * c[1] + z * c[2] for c in _FROM_XYZ.tolist())
    planes = [v.clamp(0, 1) if is_linear else with_gamma(v.clamp(0, 1)) for v in values]
    return planes[0], planes[1], planes[2]
