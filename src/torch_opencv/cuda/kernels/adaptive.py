"""Contrast-limited adaptive histogram equalisation (imgproc/src/clahe.cpp): K. Zuiderveld, Graphics Gems IV, 1994."""

from __future__ import annotations

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda._borders import padded
from torch_opencv.cuda._numbers import saturate
from torch_opencv.cuda.kernels import histogram


def equalized(image: Tensor, clip_limit: float, tiles: tuple[int, int]) -> Tensor:
    """(N, H, W, 1) of uint8 or uint16. ``tiles`` is how many there are, along x and y."""
    across, down = tiles
    n, h, w, _ = image.shape
    bins = 256 if image.dtype == torch.uint8 else 65536
    whole = image
    if h % down or w % across:
        whole = padded(image, 0, down - h % down, 0, across - w % across, cv2.BORDER_REFLECT_101)
    tile_h, tile_w = whole.shape[1] // down, whole.shape[2] // across
    parts = whole.to(torch.int32).reshape(n, down, tile_h, across, tile_w).permute(0, 1, 3, 2, 4)
    counts = histogram.of_bytes(parts.reshape(n * down * across, tile_h, tile_w, 1), bins)[:, 0]
    if clip_limit > 0:
        counts = _clipped(counts, max(int(clip_limit * (tile_h * tile_w) / bins), 1))
    scale = torch.full((), (bins - 1) / (tile_h * tile_w), dtype=torch.float32, device=image.device)
    tables = saturate(counts.cumsum(1).float() * scale, image.dtype).float().reshape(n, down, across, bins)
    return _interpolated(image, tables, tile_h, tile_w)


def _clipped(counts: Tensor, limit: int) -> Tensor:
    """What is above the limit is spread over all bins; the rest of that over bins at even distances."""
    bins = counts.shape[1]
    excess = (counts - limit).clamp(min=0).sum(1, keepdim=True)
    rest = excess % bins
    step = (bins // rest.clamp(min=1)).clamp(min=1)
    place = torch.arange(bins, device=counts.device)[None]
    gets_one = (place % step == 0) & (place // step < rest)
    return counts.clamp(max=limit) + excess // bins + gets_one


def _interpolated(image: Tensor, tables: Tensor, tile_h: int, tile_w: int) -> Tensor:
    n, h, w, _ = image.shape
    down, across, bins = tables.shape[1:]
    (top, bottom, fy), (left, right, fx) = (
        _tiles(h, tile_h, down, image.device),
        _tiles(w, tile_w, across, image.device),
    )
    values = image[..., 0].to(torch.int64)
    images = torch.arange(n, device=image.device)[:, None, None] * (down * across * bins)
    flat = tables.reshape(-1)

    def of(rows: Tensor, columns: Tensor) -> Tensor:
        index = images + (rows[:, None] * across + columns[None]) * bins + values
        return flat.index_select(0, index.reshape(-1)).reshape(index.shape)

    upper = of(top, left) * (1 - fx) + of(top, right) * fx
    lower = of(bottom, left) * (1 - fx) + of(bottom, right) * fx
    return saturate(upper * (1 - fy)[:, None] + lower * fy[:, None], image.dtype)[..., None]


def _tiles(length: int, size: int, count: int, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """The two tiles that each place lies between, and how far from the first."""
    inverse = torch.full((), 1.0 / size, dtype=torch.float32, device=device)
    place = torch.arange(length, dtype=torch.float32, device=device) * inverse - 0.5
    first = place.floor()
    return first.clamp(min=0).long(), (first + 1).clamp(max=count - 1).long(), place - first
