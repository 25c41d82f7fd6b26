"""CIE L*u*v* (imgproc/src/color_lab.cpp): bytes by OpenCV's integer tables, floats by its splines."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from torch_opencv.cuda._tables import kept, table
from torch_opencv.cuda.kernels import lab, lab_tables
from torch_opencv.cuda.kernels.color import Planes
from torch_opencv.cuda.kernels.lab_tables import BASE, U_LOW, U_RANGE, UN, V_LOW, V_RANGE, VN


def to_luv_of_bytes(rgb: Planes) -> Planes:
    """Bytes to bytes: L times 2.55; u and v in 255ths of their ranges."""
    a, b, c = (x // 64 for x in lab.between([x * 64 for x in rgb], "Luv"))
    return a, b, c


def to_luv(rgb: Planes, is_linear: bool) -> Planes:
    """Floats from 0 to 1 to L from 0 to 100, u and v."""
    r, g, b = (x.clamp(0, 1) for x in rgb)
    if not is_linear:
        r, g, b = (lab_tables.without_gamma(x) for x in (r, g, b))
    x, y, z = (r * c[0] + g * c[1] + b * c[2] for c in lab_tables.TO_XYZ.tolist())
    lightness = lab_tables.cube_root_by_spline(y) * 116 - 16
    d = 52 / (x + 15 * y + 3 * z).clamp(min=1.1920929e-07)
    return lightness, lightness * (x * d - UN), lightness * (2.25 * y * d - VN)


def from_luv(luv: Planes, is_linear: bool) -> Planes:
    """L, u and v to floats from 0 to 1."""
    lightness, u, v = luv
    y = torch.where(lightness >= 8, ((lightness + 16) / 116) ** 3, lightness * (27 / 24389))
    up = 3 * (u + lightness * UN)
    vp = (0.25 / (v + lightness * VN)).clamp(-0.25, 0.25)
    x = 3 * y * up * vp
    z = y * ((156 * lightness - up) * vp - 5)
    return lab.from_xyz(x, y, z, is_linear)


@kept
def _tables(device: torch.device) -> tuple[Tensor, Tensor]:
    """u' of each L and u, and v' of each L and v."""
    f, levels = np.float32, np.arange(256, dtype=np.float32)  # in float32, as OpenCV
    lightness = levels[:, None] * f(100) / f(255)
    u, v = (levels * f(extent) / f(255) + f(low) for low, extent in ((U_LOW, U_RANGE), (V_LOW, V_RANGE)))
    up = np.rint(f(9) * (u + lightness * UN) * f(BASE // 1024))
    vp = np.rint((f(0.25) / (v + lightness * VN)).clip(-0.25, 0.25) * f(BASE * 1024))
    return (
        table(up.reshape(-1).tolist(), torch.int64, device),
        table(vp.reshape(-1).tolist(), torch.int64, device),
    )


def from_luv_of_bytes(luv: Planes, is_linear: bool) -> Planes:
    """Bytes to bytes."""
    ups, vps = _tables(luv[0].device)
    lightness, u, v = (x.to(torch.int64) for x in luv)
    y = lab.luminance(luv[0], is_linear).to(torch.int64)
    up, vp = lab.looked_up(ups, lightness * 256 + u), lab.looked_up(vps, lightness * 256 + v)
    both = up * vp
    x = _quotient(y * _quotient(both, BASE), BASE)
    zp = _quotient(156 * 100 * (BASE // 1024) * vp * lightness - both * 85, BASE) - 5 * 255 * BASE
    zm = _quotient(y * zp, BASE)
    z = _quotient(zm, 256) + _quotient(zm, 65536)
    x, z = x.clamp(0, 2 * BASE), z.clamp(0, 2 * BASE)
    return lab.bytes_of_xyz(x, y, z, (1.0, 1.0, 1.0), is_linear)


def _quotient(x: Tensor, by: int) -> Tensor:
    """Division towards 0, as in C."""
    return torch.div(x, by, rounding_mode="trunc")
