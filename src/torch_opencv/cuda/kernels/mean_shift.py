"""Mean shift of colours and places (imgproc/src/segmentation.cpp).

D. Comaniciu and P. Meer, "Mean shift: a robust approach toward feature space analysis", 2002.
"""

from __future__ import annotations

import torch
from torch import Tensor

_MOST_ELEMENTS = 1 << 22


def shifted(image: Tensor, space: int, color: float, most: int, epsilon: float) -> tuple[Tensor, Tensor]:
    """Where mean shift leads the pixels of (N, H, W, 3), uint8: colours of that shape, and places (N, H, W, 2).

    Args:
        image: the image.
        space: how far, in pixels along x and y, the pixels are that count.
        color: how far their colours are at most.
        most: how many steps there are at most.
        epsilon: a step that is no longer, in place and squared colour together, is the last.
    """
    n, h, w, _ = image.shape
    pixels = image.reshape(-1, 3).to(torch.int32)
    index = torch.arange(len(pixels), device=image.device)
    parts = torch.split(index, max(1, _MOST_ELEMENTS // (2 * space + 1)))
    moved = [_climb(pixels, part, (h, w), space, color, most, epsilon) for part in parts]
    colors, places = (torch.cat(x) for x in zip(*moved, strict=True))
    return colors.reshape(n, h, w, 3).to(torch.uint8), places.reshape(n, h, w, 2).to(torch.int16)


def _climb(
    pixels: Tensor, index: Tensor, size: tuple[int, int], space: int, color: float, most: int, epsilon: float
) -> tuple[Tensor, Tensor]:
    h, w = size
    base = index // (h * w) * (h * w)
    y, x = (index - base) // w, (index - base) % w
    center = pixels.index_select(0, index)
    going = torch.ones_like(index, dtype=torch.bool)
    across = torch.arange(-space, space + 1, device=index.device)
    limit = round(color * color)
    for _ in range(most):
        sums = torch.zeros(len(index), 6, dtype=torch.int64, device=index.device)  # colours, x, y, count
        columns = x[:, None] + across
        in_width = (columns >= 0) & (columns < w)
        places = base[:, None] + columns.clamp(0, w - 1)
        for down in range(-space, space + 1):
            row = y + down
            inside = in_width & ((row >= 0) & (row < h))[:, None]
            at = places + (row.clamp(0, h - 1) * w)[:, None]
            near = pixels.index_select(0, at.reshape(-1)).reshape(*at.shape, 3)
            apart = near - center[:, None]
            counts = inside & ((apart * apart).sum(2) <= limit)
            number = counts.sum(1)
            sums[:, :3] += (near * counts[..., None]).sum(1)
            sums[:, 3] += (columns * counts).sum(1)
            sums[:, 4] += row * number
            sums[:, 5] += number
        count = sums[:, 5:]
        means = (sums[:, :5].double() * (1 / count.clamp(min=1).double())).round().long()
        changes = going & (count[:, 0] > 0)
        new_color, new_x, new_y = means[:, :3].to(torch.int32), means[:, 3], means[:, 4]
        step = (new_x - x).abs() + (new_y - y).abs() + ((new_color - center) ** 2).sum(1)
        stops = ((new_x == x) & (new_y == y)) | (step <= epsilon)
        center = torch.where(changes[:, None], new_color, center)
        x, y = torch.where(changes, new_x, x), torch.where(changes, new_y, y)
        going = changes & ~stops
    return center, torch.stack([x, y], 1)
