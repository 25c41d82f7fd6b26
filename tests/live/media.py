"""Small images and videos to read, made with cv2 and PIL so that what is tested didn't make them itself."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

RNG = np.random.default_rng(0)


def make_image(height: int = 48, width: int = 64, channels: int = 3) -> np.ndarray:
    """A smooth random image, so that a codec's loss stays small: (height, width, channels) uint8."""
    small = RNG.integers(0, 256, (4, 4, channels), np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC).reshape(height, width, channels)


def brightening_video(path: Path, count: int, *, fps: float = 25.0) -> Path:
    """A video of (48, 64) grey frames, each brighter than the one before."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), fps, (64, 48))
    assert writer.isOpened()
    for index in range(count):
        writer.write(np.full((48, 64, 3), 255 * index // count, np.uint8))
    writer.release()
    return path
