"""How fast a run was, in words."""

from __future__ import annotations


def pace(frames: int, seconds: float) -> str:
    """How many frames in what time.

    >>> pace(30, 2.0)
    '30 frames in 2.0 s (15.0 frames/s)'

    Args:
        frames: how many were processed.
        seconds: how long that took.
    """
    counted = "1 frame" if frames == 1 else f"{frames} frames"
    return f"{counted} in {seconds:.1f} s ({frames / seconds if seconds else 0.0:.1f} frames/s)"
