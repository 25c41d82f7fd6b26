"""Histograms of oriented gradients (objdetect/src/hog.cpp).

N. Dalal and B. Triggs, "Histograms of oriented gradients for human detection", 2005.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda._borders import padded
from torch_opencv.cuda._tables import table
from torch_opencv.cuda.arithm_polar import cartToPolar


@dataclass(frozen=True)
class Shape:
    """The sizes of windows, blocks, steps between blocks, and cells, in pixels along x and y; and the bins."""

    window: tuple[int, int]
    block: tuple[int, int]
    stride: tuple[int, int]
    cell: tuple[int, int]
    bins: int

    @property
    def cells(self) -> tuple[int, int]:
        """How many cells a block has along x and y."""
        return self.block[0] // self.cell[0], self.block[1] // self.cell[1]

    @property
    def blocks(self) -> tuple[int, int]:
        """How many blocks a window has along x and y."""
        w, h = ((self.window[i] - self.block[i]) // self.stride[i] + 1 for i in (0, 1))
        return w, h

    @property
    def of_block(self) -> int:
        """How many numbers describe a block."""
        return self.cells[0] * self.cells[1] * self.bins


def votes(image: Tensor, bins: int, gamma: bool) -> Tensor:
    """How strongly each pixel of (H, W, C), uint8, points in each direction: float32 (bins, H, W)."""
    levels = [math.sqrt(i) if gamma else float(i) for i in range(256)]
    looked_up = table(levels, torch.float32, image.device).index_select(0, image.reshape(-1).int()).reshape(image.shape)
    wide = padded(looked_up[None, ..., :3], 1, 1, 1, 1, cv2.BORDER_REFLECT_101)[0]
    dx, dy = wide[1:-1, 2:] - wide[1:-1, :-2], wide[2:, 1:-1] - wide[:-2, 1:-1]
    steepest = (dx * dx + dy * dy).argmax(-1, keepdim=True)  # of equal ones blue, as in OpenCV's vector code
    dx, dy = (d.gather(-1, steepest)[..., 0] for d in (dx, dy))
    size, angle = cartToPolar(dx, dy)
    place = angle * (bins / math.pi) - 0.5
    first = place.floor()
    part = place - first
    lower = first.remainder(bins)
    upper = (first + 1).remainder(bins)
    number = torch.arange(bins, device=image.device)[:, None, None]
    return torch.where(number == lower, size * (1 - part), 0) + torch.where(number == upper, size * part, 0)


def blocks(image: Tensor, shape: Shape, sigma: float, limit: float, gamma: bool) -> Tensor:
    """The normalised histograms of all blocks of (H, W, C), uint8: (numbers of a block, rows, columns)."""
    x = votes(image, shape.bins, gamma)
    weights = _weights(shape, sigma, image.device)
    # In float64, since convolutions in float32 keep but ten bits on some devices.
    steps = shape.stride[1], shape.stride[0]
    summed = torch.nn.functional.conv2d(x[:, None].double(), weights.double(), stride=steps).float()
    flat = summed.transpose(0, 1).reshape(-1, *summed.shape[2:])  # cells before bins
    scale = 1 / ((flat * flat).sum(0).sqrt() + len(flat) * 0.1)
    flat = (flat * scale).clamp(max=limit)
    return flat * (1 / ((flat * flat).sum(0).sqrt() + 1e-3))


def _weights(shape: Shape, sigma: float, device: torch.device) -> Tensor:
    """How much each pixel of a block counts for each of its cells, column by column: (cells, 1, height, width)."""
    width, height = shape.block
    found = []
    for cell_x in range(shape.cells[0]):
        for cell_y in range(shape.cells[1]):
            rows = []
            for i in range(height):
                down = _share(i, shape.cell[1], cell_y)
                far = (i - height * 0.5) ** 2
                rows += [
                    down * _share(j, shape.cell[0], cell_x) * math.exp(-(far + (j - width * 0.5) ** 2) / (2 * sigma**2))
                    for j in range(width)
                ]
            found += rows
    return table(found, torch.float32, device).reshape(-1, 1, height, width)


def _share(pixel: int, size: int, cell: int) -> float:
    """How much a pixel along an axis counts for a cell: the less, the farther from its middle."""
    return max(0.0, 1 - abs((pixel + 0.5) / size - 0.5 - cell))


def windows(found: Tensor, shape: Shape, step: tuple[int, int]) -> Tensor:
    """The descriptors (rows, columns, numbers) of windows, block by block, column by column."""
    w, h = shape.blocks
    unfolded = found.unfold(1, h, step[1]).unfold(2, w, step[0])  # (numbers of a block, rows, columns, h, w)
    return unfolded.permute(1, 2, 4, 3, 0).flatten(2)
