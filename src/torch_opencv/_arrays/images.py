"""Images from files."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from torch_opencv._arrays.opencv_log import quiet_opencv

Image = NDArray[np.uint8]


def read(path: Path) -> tuple[Image | None, str]:
    """The image in a file.

    Args:
        path: of the file.

    Returns:
        (H, W, 3), BGR, turned upright as its EXIF orientation says, and ""; or None and why it can't be read.
    """
    try:
        if not path.is_file():  # reading a pipe would wait for ever
            return None, "it is no file" if path.exists() else "it is gone"
        # Not cv2.imread: on Windows it can't open names outside the system's code page.
        data = np.fromfile(path, np.uint8)
    except OSError as error:
        return None, str(error.strerror).lower()
    return decode(data)


def decode(data: Image) -> tuple[Image | None, str]:
    """An image of what is in its file.

    Args:
        data: (N,).

    Returns:
        (H, W, 3), BGR, and ""; or None and why it can't be read.
    """
    if not len(data):
        return None, "it is empty (0 bytes)"
    if _is_half_a_jpeg(data.tobytes()):
        return None, "it is cut short"
    image: Image | None = None
    with quiet_opencv(), suppress(cv2.error):  # which is raised for an image that is too large, say
        image = cv2.imdecode(data, cv2.IMREAD_COLOR)  # type: ignore[assignment]
    return image, "" if image is not None else "it can't be read as an image"


def _is_half_a_jpeg(data: bytes) -> bool:
    """Whether a JPEG file ends before its last image does: OpenCV 4.10, for one, fills it up with black."""
    if not data.startswith(b"\xff\xd8"):
        return False
    return data.rfind(b"\xff\xd9") < data.rfind(b"\xff\xda")  # the end of the image, and the start of a scan
