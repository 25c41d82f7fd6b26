"""Which part of a frame a network sees, and how it is made as large as the network's input."""

from __future__ import annotations

from collections.abc import Sequence

import cv2


def central_square(size: Sequence[int], fraction: float = 1.0) -> tuple[slice, slice]:
    """The rows and columns of the square in a frame's middle.

    >>> central_square((480, 640), 0.875)
    (slice(30, 450, None), slice(110, 530, None))

    Args:
        size: the frame's height and width.
        fraction: of the shorter side, that the square's side is.
    """
    height, width = size
    side = max(1, round(min(height, width) * fraction))
    top, left = (height - side) // 2, (width - side) // 2
    return slice(top, top + side), slice(left, left + side)


def interpolation(before: Sequence[int], after: Sequence[int], upsampling: int) -> int:
    """OpenCV's interpolation flag for a change of size.

    Args:
        before: height and width.
        after: likewise.
        upsampling: the flag for enlarging. Shrinking takes the area average, since OpenCV's other ways skip pixels.
    """
    return cv2.INTER_AREA if before[0] >= after[0] and before[1] >= after[1] else upsampling
