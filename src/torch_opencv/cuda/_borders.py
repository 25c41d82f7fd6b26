"""OpenCV's borders: where a pixel outside of the image is taken from. Written once, for every function here."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda._images import movable, taken
from torch_opencv.cuda._numbers import per_channel, rounded

NAMES = {
    cv2.BORDER_CONSTANT: "BORDER_CONSTANT",
    cv2.BORDER_REPLICATE: "BORDER_REPLICATE",
    cv2.BORDER_REFLECT: "BORDER_REFLECT",
    cv2.BORDER_WRAP: "BORDER_WRAP",
    cv2.BORDER_REFLECT_101: "BORDER_REFLECT_101",
}


def check(border: int, function: str, argument: str = "borderMode") -> int:
    """A border's kind, without the flag ``BORDER_ISOLATED``, which means nothing for tensors.

    Raises:
        ValueError: for one that is not among :data:`NAMES`.
    """
    kind = border & ~cv2.BORDER_ISOLATED
    if kind not in NAMES:
        raise ValueError(
            f"cv.cuda.{function}: argument '{argument}' is {border}: give one of {', '.join(NAMES.values())}"
        )
    return kind


def interpolated(index: Tensor, length: int, border: int) -> Tensor:
    """The places inside of ``length`` that places outside stand for (OpenCV: ``borderInterpolate``).

    For ``BORDER_CONSTANT`` that is the nearest one; the caller replaces the value.
    """
    if border in (cv2.BORDER_CONSTANT, cv2.BORDER_REPLICATE) or length == 1:
        return index.clamp(0, length - 1)
    if border == cv2.BORDER_WRAP:
        return index.remainder(length)
    if border == cv2.BORDER_REFLECT:
        place = index.remainder(2 * length)
        return torch.minimum(place, 2 * length - 1 - place)
    period = 2 * length - 2
    place = index.remainder(period)
    return torch.minimum(place, period - place)


def padded(
    image: Tensor,
    top: int,
    bottom: int,
    left: int,
    right: int,
    border: int,
    value: Sequence[float] = (0.0, 0.0, 0.0, 0.0),
) -> Tensor:
    """(N, H, W, C) with a border around it, (N, top + H + bottom, left + W + right, C), in the image's dtype."""
    if not (top or bottom or left or right):
        return image
    h, w = image.shape[1], image.shape[2]
    rows = torch.arange(-top, h + bottom, device=image.device)
    columns = torch.arange(-left, w + right, device=image.device)
    inside = movable(image)
    result = taken(inside, interpolated(rows, h, border), interpolated(columns, w, border))
    if border == cv2.BORDER_CONSTANT:
        outside = ((rows < 0) | (rows >= h))[:, None, None] | ((columns < 0) | (columns >= w))[:, None]
        result = torch.where(outside, _filling(value, image), result)
    return result.view(image.dtype)


def _filling(value: Sequence[float], image: Tensor) -> Tensor:
    """A border's value in the dtype that :func:`movable` gives, to broadcast against (..., C)."""
    numbers = [rounded(x, image.dtype) for x in value]
    if image.dtype == torch.uint16:
        numbers = [x - 65536 if x > 32767 else x for x in numbers]
    dtype = movable(image).dtype
    filling = per_channel(numbers, image.shape[-1], dtype, image.device)
    return filling if isinstance(filling, Tensor) else torch.full((), filling, dtype=dtype, device=image.device)
