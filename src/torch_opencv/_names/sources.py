"""What the names of sources mean; apart from the sources, so that a mistake is known before PyTorch is imported."""

from __future__ import annotations

import glob
import os
import re
from pathlib import Path

SAMPLE = Path(__file__).parents[1] / "live" / "sources" / "sample.mp4"
"""The bundled video: a cat, a coffee, a rocket, an astronaut."""

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


def may_hold_secrets(text: str) -> bool:
    """Whether a text may be an address with a user, a password or a key in it, be it without its ``rtsp://``."""
    return is_address(text) or bool(re.search(":.*@|[?&;].*=", text))


def shown_name(name: str, file: str) -> str:
    """A missing file as it may be shown, given what the user called it: not if that may be an address."""
    return "what may be an address" if may_hold_secrets(name) or re.search("@.*[:/]", name) else file


def why_missing(spec: str) -> str:
    """What to tell the user if it is a file's name and there is no such file; else "". No secret is repeated."""
    if os.path.exists(spec):  # noqa: PTH110 (Path.exists raises for some names)
        return ""
    named = is_file_name(spec)
    suspicious = may_hold_secrets(spec) or (named and re.search("@.*[:/]", spec))
    if suspicious and not is_address(spec) and (named or not glob.glob(spec, recursive=True)):  # noqa: PTH207
        return "no such file or folder; the address of a stream begins with rtsp://, rtsps://, http:// or https://"
    if not named:
        return ""
    return f"no such file or folder: {spec!r}; {KINDS}"
