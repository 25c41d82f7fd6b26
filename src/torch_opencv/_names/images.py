"""Which files are taken for images."""

from __future__ import annotations

from pathlib import Path

_NAMES = "avif bmp dib exr gif hdr jp2 jpe jpeg jpg pbm pgm png pnm ppm ras sr tif tiff webp"
IMAGE_SUFFIXES = frozenset(f".{name}" for name in _NAMES.split())
"""What names of images end in, in lower case: the formats that OpenCV reads."""


def is_image(path: Path) -> bool:
    """Whether a file in a folder is taken for an image: by its name; hidden files aren't.

    >>> is_image(Path("photos/a.JPG")), is_image(Path("photos/.a.jpg")), is_image(Path("photos/a.txt"))
    (True, False, False)

    Args:
        path: of the file.
    """
    return path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith(".")
