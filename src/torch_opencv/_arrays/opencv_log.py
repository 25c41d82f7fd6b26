"""Holding back what OpenCV and its FFmpeg print about a file or camera that we report ourselves, in one line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import cv2


@contextmanager
def quiet_opencv() -> Iterator[None]:
    """Silence OpenCV's log meanwhile, unless OPENCV_LOG_LEVEL is set, and FFmpeg's, unless OPENCV_FFMPEG_LOGLEVEL is.

    OpenCV reads FFmpeg's level once, when it opens the first video of the process; FFmpeg stays silent from then on.
    """
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    if "OPENCV_LOG_LEVEL" in os.environ:
        yield
        return
    before = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(before)
