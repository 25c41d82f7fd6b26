"""Pictures from files: one, or those of a folder or glob in natural order.

Grey, transparent and 16-bit pictures come out as 8-bit BGR, and turned upright as their EXIF orientation says. Files
that can't be read are skipped and named in the log, unless none can be: that is an error.
"""

from __future__ import annotations

import glob
import logging
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch

import torch_opencv as cv
from torch_opencv.live.errors import SourceError
from torch_opencv.live.sources.base import Frame, Source
from torch_opencv.live.sources.opencv_log import quiet_opencv

_log = logging.getLogger(__name__)

_NAMES = "avif bmp dib exr gif hdr jp2 jpe jpeg jpg pbm pgm png pnm ppm ras sr tif tiff webp"
IMAGE_SUFFIXES = frozenset(f".{name}" for name in _NAMES.split())
"""What is taken for a picture in a folder, in lower case."""


class Images(Source):
    """Pictures from files, one a second as far as times go.

    Raises:
        SourceError: not one of the files can be read as a picture.

    """

    still = True
    fps: float = 1.0

    def __init__(self, paths: Sequence[Path], *, name: str, with_paths: bool) -> None:
        super().__init__()
        self.name = name
        self.length = len(paths)
        self.inputs = tuple(paths)
        self._with_paths = with_paths
        self._unread = iter(paths)
        self._first = self._next()
        if self._first is None:
            what = f"none of the {len(paths)} files of {name}" if len(paths) > 1 else str(paths[0])
            raise SourceError(f"{what} can't be read as an image: damaged, or of another kind")
        self._report(self.skipped)  # not before: if nothing can be read, one error says it all

    def __iter__(self) -> Iterator[Frame]:
        index = 0
        item, self._first = self._first, None
        while item is not None:
            path, image = item
            own_path = str(path) if self._with_paths else None
            yield Frame(image, index, index / self.fps, self.name, time.monotonic(), own_path)
            index += 1
            before = len(self.skipped)
            item = self._next()
            self._report(self.skipped[before:])

    def close(self) -> None:  # noqa: D102
        self._unread = iter(())

    def _next(self) -> tuple[Path, torch.Tensor] | None:
        for path in self._unread:
            image = _read(path)
            if image is not None:
                return path, image
            self.skipped.append(str(path))
        return None

    def _report(self, skipped: list[str]) -> None:
        for path in skipped:
            _log.warning("skipped %s: it can't be read as an image", path)


def images_of_folder(folder: Path, name: str) -> Images:
    """The pictures that lie directly in a folder; hidden files aside."""
    try:
        files = [path for path in folder.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES and path.name[0] != "."]
    except OSError as error:
        raise SourceError(f"the folder {name} can't be read: {error.strerror}") from None
    if not files:
        raise SourceError(f"no images in the folder {name}: files whose names end in .jpg, .png and the like are taken")
    return Images(sorted(files, key=_natural), name=name, with_paths=True)


def images_of_glob(pattern: str) -> Images:
    """Every file that a pattern such as ``photos/**/*.jpg`` matches."""
    files = [path for path in map(Path, glob.glob(pattern, recursive=True)) if path.is_file()]  # noqa: PTH207
    if not files:
        raise SourceError(f"no file matches {pattern}")
    return Images(sorted(files, key=_natural), name=pattern, with_paths=True)


def _read(path: Path) -> torch.Tensor | None:
    """The picture as torch.uint8 (H, W, 3) BGR, or None."""
    try:
        # Not cv.imread: on Windows it can't open names outside the system's code page.
        data = np.fromfile(path, np.uint8)
        with quiet_opencv():
            image: torch.Tensor | None = cv.imdecode(data, cv.IMREAD_COLOR) if len(data) else None
    except (OSError, cv.error):
        return None
    return image


def _natural(path: Path) -> list[str | int]:
    """A sort key that puts img2 before img10."""
    parts = re.split(r"([0-9]+)", str(path))
    return [int(part) if i % 2 else part.casefold() for i, part in enumerate(parts)]
