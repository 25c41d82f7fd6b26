"""Canny's edges (imgproc/src/canny.cpp): J. Canny, "A computational approach to edge detection", 1986."""

from __future__ import annotations

import torch
from torch import Tensor

from torch_opencv.cuda.kernels.ranking import extreme_along

_TAN_22 = 13573  # tan(22.5 degrees) in 32768ths
_STEPS = 16


def thinned(dx: Tensor, dy: Tensor, low: int, high: int, by_squares: bool) -> tuple[Tensor, Tensor]:
    """Where gradients (N, H, W), int32, are largest across an edge: those above ``low``, and those above ``high``."""
    x, y = dx.abs().long(), dy.abs().long()
    size = x * x + y * y if by_squares else x + y
    around = torch.nn.functional.pad(size, (1, 1, 1, 1))
    h, w = size.shape[1:]

    def at(down: int, right: int) -> Tensor:
        return around[:, 1 + down : 1 + down + h, 1 + right : 1 + right + w]

    near = x * _TAN_22
    is_flat, is_steep = (y << 15) < near, (y << 15) > near + (x << 16)
    rising = (dx ^ dy) < 0
    before = torch.where(rising, at(-1, 1), at(-1, -1))
    after = torch.where(rising, at(1, -1), at(1, 1))
    largest = torch.where(
        is_flat,
        (size > at(0, -1)) & (size >= at(0, 1)),
        torch.where(is_steep, (size > at(-1, 0)) & (size >= at(1, 0)), (size > before) & (size > after)),
    )
    weak = largest & (size > low)
    return weak, weak & (size > high)


def connected(weak: Tensor, strong: Tensor) -> Tensor:
    """The weak places that strong ones lead to, on eight sides. The host asks now and then whether that is all."""
    found = strong.to(torch.uint8)[..., None]
    allowed = weak.to(torch.uint8)[..., None]
    while True:
        before = found
        for _ in range(_STEPS):
            padded = torch.nn.functional.pad(found, (0, 0, 1, 1, 1, 1))
            found = extreme_along(extreme_along(padded, 3, 2, True), 3, 1, True) & allowed
        if torch.equal(found, before):
            return found[..., 0].bool()
