"""Several sources in one image: equal tiles, in rows, each with its name in the corner."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch

import torch_opencv as cv
from torch_opencv.live.overlay import draw_note

_WIDEST = 1920  # pixels of the whole image


class Grid:
    """Where each of several images goes. The first one that is placed sets the size of all tiles, for good.

    Args:
        count: how many tiles there are.
    """

    def __init__(self, count: int) -> None:
        self._columns = math.ceil(math.sqrt(count))
        self._rows = math.ceil(count / self._columns)
        self._tile: tuple[int, int] | None = None

    def compose(
        self, images: Mapping[int, torch.Tensor], labels: Sequence[str]
    ) -> tuple[torch.Tensor, dict[int, tuple[int, int, int, int]]]:
        """Put images side by side.

        Args:
            images: by their tiles' numbers, torch.uint8 (H, W, 3) BGR of any sizes; at least one. They keep their
                proportions; what is left over of a tile, or has no image, is black.
            labels: what is written on each tile.

        Returns:
            torch.uint8, (H, W, 3), BGR, always of the same size; and where in it each image is: x, y, width, height.

        """
        width, height = self._tile = self._tile or self._tile_for(next(iter(images.values())))
        grid = torch.zeros((self._rows * height, self._columns * width, 3), dtype=torch.uint8)
        boxes: dict[int, tuple[int, int, int, int]] = {}
        for number, label in enumerate(labels):
            row, column = divmod(number, self._columns)
            tile = grid[row * height : (row + 1) * height, column * width : (column + 1) * width]
            if number in images:
                x, y, w, h = _fit(images[number], tile)
                boxes[number] = column * width + x, row * height + y, w, h
            draw_note(tile, label, "top right")
        return grid, boxes

    def _tile_for(self, image: torch.Tensor) -> tuple[int, int]:
        """Width and height, even, as video codecs want them."""
        height, width = image.shape[:2]
        scale = min(1.0, _WIDEST / (width * self._columns))
        return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def _fit(image: torch.Tensor, tile: torch.Tensor) -> tuple[int, int, int, int]:
    """Put an image in the middle of a tile; x, y, width and height of where it now is."""
    scale = min(tile.shape[0] / image.shape[0], tile.shape[1] / image.shape[1])
    height = min(tile.shape[0], max(1, round(image.shape[0] * scale)))
    width = min(tile.shape[1], max(1, round(image.shape[1] * scale)))
    top, left = (tile.shape[0] - height) // 2, (tile.shape[1] - width) // 2
    interpolation = cv.INTER_AREA if scale < 1 else cv.INTER_LINEAR
    scaled = cv.resize(image, (width, height), interpolation=interpolation) if scale != 1 else image
    tile[top : top + height, left : left + width].copy_(scaled)
    return left, top, width, height
