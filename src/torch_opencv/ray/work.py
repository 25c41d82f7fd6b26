"""Pieces of an archive that one worker does at a time: a segment of a video, or a group of images."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import numpy as np
import torch

import torch_opencv as cv
from torch_opencv.live.errors import SourceError
from torch_opencv.live.sources.images import decode_image
from torch_opencv.ray.files import read
from torch_opencv.ray.segments import Segment, decode

_IMAGES_TOGETHER = 256


@dataclass(frozen=True, slots=True)
class ImageGroup:
    """Some images, one after another in their list."""

    number: int
    """0, 1, 2, ..."""
    first: int
    """The number of its first image."""
    paths: tuple[str, ...]


Work = Segment | ImageGroup


@dataclass(frozen=True, slots=True)
class Row:
    """A frame with what tells it from all others."""

    id: str
    """The file, the segment and the frame, such as ``clip.mp4:2:3600``; the same in every run."""
    path: str
    frame: int
    time: float
    image: torch.Tensor
    """torch.uint8 (H, W, 3), BGR."""

    @property
    def described(self) -> dict[str, Any]:
        """All but the image, by name."""
        return {"id": self.id, "path": self.path, "frame": self.frame, "time": round(self.time, 6)}


def grouped(paths: Sequence[str]) -> Iterator[ImageGroup]:
    """Images as groups, in their order."""
    for number, first in enumerate(range(0, len(paths), _IMAGES_TOGETHER)):
        yield ImageGroup(number, first, tuple(paths[first : first + _IMAGES_TOGETHER]))


def rows_of(
    work: Work, *, fps: float | None, size: tuple[int, int] | None, problems: list[str], storage: Any = None
) -> Iterator[Row]:
    """The frames of a piece of work.

    Args:
        work: a segment or a group of images.
        fps: as of `decode`; images are all taken.
        size: (width, height), as of `decode`.
        problems: what can't be read is added to this, a line each.
        storage: where its files are, of `files.as_storage`; None: here, or at their addresses.

    Raises:
        SourceError: nothing of it can be read.
    """
    if isinstance(work, Segment):
        damaged: list[str] = []
        count = 0
        for frame in decode(work, fps=fps, size=size, damaged=damaged, storage=storage):
            count += 1
            yield Row(f"{work.path}:{work.number}:{frame.index}", work.path, frame.index, frame.time, frame.image)
        if damaged:
            problems.append(f"of {work.frames} frames, {len(damaged)} can't be decoded: {damaged[0]}")
        if not count and fps is None:
            raise SourceError("no frame of it can be decoded")
        return
    for index, path in enumerate(work.paths, work.first):
        try:
            image, why = decode_image(np.frombuffer(read(path, storage), np.uint8))
        except SourceError as error:
            image, why = None, str(error)
        if image is None:
            problems.append(f"{path}: {why}")
            continue
        if size is not None:
            image = cv.resize(image, size, interpolation=cv.INTER_AREA)
        yield Row(f"{path}:0:0", path, index, float(index), image)


def name_of(work: Work) -> str:
    """What a piece of work is called in messages and in the list of errors: its file."""
    return work.path if isinstance(work, Segment) else f"{work.paths[0]} to {work.paths[-1]}"


def key_of(work: Work) -> str:
    """The name that its results have, without an ending: the same in every run, and another one for each."""
    if isinstance(work, Segment):
        path, folder = work.path, PurePath(work.path).stem
    else:
        path, folder = "\n".join(work.paths), "images"
    readable = re.sub(r"[^A-Za-z0-9.-]+", "_", folder)[:40].strip("._") or "video"
    return f"{readable}-{hashlib.sha256(path.encode()).hexdigest()[:8]}/{work.number:06d}"
