"""Images from files: one, or those of a folder or glob in natural order.

Grey, transparent and 16-bit images come out as 8-bit BGR, and turned upright as their EXIF orientation says. What is
in a folder is looked up once, at the start. Files that can't be read, or not any more, are skipped, and the log names
them, unless none can be read: that is an error.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import torch

from torch_opencv._arrays import images
from torch_opencv.live.errors import SourceError
from torch_opencv.live.sources.base import Frame, Source

_log = logging.getLogger(__name__)


class Images(Source):
    """Images from files, one a second as far as times go; or the frames of a video.

    Args:
        paths: the files.
        name: what messages and results call them.
        with_paths: whether each frame has its file's path.
        fps: if they are the frames of a video.

    Raises:
        SourceError: not one of the files can be read as an image.
    """

    still = True
    fps: float = 1.0  # always known here

    def __init__(self, paths: Sequence[Path], *, name: str, with_paths: bool, fps: float | None = None) -> None:
        super().__init__()
        self.name = name
        if fps is not None:
            self.fps, self.still = fps, False  # pyright: ignore[reportIncompatibleVariableOverride]
        self.read: dict[int, Path] = {}
        """The files of the frames so far, by their index."""
        self.length = len(paths)
        self.inputs = tuple(paths)
        self.with_paths = with_paths
        self.seekable = len(paths) > 1
        self.duration = len(paths) / self.fps if self.seekable else None
        self._unread = iter(paths)
        self._begin = 0  # the first one's index
        self._unsaid: list[tuple[str, str]] = []  # what was skipped, and why, that the log doesn't know of yet
        self._first = self._next()
        if self._first is None:
            what = f"none of the {len(paths)} files of {name}" if len(paths) > 1 else str(paths[0])
            raise SourceError(f"{what} can't be read as an image: damaged, or of another kind")
        self._report()  # not before: if nothing can be read, one error says it all

    def __iter__(self) -> Iterator[Frame]:
        index = self._begin
        item, self._first = self._first, None
        while item is not None:
            path, image = item
            own_path = str(path) if self.with_paths else None
            self.read[index] = path
            yield Frame(image, index, index / self.fps, self.name, time.monotonic(), own_path)
            index += 1
            item = self._next()
            self._report()

    def leave_out(self, done: Collection[str]) -> int:
        """Leave out images that were done in an earlier run; those that are left keep their numbers from there on.

        Args:
            done: their paths, as frames have them.

        Returns:
            How many are left out.
        """
        left = [path for path in self.inputs if str(path) not in done]
        self._begin = len(self.inputs) - len(left)
        self._first, self._unread = None, iter(left)
        self.inputs = tuple(left)
        self._first = self._next()
        self._report()
        return self._begin

    def seek(self, seconds: float) -> None:
        """Let the next iteration begin at the image of this second."""
        if not self.seekable:
            super().seek(seconds)
        self._begin = min(max(0, int(seconds * self.fps)), len(self.inputs) - 1)
        self._unread = iter(self.inputs[self._begin :])
        self._first = self._next()

    def close(self) -> None:  # noqa: D102
        self._unread = iter(())

    def _next(self) -> tuple[Path, torch.Tensor] | None:
        for path in self._unread:
            image, why = _read(path)
            if image is not None:
                return path, image
            if str(path) not in self.skipped:  # it may come again after a seek
                self.skipped.append(str(path))
                self._unsaid.append((str(path), why))
        return None

    def _report(self) -> None:
        for path, why in self._unsaid:
            _log.warning("skipped %s: %s", path, why)
        self._unsaid.clear()


def _read(path: Path) -> tuple[torch.Tensor | None, str]:
    """The image as torch.uint8 (H, W, 3) BGR and "", or None and why it can't be read."""
    return _as_tensor(*images.read(path))


def decode_image(data: images.Image) -> tuple[torch.Tensor | None, str]:
    """An image of what is in its file.

    Args:
        data: uint8 (N,).

    Returns:
        torch.uint8 (H, W, 3), BGR, and ""; or None and why it can't be read.
    """
    return _as_tensor(*images.decode(data))


def _as_tensor(image: images.Image | None, why: str) -> tuple[torch.Tensor | None, str]:
    return None if image is None else torch.from_numpy(image), why
