"""Filters that choose among the pixels of a neighbourhood: extremes and medians."""

from __future__ import annotations

import torch
from torch import Tensor

from torch_opencv.cuda._images import computable

_MOST_ELEMENTS = 1 << 25


def extreme_along(x: Tensor, length: int, axis: int, largest: bool) -> Tensor:
    """The extreme of ``length`` neighbours along an axis of a padded tensor, by doubling windows."""
    choose = torch.maximum if largest else torch.minimum
    size, window = x.shape[axis] - length + 1, 1
    while window * 2 <= length:
        x = choose(x.narrow(axis, 0, x.shape[axis] - window), x.narrow(axis, window, x.shape[axis] - window))
        window *= 2
    rest = length - window
    return choose(x.narrow(axis, 0, size), x.narrow(axis, rest, size)) if rest else x


def extreme(x: Tensor, kernel: list[list[bool]], largest: bool) -> Tensor:
    """The extreme among the neighbours that a kernel selects, of a padded (N, H, W, C)."""
    choose = torch.maximum if largest else torch.minimum
    height, width = x.shape[1] - len(kernel) + 1, x.shape[2] - len(kernel[0]) + 1
    if all(all(row) for row in kernel):
        return extreme_along(extreme_along(x, len(kernel[0]), 2, largest), len(kernel), 1, largest)
    total: Tensor | None = None
    for i, row in enumerate(kernel):
        for j, selected in enumerate(row):
            if selected:
                part = x[:, i : i + height, j : j + width]
                total = part if total is None else choose(total, part)
    assert total is not None
    return total


def median(x: Tensor, size: int) -> Tensor:
    """The median of ``size`` x ``size`` neighbours, of a padded (N, H, W, C). Worked on in strips, to save memory."""
    height, width = x.shape[1] - size + 1, x.shape[2] - size + 1
    values = computable(x)
    rows = max(1, _MOST_ELEMENTS // (x.shape[0] * width * x.shape[3] * size * size))
    strips = []
    for top in range(0, height, rows):
        strip = values[:, top : top + min(rows, height - top) + size - 1]
        windows = strip.unfold(1, size, 1).unfold(2, size, 1).flatten(-2)
        strips.append(windows.sort(-1).values[..., size * size // 2].to(x.dtype))
    return torch.cat(strips, 1)
