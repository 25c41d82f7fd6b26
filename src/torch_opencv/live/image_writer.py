"""Records single images as image files: one to a file, or those of a folder to a folder, each at its own size."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

import torch_opencv as cv
from torch_opencv._arrays.opencv_log import quiet_opencv
from torch_opencv._names.images import IMAGE_SUFFIXES
from torch_opencv._system.files import atomic_write
from torch_opencv.live.errors import OutputError
from torch_opencv.live.outputs import check_writable
from torch_opencv.live.sources import Source
from torch_opencv.live.sources.images import Images


def records_images(path: str | Path) -> bool:
    """Whether images are to be written.

    >>> records_images("out.png"), records_images("out/"), records_images("out.mp4")
    (True, True, False)

    Args:
        path: an image's name, a folder that exists, or a name that ends in a slash; else there are none.
    """
    return str(path).endswith(("/", "\\")) or Path(path).is_dir() or Path(path).suffix.lower() in IMAGE_SUFFIXES


class ImageWriter:
    """Writes the image that is made of each of a source's single images.

    Args:
        path: a file for a single image, whose format is what its name ends in; or a folder, which is made if it isn't
            there, for files named as those that they are made of.
        sources: what the images are of: one source.

    Raises:
        OutputError: it can't be written there, or what is recorded isn't one source of single images.

    """

    def __init__(self, path: str | Path, sources: Sequence[Source]) -> None:
        self.path = Path(path)
        self.frames = 0
        self.fps = 1.0
        self.failed = False
        self.size = 0, 0
        """Width and height of the last image."""
        self._into_folder = self.path.suffix.lower() not in IMAGE_SUFFIXES or self.path.is_dir()
        if len(sources) != 1:
            raise OutputError(f"{self.path} can't be recorded to: several sources make a grid; give an .mp4 file")
        source = sources[0]
        if not isinstance(source, Images) or not source.still:
            raise OutputError(f"{self.path} can't be recorded to: {source.name} isn't of images; give an .mp4 file")
        if not self._into_folder and len(source.inputs) != 1:
            raise OutputError(f"{self.path} is one image, but {source.name} are several: give a folder, as out/")
        self._source = source
        if self._into_folder and not self.path.is_dir():
            if self.path.exists():
                raise OutputError(f"{self.path} is a file: give another name for the folder")
            check_writable(self.path.parent / f"{self.path.name}.png")  # whether the folder can be made
        for target in self.targets:
            if not self._into_folder or self.path.is_dir():
                check_writable(target)
            if not cv.haveImageWriter(str(target)):
                raise OutputError(f"this OpenCV can't write {target.suffix} files: give another format")

    @property
    def targets(self) -> list[Path]:
        """The files to be written."""
        return [self._target(path) for path in self._source.inputs]

    def write(self, image: torch.Tensor, *, time: float | None = None) -> None:
        """Write the next image, torch.uint8 (H, W, 3) BGR; ``time`` says which one it is.

        Raises:
            OutputError: it can't be written; this ends the recording.

        """
        if self.failed:
            return
        number = self.frames if time is None else round(time * self._source.fps)
        target = self._target(self._source.read[number])
        try:
            target.parent.mkdir(exist_ok=True)
            with quiet_opencv(), atomic_write(target) as part:
                part.write_bytes(cv.imencode(target.suffix.lower(), image.contiguous())[1].numpy().tobytes())
        except (OSError, cv.error) as error:
            self.failed = True
            raise OutputError(f"{target} can't be written: {getattr(error, 'strerror', None) or error}") from None
        self.size = image.shape[1], image.shape[0]
        self.frames += 1

    def close(self) -> None:
        """Nothing is left to do: each file is whole once it is there."""

    def _target(self, path: Path) -> Path:
        return self.path / path.name if self._into_folder else self.path
