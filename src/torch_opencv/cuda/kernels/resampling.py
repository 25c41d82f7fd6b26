"""``resize`` as OpenCV's CPU function computes it, its fixed point for 8 bits included (imgproc/src/resize.cpp)."""

from __future__ import annotations

import math

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda._images import movable, taken
from torch_opencv.cuda._numbers import saturate
from torch_opencv.cuda.kernels.accelerated import attempt
from torch_opencv.cuda.kernels.interpolation import TAPS, weights

_BITS = 11  # of an 8-bit image's weights, along each axis


def resized(image: Tensor, height: int, width: int, scales: tuple[float, float], interpolation: int) -> Tensor:
    """(N, H, W, C) to (N, height, width, C). ``scales`` are pixels of the source for one of the result, (x, y)."""
    scale_x, scale_y = scales
    whole_x, whole_y = round(scale_x), round(scale_y)
    is_whole = abs(scale_x - whole_x) < 2.220446049250313e-16 and abs(scale_y - whole_y) < 2.220446049250313e-16
    if image.dtype == torch.uint8 and interpolation in (cv2.INTER_NEAREST, cv2.INTER_LINEAR):
        is_nearest = interpolation == cv2.INTER_NEAREST
        made = attempt("resize", image, lambda fused: fused.resized(image, height, width, scales, is_nearest))
        if made is not None:
            return made
    if interpolation == cv2.INTER_NEAREST:
        return _nearest(image, height, width, scale_x, scale_y)
    if interpolation == cv2.INTER_LINEAR and is_whole and (whole_x, whole_y) == (2, 2):
        interpolation = cv2.INTER_AREA  # at half the size they are the same, and OpenCV takes the other's rounding
    if interpolation == cv2.INTER_AREA and scale_x >= 1 and scale_y >= 1:
        if is_whole:
            return _whole_blocks(image, height, width, whole_x, whole_y)
        return _areas(image, height, width, scale_x, scale_y)
    return _interpolated(image, height, width, scale_x, scale_y, interpolation)


def _nearest(image: Tensor, height: int, width: int, scale_x: float, scale_y: float) -> Tensor:
    rows, columns = (
        (torch.arange(n, dtype=torch.float64, device=image.device) * scale).floor().long().clamp(max=most - 1)
        for n, scale, most in ((height, scale_y, image.shape[1]), (width, scale_x, image.shape[2]))
    )
    return taken(movable(image), rows, columns).view(image.dtype)


def _whole_blocks(image: Tensor, height: int, width: int, by_x: int, by_y: int) -> Tensor:
    """Means of whole blocks; blocks that reach over the edge are of what is inside."""
    n, h, w, c = image.shape
    whole = not image.dtype.is_floating_point
    x = image.to(torch.int32 if whole else image.dtype)
    over_y, over_x = max(height * by_y - h, 0), max(width * by_x - w, 0)
    if over_y or over_x:
        x = torch.nn.functional.pad(x, (0, 0, 0, over_x, 0, over_y))
    blocks = x[:, : height * by_y, : width * by_x].reshape(n, height, by_y, width, by_x, c)
    total = blocks.sum((2, 4), dtype=torch.int32 if whole else x.dtype)
    floats = total.to(torch.float32) if whole else total
    if whole and (by_x, by_y) == (2, 2) and c in (1, 3, 4):
        result = (total + 2) >> 2
    else:
        scale = torch.full((), 1.0 / (by_x * by_y), dtype=torch.float32, device=image.device)
        result = saturate(floats * scale, image.dtype).to(total.dtype)
    if over_y or over_x:
        counts = (_counts(h, height, by_y, image)[:, None] * _counts(w, width, by_x, image))[..., None]
        parts = saturate(floats / counts, image.dtype).to(total.dtype)
        result = torch.where(counts < by_x * by_y, parts, result)
    return saturate(result, image.dtype)


def _counts(available: int, blocks: int, by: int, image: Tensor) -> Tensor:
    start = torch.arange(blocks, device=image.device) * by
    return (available - start).clamp(max=by).float()


def _areas(image: Tensor, height: int, width: int, scale_x: float, scale_y: float) -> Tensor:
    """Means of areas, pixels at their edges counting by the part that is inside."""
    x = image if image.dtype == torch.float64 else image.float()
    for axis, length, scale in ((2, width, scale_x), (1, height, scale_y)):
        x = _weighted(x, axis, _area_taps(x.shape[axis], length, scale, x.device))
    return saturate(x, image.dtype)


def _area_taps(available: int, length: int, scale: float, device: torch.device) -> list[tuple[Tensor, Tensor]]:
    start = torch.arange(length, dtype=torch.float64, device=device) * scale
    end = start + scale
    cell = (available - start).clamp(max=scale)
    last = end.floor().clamp(max=available - 1)
    first = torch.minimum(start.ceil(), last)
    before = torch.where(first - start > 1e-3, (first - start) / cell, torch.zeros_like(cell))
    after = torch.where(
        end - last > 1e-3, torch.minimum((end - last).clamp(max=1), cell) / cell, torch.zeros_like(cell)
    )
    taps = []
    for i in range(-1, math.ceil(scale) + 1):
        place = first + i
        inner = torch.where(place < last, 1.0 / cell, torch.where(place == last, after, torch.zeros_like(cell)))
        weight = before if i < 0 else inner
        taps.append((place.clamp(0, available - 1).long(), weight.float()))
    return taps


def _weighted(x: Tensor, axis: int, taps: list[tuple[Tensor, Tensor]]) -> Tensor:
    shape = [1, 1, 1, 1]
    shape[axis] = -1
    total: Tensor | None = None
    for index, weight in taps:
        term = x.index_select(axis, index) * weight.reshape(shape)
        total = term if total is None else total + term
    assert total is not None
    return total


def _interpolated(image: Tensor, height: int, width: int, scale_x: float, scale_y: float, interpolation: int) -> Tensor:
    device = image.device
    across = _places(image.shape[2], width, scale_x, interpolation, device, is_row=False)
    down = _places(image.shape[1], height, scale_y, interpolation, device, is_row=True)
    if image.dtype != torch.uint8:
        x = image if image.dtype == torch.float64 else image.float()
        return saturate(_weighted(_weighted(x, 2, across), 1, down), image.dtype)
    rows = _weighted(image.to(torch.int32), 2, _fixed(across))
    if TAPS[interpolation] == 2:
        (upper, b0), (lower, b1) = _fixed(down)
        high, low = (rows >> 4).index_select(1, upper), (rows >> 4).index_select(1, lower)
        total = ((high * b0.reshape(-1, 1, 1)) >> 16) + ((low * b1.reshape(-1, 1, 1)) >> 16)
        return saturate((total + 2) >> 2, image.dtype)
    if interpolation == cv2.INTER_CUBIC:  # OpenCV's vector code sums the columns in float32
        scaled = [(index, weight * (1.0 / (1 << 2 * _BITS))) for index, weight in _fixed(down)]
        return saturate(_weighted(rows.float(), 1, scaled), image.dtype)
    total = _weighted(rows, 1, _fixed(down))
    return saturate((total + (1 << (2 * _BITS - 1))) >> (2 * _BITS), image.dtype)


def _fixed(taps: list[tuple[Tensor, Tensor]]) -> list[tuple[Tensor, Tensor]]:
    return [(index, saturate(weight * (1 << _BITS), torch.int32)) for index, weight in taps]


def _places(
    available: int, length: int, scale: float, interpolation: int, device: torch.device, is_row: bool
) -> list[tuple[Tensor, Tensor]]:
    """For each tap, which pixels of an axis it takes, and their weights."""
    place = torch.arange(length, dtype=torch.float64, device=device)
    if interpolation == cv2.INTER_AREA:  # enlarged: linear, but with pixels that keep their extent
        start = (place * scale).floor()
        fraction = ((place + 1) - (start + 1) * (1.0 / scale)).float()
        fraction = torch.where(fraction <= 0, torch.zeros_like(fraction), fraction - fraction.floor())
    else:
        position = ((place + 0.5) * scale - 0.5).float()
        start = position.floor().double()
        fraction = position - position.floor()
    if TAPS[interpolation] == 2 and not is_row:
        fraction = torch.where((start < 0) | (start >= available - 1), torch.zeros_like(fraction), fraction)
        start = start.clamp(0, available - 1)
    first = start.long() - (TAPS[interpolation] // 2 - 1)
    return [((first + i).clamp(0, available - 1), weight) for i, weight in enumerate(weights(fraction, interpolation))]
