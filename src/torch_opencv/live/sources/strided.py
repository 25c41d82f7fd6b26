"""Every so many-th frame of a source."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from torch_opencv.live.sources.base import Frame, Source, State


class Strided(Source):
    """A source of which only the frames 0, N, 2N, ... are taken; they keep their numbers and times.

    Args:
        source: what is read, and closed with this.
        stride: N, 1 or more.

    """

    def __init__(self, source: Source, stride: int) -> None:
        self._source, self._stride = source, stride
        self.name, self.live, self.still, self.inputs = source.name, source.live, source.still, source.inputs
        self.fps = source.fps and source.fps / stride
        self.length = source.length
        self.seekable, self.duration = source.seekable, source.duration
        self.skipped = source.skipped

    @property
    def state(self) -> State:  # type: ignore[override]  # the source's own, which changes
        """The source's."""
        return self._source.state

    @property
    def dropped(self) -> int:  # type: ignore[override]
        """The source's."""
        return self._source.dropped

    def __iter__(self) -> Iterator[Frame]:
        return islice(self._source, 0, None, self._stride)

    def seek(self, seconds: float) -> None:
        """Let the next iteration begin at another position."""
        self._source.seek(seconds)

    def close(self) -> None:  # noqa: D102
        self._source.close()
