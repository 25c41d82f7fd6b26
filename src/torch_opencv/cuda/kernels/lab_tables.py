"""The tables of L*a*b* and L*u*v*, to the bit those of OpenCV (imgproc/src/color_lab.cpp).

OpenCV computes them in float32 by software, so that they are the same everywhere; so are these, operation by operation.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from torch_opencv.cuda._tables import kept, table

WHITE = (0.950456, 1.0, 1.088754)
TO_XYZ = np.array([[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]])
BASE = 1 << 14
_LEAST_CUBE = np.float32(216) / np.float32(24389)
"""Below, a line stands for the cube root."""
_SLOPE, _OFFSET = np.float32(841) / np.float32(108), np.float32(16) / np.float32(116)

_INVERSE = np.float32(1) / np.float32(WHITE[0] + 15 * WHITE[1] + 3 * WHITE[2])
UN, VN = float(_INVERSE * np.float32(52) * np.float32(WHITE[0])), float(_INVERSE * np.float32(117))
U_LOW, U_RANGE, V_LOW, V_RANGE = -134, 354, -140, 262
_STEPS = 1024
_CUBE_STEPS = np.float32(_STEPS * 2) / np.float32(3)


def gamma(x: Any) -> Any:
    """Intensities, float32, of sRGB's values from 0 to 1."""
    x = np.asarray(x, np.float64)
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4).astype(np.float32)


def inverse_gamma(x: Any) -> Any:
    """sRGB's values, float32, of intensities from 0 to 1."""
    x = np.asarray(x, np.float64)
    return np.where(x <= 0.0031308, x * 12.92, x ** (1 / 2.4) * 1.055 - 0.055).astype(np.float32)


def cube_root(x: Any) -> Any:
    """The cube roots of float32, and what stands for them near 0.

    Ken Turkowski, "Computing the cube root", Apple Technical Report 32, 1998: a quotient of polynomials. What is more
    than float32 holds of it is cut off.
    """
    fraction, exponent = np.frexp(np.maximum(x, np.float32(1e-9)).astype(np.float64))
    rest = np.fmod(exponent, 3)
    rest = np.where(rest > 0, rest - 3, rest)
    t = np.ldexp(fraction, rest)
    above = [45.2548339756803022511987494, 192.2798368355061050458134625, 119.1654824285581628956914143]
    above += [13.43250139086239872172837314, 0.1636161226585754240958355063]
    below = [14.80884093219134573786480845, 151.9714051044435648658557668, 168.5254414101568283957668343]
    below += [33.9905941350215598754191872, 1.0]
    root = np.polyval(above, t) / np.polyval(below, t)
    root = (root.view(np.uint64) >> np.uint64(29) << np.uint64(29)).view(np.float64)
    line = x.astype(np.float64) * float(_SLOPE) + float(_OFFSET)
    return np.where(x > _LEAST_CUBE, np.ldexp(root, (exponent - rest) // 3), line).astype(np.float32)


@kept
def cube(space: str, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Lab or Luv of 33 x 33 x 33 colours, in 16384ths of their ranges; red changes fastest."""
    steps = gamma(np.arange(33) / 32)
    b, g, r = (x.reshape(-1) for x in np.meshgrid(steps, steps, steps, indexing="ij"))
    planes = _lab_of(r, g, b) if space == "Lab" else _luv_of(r, g, b)
    return tuple(table(np.rint(x).tolist(), torch.int32, device) for x in planes)  # type: ignore[return-value]


def _lab_of(r: Any, g: Any, b: Any) -> tuple[Any, Any, Any]:
    coefficients = (TO_XYZ * (1 / np.array(WHITE))[:, None]).astype(np.float32)
    x, y, z = (b * c[2] + g * c[1] + r * c[0] for c in coefficients)
    f, base = np.float32, np.float32(BASE)
    fx, fy, fz = cube_root(x), cube_root(y), cube_root(z)
    lightness = np.where(y > _LEAST_CUBE, f(116) * fy - f(16), f(24389) / f(27) * y)
    a, b = f(500) * (fx - fy), f(200) * (fy - fz)
    return base * lightness / f(100), base * (a + f(128)) / f(256), base * (b + f(128)) / f(256)


def _luv_of(r: Any, g: Any, b: Any) -> tuple[Any, Any, Any]:
    x, y, z = (b * c[2] + g * c[1] + r * c[0] for c in TO_XYZ.astype(np.float32))
    f, base = np.float32, np.float32(BASE)
    lightness = cube_root(y) * f(116) - f(16)
    d = f(52) / np.maximum(x + f(15) * y + f(3) * z, np.finfo(f).eps)
    u, v = lightness * (x * d - UN), lightness * (f(2.25) * y * d - VN)
    return base * lightness / f(100), base * (u - f(U_LOW)) / f(U_RANGE), base * (v - f(V_LOW)) / f(V_RANGE)


def with_gamma(x: Tensor) -> Tensor:
    """sRGB's values of intensities from 0 to 1, by a spline."""
    return _on_spline(_spline("inverse gamma", x.device), x * _STEPS)


def without_gamma(x: Tensor) -> Tensor:
    """Intensities from 0 to 1, of sRGB's values, by a spline."""
    return _on_spline(_spline("gamma", x.device), x * _STEPS)


def cube_root_by_spline(x: Tensor) -> Tensor:
    """The cube roots of numbers from 0 to 1.5, and what stands for them near 0."""
    return _on_spline(_spline("cube root", x.device), x * float(_CUBE_STEPS))


def _on_spline(pieces: Tensor, x: Tensor) -> Tensor:
    piece = x.to(torch.int32).clamp(0, len(pieces) - 1)
    x = x - piece
    a, b, c, d = pieces.index_select(0, piece.reshape(-1)).reshape(*piece.shape, 4).unbind(-1)
    return ((d * x + c) * x + b) * x + a


@kept
def _spline(of: str, device: torch.device) -> Tensor:
    """The coefficients (1024, 4) of a natural cubic spline through 1025 points, in float32."""
    f = np.float32
    if of == "cube root":
        points = cube_root(f(1) / _CUBE_STEPS * np.arange(_STEPS + 1, dtype=f))
    else:
        points = (gamma if of == "gamma" else inverse_gamma)(np.arange(_STEPS + 1) / _STEPS)
    bends = (points[2:] - points[1:-1] * f(2) + points[:-2]) * f(3)
    diagonal, right = [f(0)], [f(0)]
    for bend in bends:
        diagonal.append(f(1) / (f(4) - diagonal[-1]))
        right.append((bend - right[-1]) * diagonal[-1])
    pieces, after = np.zeros((_STEPS, 4), f), f(0)
    for i in range(_STEPS - 1, -1, -1):
        c = right[i] - diagonal[i] * after
        pieces[i] = points[i], points[i + 1] - points[i] - (after + c * f(2)) / f(3), c, (after - c) / f(3)
        after = c
    return table(pieces.reshape(-1).tolist(), torch.float32, device).reshape(_STEPS, 4)
