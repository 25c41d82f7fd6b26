"""What the names of sources mean; apart from the sources, so that a mistake is known before PyTorch is imported."""

from __future__ import annotations

import os
import re

KINDS = (
    "SOURCE is a camera number, a video, an image, a folder or glob of those, a .txt list of them, an image sequence "
    "(f%03d.png), an rtsp:// or http(s):// stream, '-' (standard input) or 'sample'"
)


def is_address(spec: str) -> bool:
    """Whether a name is a stream's address, well-formed or not.

    >>> is_address("rtsp://10.0.0.7/live"), is_address("10:30.mp4")
    (True, False)

    Args:
        spec: as the user wrote it.
    """
    return "://" in spec or bool(re.match("(rtsps?|https?):", spec))


def is_file_name(spec: str) -> bool:
    """Whether a file or folder of exactly that name is meant, and no camera, stream, glob or sequence.

    >>> [spec for spec in ("clip.mp4", "0", "f%03d.png", "*.jpg", "-", "sample") if is_file_name(spec)]
    ['clip.mp4']

    Args:
        spec: as the user wrote it.
    """
    return not (
        re.fullmatch("[0-9]{1,4}", spec)
        or spec in ("sample", "browser", "-")
        or spec.startswith("/dev/")
        or is_address(spec)
        or (not os.path.exists(spec) and (set(spec) & set("*?[") or is_sequence(spec)))  # noqa: PTH110
    )


def is_sequence(spec: str) -> bool:
    """Whether a name has one field for a number.

    >>> is_sequence("f%03d.png"), is_sequence("f001.png")
    (True, False)

    Args:
        spec: as the user wrote it.
    """
    return len(re.findall("%0?[0-9]*d", os.path.basename(spec))) == 1  # noqa: PTH119


def why_missing(spec: str) -> str:
    """What to tell the user if a name is a file's and there is no such file.

    Args:
        spec: as the user wrote it.

    Returns:
        A line; "" if there is nothing to tell.
    """
    if not is_file_name(spec) or os.path.exists(spec):  # noqa: PTH110 (Path.exists raises for some names)
        return ""
    return f"no such file or folder: {spec!r}; {KINDS}"
