"""What the names of sources mean; apart from the sources, so that a mistake is known before PyTorch is imported."""

from __future__ import annotations

import os
import re

KINDS = (
    "SOURCE is a camera number, a video, an image, a folder or glob of those, a .txt list of them, an image sequence "
    "(f%03d.png), an rtsp:// or http(s):// stream, '-' (standard input) or 'sample'"
)


def is_address(spec: str) -> bool:
    """Whether it is a stream's address, well-formed or not; ``10:30.mp4`` is a file."""
    return "://" in spec or bool(re.match("(rtsps?|https?):", spec))


def is_file_name(spec: str) -> bool:
    """Whether a file or folder of exactly that name is meant, and no camera, stream, glob or sequence."""
    return not (
        re.fullmatch("[0-9]{1,4}", spec)
        or spec in ("sample", "browser", "-")
        or spec.startswith("/dev/")
        or is_address(spec)
        or (not os.path.exists(spec) and (set(spec) & set("*?[") or is_sequence(spec)))  # noqa: PTH110
    )


def is_sequence(spec: str) -> bool:
    """Whether a name has one field for a number, as ``f%03d.png``."""
    return len(re.findall("%0?[0-9]*d", os.path.basename(spec))) == 1  # noqa: PTH119


def why_missing(spec: str) -> str:
    """What to tell the user if it is a file's name and there is no such file; else ""."""
    if not is_file_name(spec) or os.path.exists(spec):  # noqa: PTH110 (Path.exists raises for some names)
        return ""
    return f"no such file or folder: {spec!r}; {KINDS}"
