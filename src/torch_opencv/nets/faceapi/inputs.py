"""Parts of a frame as face-api's networks are given them: padded to a square with black, then resized.

The resizing is TensorFlow's older bilinear one, whose pixel `i` is taken at `i * in / out`, without the shift by half
a pixel that OpenCV's and PyTorch's have. The difference doesn't show, but moves ages by half a year in the mean, and
descriptors by a tenth of what tells people apart.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F  # noqa: N812 (PyTorch's own name for it)
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
    above, before = ((side - length) // 2 if centred else 0 for length in (height, width))
    # What lies below or beside the image is black, and needn't be resized: the smallest part of the square that holds
    # the image, and becomes so many whole pixels.
    step = side // math.gcd(side, size)
    rows, columns = (math.ceil(length / step) * step for length in (above + height, before + width))
    padded = torch.zeros(rows + 1, columns + 1, 3, dtype=torch.float32, device=frame.device)
    padded[above : above + height, before : before + width] = frame[top : top + height, left : left + width]
    planes = padded.permute(2, 0, 1)
    if side != size:
        # PyTorch's way with aligned corners takes pixel i at i * (in - 1) / (out - 1). With one pixel more, the last
        # one once again, in and out, that is TensorFlow's i * in / out.
        if rows == side:
            padded[rows] = padded[rows - 1]
        if columns == side:
            padded[:, columns] = padded[:, columns - 1]
        rows, columns = rows * size // side, columns * size // side
        planes = F.interpolate(planes[None], (rows + 1, columns + 1), mode="bilinear", align_corners=True)[0]
    result = torch.zeros(3, size, size, dtype=torch.float32, device=frame.device)
    result[:, :rows, :columns] = planes[:, :rows, :columns].flip(0)
    return result
