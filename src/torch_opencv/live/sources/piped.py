"""A video that another program writes to standard input."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import torch

from torch_opencv.live.errors import SourceError
from torch_opencv.live.sources.base import Frame, Source
from torch_opencv.live.sources.captures import MOST_FRAMES, warn_if_cut_short
from torch_opencv.live.sources.containers import OPTIONS


class PipedVideo(Source):
    """A video on standard input: Motion JPEG, or a container that can be read from its start to its end (Matroska,
    MPEG-TS, an MP4 that was made for that).

    Raises:
        SourceError: nothing is piped, or it is no video.

    """

    name = "standard input"

    def __init__(self) -> None:
        super().__init__()
        import av
        from av.error import FFmpegError

        if sys.stdin is None or sys.stdin.isatty():
            raise SourceError(
                "nothing is piped to standard input: as in  ffmpeg ... -f matroska - | torch-opencv ... -"
            )
        try:
            self._container = av.open(_OneWay(), "r", buffer_size=1 << 16, options=OPTIONS)
            self._frames = self._container.decode(video=0)
            self._first = next(self._frames)
        except (FFmpegError, StopIteration, IndexError, OSError) as error:
            why = getattr(error, "strerror", None) or "there is no frame in it"
            raise SourceError(f"standard input can't be read as a video: {why}") from None
        stream = self._container.streams.video[0]
        rate = stream.average_rate
        self.fps = float(rate) if rate else None
        seconds = (self._container.duration or 0) / av.time_base  # a container that was a file before says it
        self.length = round(seconds * self.fps) if self.fps and 0 < seconds * self.fps < MOST_FRAMES else None
        self._closed = False

    def __iter__(self) -> Iterator[Frame]:
        from av.error import FFmpegError

        index, first_time = 0, self._first.time
        frame = self._first
        while not self._closed:
            image = torch.from_numpy(frame.to_ndarray(format="bgr24"))
            known = frame.time is not None and first_time is not None
            position = frame.time - first_time if known else index / (self.fps or 25.0)
            yield Frame(image, index, max(0.0, position), self.name, time.monotonic())
            index += 1
            try:
                frame = next(self._frames)
            except (StopIteration, FFmpegError):  # the writer has ended, maybe in the middle of a frame
                if self.length:
                    warn_if_cut_short(self.name, index, self.length)
                return

    def close(self) -> None:
        """Take no more frames. A read that waits for the writer ends with the process."""
        self._closed = True


class _OneWay:
    """Standard input without ``seek``: a pipe has the method, but can't."""

    name = "standard input"

    def read(self, size: int) -> bytes:
        data: bytes = sys.stdin.buffer.read1(size)  # type: ignore[union-attr]  # a BufferedReader has it
        return data
