"""Several video files, one after another: those of a folder, a glob or a list."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from torch_opencv.live.errors import SourceError
from torch_opencv.live.sources.base import Frame, Source
from torch_opencv.live.sources.captures import Video

_log = logging.getLogger(__name__)

_NAMES = "3gp avi flv m2ts m4v mkv mov mp4 mpeg mpg mts ogv ts webm wmv"
VIDEO_SUFFIXES = frozenset(f".{name}" for name in _NAMES.split())
"""What is taken for a video in a folder, in lower case."""


class Videos(Source):
    """Videos one after another, as if they were one: numbers and times go on, and each frame has its file's path.

    Files that can't be read are skipped, and the log names them.

    Args:
        paths: the files.
        name: what messages and results call them.

    Raises:
        SourceError: none can be read.
    """

    def __init__(self, paths: Sequence[Path], *, name: str) -> None:
        super().__init__()
        self.name = name
        self.inputs = tuple(paths)
        self._unread = iter(paths)
        self._problems: list[str] = []
        self._current = self._next()
        if self._current is None:
            raise SourceError(f"none of the {len(paths)} files of {name} can be read as a video")
        self._report()
        self.fps = self._current.fps

    def __iter__(self) -> Iterator[Frame]:
        index, start, end = 0, 0.0, 0.0
        while (video := self._current) is not None:
            for frame in video:
                end = start + frame.time
                yield replace(frame, index=index, time=end, source=self.name, path=str(video.inputs[0]))
                index += 1
            video.close()
            start = end + 1 / (video.fps or 25.0)
            self._current = self._next()
            self._report()

    def close(self) -> None:  # noqa: D102
        self._unread = iter(())
        if self._current:
            self._current.close()

    def _next(self) -> Video | None:
        for path in self._unread:
            try:
                return Video(path)
            except SourceError as error:  # noqa: PERF203 (one that can't be read mustn't keep the others)
                self.skipped.append(str(path))
                self._problems.append(str(error))
        return None

    def _report(self) -> None:
        for problem in self._problems:
            _log.warning("skipped: %s", problem)
        self._problems.clear()
