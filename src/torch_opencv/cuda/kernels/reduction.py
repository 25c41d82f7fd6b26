"""Sums, extremes and integrals. Integers are summed as int64 and floats as float64, so that no sum loses anything."""

from __future__ import annotations

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda._images import computable
from torch_opencv.cuda._numbers import is_integer


def wide(x: Tensor) -> Tensor:
    """Numbers as what they are summed in."""
    return x.to(torch.int64 if is_integer(x.dtype) else torch.float64)


def kept(x: Tensor, mask: Tensor | None, instead: float = 0) -> Tensor:
    """``x`` where the mask is true, a number elsewhere."""
    return x if mask is None else torch.where(mask, x, torch.full((), instead, dtype=x.dtype, device=x.device))


def sums(image: Tensor, mask: Tensor | None, kind: str = "sum") -> Tensor:
    """``sum``, ``absSum`` or ``sqrSum`` of each channel: (N, H, W, C) to float64 (N, 1, 1, C)."""
    x = kept(wide(image), mask)
    x = x.abs() if kind == "absSum" else x * x if kind == "sqrSum" else x
    return x.sum((1, 2), keepdim=True).double()


def norm(image: Tensor, kind: int, mask: Tensor | None) -> Tensor:
    """A norm over all channels: (N, H, W, C) to float64 (N, 1, 1, 1)."""
    x = kept(wide(image), mask)
    if kind == cv2.NORM_INF:
        return x.abs().amax((1, 2, 3), keepdim=True).double()
    if kind == cv2.NORM_L1:
        return x.abs().sum((1, 2, 3), keepdim=True).double()
    return (x * x).sum((1, 2, 3), keepdim=True).double().sqrt()


def extremes(image: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Smallest and largest value of (N, H, W, C), both (N,), and their first places, counted along the rows."""
    x = computable(image)
    if not x.dtype.is_floating_point:
        x = x.to(torch.int64)
        low, high = torch.iinfo(torch.int64).max, torch.iinfo(torch.int64).min
    else:
        low, high = float("inf"), float("-inf")  # type: ignore[assignment]
    n = image.shape[0]
    lows = kept(x, mask, low).reshape(n, -1)
    highs = kept(x, mask, high).reshape(n, -1)
    first, last = lows.argmin(1, keepdim=True), highs.argmax(1, keepdim=True)
    return lows.gather(1, first)[:, 0], highs.gather(1, last)[:, 0], first[:, 0], last[:, 0]


def integral(image: Tensor, squared: bool) -> Tensor:
    """Sums over all that is above and to the left: (N, H, W, C) to (N, H + 1, W + 1, C).

    int32 for integers, float64 for floats and for squares.
    """
    whole = is_integer(image.dtype)
    x = wide(image)
    x = x * x if squared else x
    total = x.cumsum(1).cumsum(2).to(torch.int32 if whole and not squared else torch.float64)
    n, h, w, c = total.shape
    framed = torch.zeros((n, h + 1, w + 1, c), dtype=total.dtype, device=total.device)
    framed[:, 1:, 1:] = total
    return framed


def rectangle_deviation(sums_: Tensor, squares: Tensor, rect: tuple[int, int, int, int]) -> Tensor:
    """The standard deviation in a rectangle that slides over integrals (N, H, W, 1): float32, (N, H, W, 1).

    Where the rectangle would leave the integral, the result is 0.
    """
    x, y, w, h = rect
    n, rows, columns, _ = sums_.shape
    height, width = rows - y - h, columns - x - w

    def inside(t: Tensor) -> Tensor:
        a, b = t[:, y : y + height, x : x + width], t[:, y : y + height, x + w : x + w + width]
        c, d = t[:, y + h : y + h + height, x : x + width], t[:, y + h : y + h + height, x + w : x + w + width]
        return (d - b - c + a).double() / (w * h)

    mean = inside(sums_.to(torch.int64) if is_integer(sums_.dtype) else sums_.double())
    deviation = (inside(squares.double()) - mean * mean).clamp(min=0).sqrt().float()
    result = torch.zeros((n, rows, columns, 1), dtype=torch.float32, device=sums_.device)
    result[:, :height, :width] = deviation
    return result
