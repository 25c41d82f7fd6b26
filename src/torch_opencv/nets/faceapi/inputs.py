"""Parts of a frame as face-api's networks are given them: padded to a square with black, then resized.

The resizing is TensorFlow's older bilinear one, whose pixel `i` is taken at `i * in / out`, without the shift by half
a pixel that OpenCV's and PyTorch's have. The difference doesn't show, but moves ages by half a year in the mean, and
descriptors by a tenth of what tells people apart.
"""

from __future__ import annotations

import torch
from torch import Tensor


def square(frame: Tensor, box: tuple[int, int, int, int], size: int, *, centred: bool) -> Tensor:
    """A part of a frame as a network's input.

    Args:
        frame: torch.uint8 (H, W, 3), BGR, on any device.
        box: left, top, width and height in pixels; inside the frame, and not empty.
        size: the result's side.
        centred: Whether what lacks to a square is added on both sides (and, if odd, once more after than before), or
            all of it below or at the right.

    Returns:
        float32 (3, size, size), RGB, values in 0..255, on the frame's device.

    """
    left, top, width, height = box
    side = max(width, height)
    part = frame[top : top + height, left : left + width]
    rows = _Axis(height, side, size, centred=centred, device=frame.device)
    columns = _Axis(width, side, size, centred=centred, device=frame.device)
    x = rows.resample(part, 0)
    return columns.resample(x, 1).permute(2, 0, 1).flip(0)


class _Axis:
    """Which pixels of a side are mixed into those of the resized, padded one, and with which weights."""

    def __init__(self, length: int, side: int, size: int, *, centred: bool, device: torch.device) -> None:
        lacking = side - length
        before = lacking - (lacking + 1) // 2 if centred else 0
        # In float32, as TensorFlow computes it: in float64 a pixel may be taken that is next to the right one.
        at = torch.arange(size, dtype=torch.float32, device=device) * torch.tensor(side / size, device=device)
        lower = at.floor()
        share = at - lower
        first, second = lower.long() - before, at.ceil().long().clamp_(max=side - 1) - before
        self._first, self._second = first.clamp(0, length - 1), second.clamp(0, length - 1)
        self._weights = (  # of the padding, which is black, zero
            (1 - share) * ((first >= 0) & (first < length)),
            share * ((second >= 0) & (second < length)),
        )

    def resample(self, x: Tensor, dim: int) -> Tensor:
        """(rows, columns, 3) with dimension `dim`, 0 or 1, resized."""
        shape = (-1, 1, 1) if dim == 0 else (1, -1, 1)
        first, second = (weight.view(shape) for weight in self._weights)
        return x.index_select(dim, self._first) * first + x.index_select(dim, self._second) * second
