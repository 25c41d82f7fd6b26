"""Cascades of boosted classifiers on Haar features (objdetect/src/cascadedetect.cpp).

P. Viola and M. Jones, "Rapid object detection using a boosted cascade of simple features", 2001.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from torch_opencv.cuda._images import taken
from torch_opencv.cuda._tables import table
from torch_opencv.cuda.kernels.reduction import integral

_MOST_ELEMENTS = 1 << 22


@dataclass(frozen=True)
class Stage:
    """The weak classifiers of a stage: rectangles (F, 3, 4) of x, y, width, height; weights (F, 3); the others (F,)."""

    rectangles: np.ndarray
    weights: np.ndarray
    thresholds: np.ndarray
    below: np.ndarray
    above: np.ndarray
    least: float


def linear_exact(image: Tensor, height: int, width: int) -> Tensor:
    """(N, H, W, 1), uint8, resized as ``INTER_LINEAR_EXACT``: int32."""
    rows, columns = (
        _taps(available, length, image.device)
        for available, length in ((image.shape[1], height), (image.shape[2], width))
    )
    x = image.to(torch.int32)
    corners = [taken(x, r, c) for r in rows[:2] for c in columns[:2]]
    across = columns[2][:, None]
    upper = corners[0] * (256 - across) + corners[1] * across
    lower = corners[2] * (256 - across) + corners[3] * across
    down = rows[2][:, None, None]
    return (upper * (256 - down) + lower * down + (1 << 15)) >> 16


def _taps(available: int, length: int, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """The two places along an axis that each of a result is between, and the second's weight in 256ths."""
    place = (torch.arange(length, dtype=torch.float64, device=device) + 0.5) * (available / length) - 0.5
    first = place.floor()
    weight = ((place - first) * 256).round().to(torch.int32)
    inside = (first >= 0) & (first < available - 1)
    first = first.clamp(0, available - 1).long()
    return first, (first + 1).clamp(max=available - 1), torch.where(inside, weight, 0)


@dataclass
class _Windows:
    """Windows of all sizes: where they begin in the sums, how long rows are there, and what they are divided by."""

    start: Tensor
    stride: Tensor
    factor: Tensor
    found_at: Tensor  # (K, 3): x, y and the number of the scale

    def only(self, kept: Tensor) -> _Windows:
        return _Windows(self.start[kept], self.stride[kept], self.factor[kept], self.found_at[kept])


def detected(image: Tensor, window: tuple[int, int], scales: list[float], stages: list[Stage]) -> Tensor:
    """The windows (K, 3) of (H, W), uint8, that pass all stages: x, y in the scaled image, and the scale's number."""
    sums, squares, starts, sizes, offset = [], [], [], [], 0
    for scale in scales:
        height, width = round(image.shape[0] / scale), round(image.shape[1] / scale)
        smaller = linear_exact(image[None, ..., None], height, width)
        sums.append(integral(smaller.to(torch.uint8), False).reshape(-1).long())
        squares.append(integral(smaller.to(torch.uint8), True).reshape(-1).round().long())
        starts.append(offset)
        sizes.append((height, width))
        offset += len(sums[-1])
    total, total_squares = torch.cat(sums), torch.cat(squares)
    found = []
    for number, (scale, start, (height, width)) in enumerate(zip(scales, starts, sizes, strict=True)):
        step = 1 if scale >= 2 else 2
        down = torch.arange(0, max(height + 1 - window[1], 0), step, device=image.device)
        across = torch.arange(0, max(width + 1 - window[0], 0), step, device=image.device)
        places = torch.cartesian_prod(down, across).reshape(-1, 2)
        if not len(places):
            continue
        windows = _windows(places, start, width + 1, number, window, total, total_squares)
        rejected = ~_passes(windows, stages[0], total)
        tested = _tested(rejected & (windows.factor > 0), len(across))
        found.append(windows.only((tested & ~rejected & (windows.factor > 0)).nonzero()[:, 0]))
    if not found:
        return torch.empty(0, 3, dtype=torch.long, device=image.device)
    joined = (torch.cat([getattr(x, name) for x in found]) for name in ("start", "stride", "factor", "found_at"))
    left = _Windows(*joined)
    for stage in stages[1:]:
        left = left.only(_passes(left, stage, total).nonzero()[:, 0])
    return left.found_at


def _windows(
    places: Tensor, start: int, stride: int, number: int, window: tuple[int, int], total: Tensor, squares: Tensor
) -> _Windows:
    """Windows at places (K, 2) of row and column; their factor is 0 where all is of one brightness."""
    begin = start + places[:, 0] * stride + places[:, 1]
    width, height = window[0] - 2, window[1] - 2
    inner = begin + stride + 1
    ends = (inner, inner + width, inner + height * stride, inner + height * stride + width)
    first, second = (x[ends[0]] - x[ends[1]] - x[ends[2]] + x[ends[3]] for x in (total, squares))
    area = width * height
    spread = area * second.double() - first.double() ** 2
    factor = (1 / torch.where(spread > 0, spread, 1).sqrt()).float()
    usable = (spread > 0) & (area * factor < 1e-1)
    strides = torch.full_like(begin, stride)
    found_at = torch.stack([places[:, 1], places[:, 0], torch.full_like(begin, number)], 1)
    return _Windows(begin, strides, torch.where(usable, factor, 0), found_at)


def _tested(rejected: Tensor, width: int) -> Tensor:
    """Which windows are looked at, row by row: after one that the first stage rejects, the next is passed over."""
    rows = rejected.reshape(-1, width)
    place = torch.arange(width, device=rejected.device).expand_as(rows)
    begins = torch.nn.functional.pad(~rows, (1, 0), value=True)[:, :-1]
    since = torch.where(begins, place, 0).cummax(1).values
    return ((place - since) % 2 == 0).reshape(-1)


def _passes(windows: _Windows, stage: Stage, total: Tensor) -> Tensor:
    """Whether windows pass a stage."""
    device = total.device
    x, y, w, h = (table(stage.rectangles[..., i].ravel().tolist(), torch.int64, device) for i in range(4))
    weights = table(stage.weights.ravel().tolist(), torch.float32, device).reshape(stage.weights.shape)
    thresholds, below, above = (
        table(v.tolist(), torch.float32, device) for v in (stage.thresholds, stage.below, stage.above)
    )
    rows = max(1, _MOST_ELEMENTS // (4 * len(x)))
    passed = []
    parts = (torch.split(v, rows) for v in (windows.start, windows.stride, windows.factor))
    for start, stride, factor in zip(*parts, strict=True):
        s, r = start[:, None], stride[:, None]
        upper, lower = s + y * r + x, s + (y + h) * r + x
        sums = total[upper] - total[upper + w] - total[lower] + total[lower + w]
        by_rectangle = sums.float().reshape(len(start), *weights.shape) * weights
        value = (by_rectangle[..., 0] + by_rectangle[..., 1] + by_rectangle[..., 2]) * factor[:, None]
        score = torch.where(value < thresholds, below, above).double().sum(1)
        passed.append(score >= stage.least)
    return torch.cat(passed) if passed else torch.empty(0, dtype=torch.bool, device=device)
