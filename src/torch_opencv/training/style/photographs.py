"""The photographs that a style network learns to paint, read in the background while the network computes.

What the n-th batch holds follows from the folder's content, the seed and n alone, so that a training that goes on
after a break sees what it would have seen without.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

import torch_opencv as cv
from torch_opencv._names.images import is_image
from torch_opencv.training.errors import TrainingError
from torch_opencv.training.images import read_image

_FARTHEST: Final = 1.25  # a photograph is at most so much larger than the square that is cut out of it
_log = logging.getLogger(__name__)


class Photographs:
    """All images that lie directly in a folder, as batches of square crops.

    Args:
        folder: its files that are no images are left out.
        size: the crops' side in pixels. A photograph is shrunk or enlarged to a little more, then cut at random, and
            mirrored every other time.

    Raises:
        TrainingError: the folder can't be read or has no image.
    """

    def __init__(self, folder: Path, *, size: int, seed: int) -> None:
        try:
            files = [path for path in folder.iterdir() if is_image(path)]
        except OSError as error:
            raise TrainingError(f"the folder of photographs {folder} can't be read: {error.strerror}") from None
        if not files:
            raise TrainingError(f"no photographs in {folder}: files named .jpg, .png and the like are taken")
        self._files = sorted(files)
        self._size = size
        self._seed = seed
        self._damaged: set[Path] = set()

    def __len__(self) -> int:
        return len(self._files)

    def first(self, count: int) -> Tensor:
        """The first photographs that can be read, cut in the middle.

        Args:
            count: how many.

        Returns:
            (count, 3, size, size), RGB in 0..1.
        """
        return torch.stack([_middle(self._readable(index), self._size) for index in range(count)])

    def batches(self, count: int, *, start: int, end: int) -> Iterator[Tensor]:
        """Batches of random crops; the same ones for the same seed.

        Args:
            count: crops in each.
            start: number of the first batch.
            end: number after that of the last.

        Yields:
            (count, 3, size, size), RGB in 0..1.
        """
        with ThreadPoolExecutor(1, "photographs") as pool:
            coming = pool.submit(self._batch, start, count)
            for index in range(start, end):
                batch = coming.result()
                if index + 1 < end:
                    coming = pool.submit(self._batch, index + 1, count)
                yield batch

    def _batch(self, number: int, count: int) -> Tensor:
        draw = random.Random(f"{self._seed} batch {number}")
        return torch.stack([self._crop(position, draw) for position in range(number * count, (number + 1) * count)])

    def _crop(self, position: int, draw: random.Random) -> Tensor:
        turn, index = divmod(position, len(self._files))
        order = random.Random(f"{self._seed} turn {turn}").sample(range(len(self._files)), len(self._files))
        photograph = self._readable(order[index])
        side = round(self._size * draw.uniform(1, _FARTHEST))
        photograph = _resized(photograph, side)
        top, left = (draw.randint(0, length - self._size) for length in photograph.shape[1:])
        crop = photograph[:, top : top + self._size, left : left + self._size]
        return crop.flip(2) if draw.random() < 0.5 else crop

    def _readable(self, index: int) -> Tensor:
        """The photograph with that number, or the next one that can be read."""
        for step in range(len(self._files)):
            path = self._files[(index + step) % len(self._files)]
            if path in self._damaged:
                continue
            try:
                return read_image(path)
            except TrainingError as error:
                _log.warning("left out: %s", error)
                self._damaged.add(path)
        raise TrainingError(f"none of the {len(self._files)} images in {self._files[0].parent} can be read")


def resized_to_area(image: Tensor, side: int) -> Tensor:
    """An image at the size whose area is that of a square; never enlarged.

    >>> import torch
    >>> resized_to_area(torch.zeros(3, 400, 100), 100).shape
    torch.Size([3, 200, 50])

    Args:
        image: (3, H, W), RGB in 0..1.
        side: the square's.
    """
    scale = side / (image.shape[1] * image.shape[2]) ** 0.5
    return _scaled(image, min(scale, 1.0))


def _middle(photograph: Tensor, size: int) -> Tensor:
    photograph = _resized(photograph, size)
    top, left = ((length - size) // 2 for length in photograph.shape[1:])
    return photograph[:, top : top + size, left : left + size]


def _resized(photograph: Tensor, side: int) -> Tensor:
    """With that many pixels along the shorter side."""
    return _scaled(photograph, side / min(photograph.shape[1:]))


def _scaled(image: Tensor, scale: float) -> Tensor:
    height, width = (max(1, round(length * scale)) for length in image.shape[1:])
    way = cv.INTER_AREA if scale < 1 else cv.INTER_CUBIC
    image = cv.resize(image.permute(1, 2, 0).contiguous(), (width, height), interpolation=way)
    return image.permute(2, 0, 1).clamp(0, 1)


def above_one_another(originals: Sequence[Tensor], painted: Sequence[Tensor]) -> Tensor:
    """Originals above what was made of them, in one image.

    Args:
        originals: (3, H, W) each, RGB in 0..1.
        painted: of the same sizes.

    Returns:
        torch.uint8 (2 H, N W, 3), BGR.
    """
    rows = [torch.cat(list(row), 2) for row in (originals, painted)]
    image = torch.cat(rows, 1).detach().cpu().float().clamp(0, 1)
    return (image * 255).round().byte().flip(0).permute(1, 2, 0).contiguous()
