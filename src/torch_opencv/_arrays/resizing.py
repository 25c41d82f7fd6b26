"""Which part of a frame a network sees, and how it is made as large as the network's input."""

from __future__ import annotations

import cv2


def central_square(height: int, width: int, fraction: float = 1.0) -> tuple[slice, slice]:
    """The rows and columns of the square in a frame's middle.

    >>> central_square(480, 640, 0.875)
    (slice(30, 450, None), slice(110, 530, None))

    Args:
        height: of the frame.
        width: of the frame.
        fraction: of the shorter side, that the square's side is.
    """
    side = max(1, round(min(height, width) * fraction))
    top, left = (height - side) // 2, (width - side) // 2
    return slice(top, top + side), slice(left, left + side)


def interpolation(before: tuple[int, ...], after: tuple[int, ...], upsampling: int) -> int:
    """OpenCV's interpolation flag for a change of size.

    Args:
        before: height and width.
        after: likewise.
        upsampling: the flag for enlarging. Shrinking takes the area average, since OpenCV's other ways skip pixels.
    """
    return cv2.INTER_AREA if before[0] >= after[0] and before[1] >= after[1] else upsampling
