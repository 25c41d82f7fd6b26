"""Bayer patterns made colours by bilinear interpolation (imgproc/src/demosaicing.cpp).

The outermost pixels of the results are those beside them, as OpenCV's CPU function makes them.
"""

from __future__ import annotations

import torch
from torch import Tensor

from torch_opencv.cuda.kernels.color import Planes


def _around(x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """The sums of the neighbours on the left and right, above and below, at the corners, of all inner pixels."""
    left_right = x[:, 1:-1, :-2] + x[:, 1:-1, 2:]
    above_below = x[:, :-2, 1:-1] + x[:, 2:, 1:-1]
    corners = x[:, :-2, :-2] + x[:, :-2, 2:] + x[:, 2:, :-2] + x[:, 2:, 2:]
    return x[:, 1:-1, 1:-1], left_right, above_below, left_right + above_below, corners


def _places(x: Tensor, pattern: str) -> tuple[Tensor, Tensor, Tensor]:
    """Where inner pixels are blue, red, and green in a row with blue. ``pattern`` is that of the first of them."""
    h, w = x.shape[1], x.shape[2]
    rows = torch.arange(h - 2, device=x.device)[:, None] % 2
    columns = torch.arange(w - 2, device=x.device)[None] % 2
    blue_row, blue_column = {"BG": (0, 0), "GB": (0, 1), "RG": (1, 1), "GR": (1, 0)}[pattern]
    in_blue_row, in_blue_column = rows == blue_row, columns == blue_column
    return in_blue_row & in_blue_column, ~in_blue_row & ~in_blue_column, in_blue_row & ~in_blue_column


def colours(x: Tensor, pattern: str) -> Planes:
    """Red, green and blue of int32 (N, H, W), sides at least 3."""
    centre, left_right, above_below, cross, corners = _around(x)
    is_blue, is_red, green_by_blue = _places(x, pattern)
    is_green = ~(is_blue | is_red)
    cross, corners = (cross + 2) >> 2, (corners + 2) >> 2
    left_right, above_below = (left_right + 1) >> 1, (above_below + 1) >> 1
    green = torch.where(is_green, centre, cross)
    blue = torch.where(
        is_blue, centre, torch.where(is_red, corners, torch.where(green_by_blue, left_right, above_below))
    )
    red = torch.where(
        is_red, centre, torch.where(is_blue, corners, torch.where(green_by_blue, above_below, left_right))
    )
    return framed(red), framed(green), framed(blue)


def gray(x: Tensor, pattern: str) -> Tensor:
    """Luma of int32 (N, H, W), sides at least 3."""
    centre, left_right, above_below, cross, corners = _around(x.to(torch.int64))
    is_blue, is_red, green_by_blue = _places(x, pattern)
    r, g, b = 4899, 9617, 1868
    at_blue, at_red = corners * r + cross * g + centre * (4 * b), corners * b + cross * g + centre * (4 * r)
    by_blue = left_right * (2 * b) + above_below * (2 * r) + centre * (4 * g)
    by_red = left_right * (2 * r) + above_below * (2 * b) + centre * (4 * g)
    total = torch.where(is_blue, at_blue, torch.where(is_red, at_red, torch.where(green_by_blue, by_blue, by_red)))
    return framed((total + (1 << 15)) >> 16)


def framed(x: Tensor) -> Tensor:
    """A frame of one pixel around (N, H, W), of the pixels beside it."""
    x = torch.cat([x[:, :1], x, x[:, -1:]], 1)
    return torch.cat([x[:, :, :1], x, x[:, :, -1:]], 2)
