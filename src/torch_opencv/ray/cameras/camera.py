"""One camera in a worker: a thread that opens it, reads it, and opens it again whenever it is lost."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Condition, Event, Thread
from typing import TYPE_CHECKING, Any

from torch_opencv.live.errors import SourceError
from torch_opencv.live.mailbox import Mailbox
from torch_opencv.live.sources import Frame, Source
from torch_opencv.live.sources.backoff import Backoff
from torch_opencv.live.views import RunState
from torch_opencv.ray.cameras.named import CameraName
from torch_opencv.ray.cameras.results import CameraResults

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from torch_opencv.ray.cameras.model import Answer


@dataclass(frozen=True)
class CameraReport:
    """How a camera is doing, for the page."""

    number: int
    state: RunState
    why: str
    """Why it isn't live, if that is known; never with a password."""
    read: int
    """How many frames have come from it."""
    processed: int
    """How many of them the model has looked at."""
    age: float | None
    """Seconds since the newest of these was captured."""
    picture: npt.NDArray[np.uint8] | None
    """A small one with the result drawn on it, uint8 (h, w, 3) BGR, if there is a new one."""


class Camera:
    """A camera that is read in a thread of its own, and of which the newest frame waits.

    Args:
        name: what it is.
        changed: is notified when there is a frame.
        open_source: what opens it; `live.open_source`, say.
        results: where its results go, if anywhere.
        began: when the run began, on `time.time`'s clock: frames' times are from then on.
        max_frames: it ends after so many were processed.
        delay: seconds before it is opened, so that not all begin at once.
    """

    def __init__(
        self,
        name: CameraName,
        changed: Condition,
        *,
        open_source: Callable[[str], Source],
        results: CameraResults | None,
        began: float,
        max_frames: int | None,
        delay: float,
    ) -> None:
        self.name = name
        self.on_its_way = False
        """Whether a frame is with the model: there is one at most."""
        self.taken = 0.0
        """When a frame was taken last; whoever has waited longest is next."""
        self._waiting: Mailbox[Frame] = Mailbox(changed, keep="newest")
        self._open, self._results, self._began = open_source, results, began
        self._max_frames, self._delay = max_frames, delay
        self._index = results.next_frame if results else 0
        self._source: Source | None = None
        self._stopping = Event()
        self._ended = self._was_live = False
        self._why = ""
        self._read_count = self._processed = 0
        self._newest: float | None = None  # when the newest processed frame was captured
        self._picture: npt.NDArray[np.uint8] | None = None
        self._thread = Thread(target=self._run, name=f"camera {name.number}", daemon=True)
        self._thread.start()

    @property
    def ready(self) -> bool:
        """Whether there is a frame that may be taken."""
        return self._waiting.has_item and not self.on_its_way

    def take(self) -> Frame | None:
        """The newest frame; from now on one is on its way."""
        frame = self._waiting.take()
        if frame is not None:
            self.on_its_way, self.taken = True, time.monotonic()
        return frame

    def keep(self, frame: Frame, answer: Answer) -> None:
        """Write what the model has said of a frame.

        Raises:
            OutputError: it can't be written.
        """
        if self._results is not None:
            self._results.write(frame, answer.fields)
        self._processed += 1
        self._newest = frame.captured
        if answer.picture is not None:
            self._picture = answer.picture.copy()  # what comes from Ray's store would stay there as long as this
        if self._max_frames is not None and self._processed >= self._max_frames:
            self._ended = True
            self._stopping.set()
            self._waiting.close()

    def report(self) -> CameraReport:
        """How it is doing; a picture is given once."""
        picture, self._picture = self._picture, None
        age = None if self._newest is None else time.monotonic() - self._newest
        return CameraReport(self.name.number, self._state, self._why, self._read_count, self._processed, age, picture)

    def close_results(self) -> None:
        """Make its file complete. OutputError if that can't be done."""
        if self._results is not None:
            self._results.close()

    def close(self) -> None:
        """Let go of the camera; may wait for it a second or two."""
        self._stopping.set()
        self._waiting.close()
        if (source := self._source) is not None:
            with suppress(Exception):  # closed under its reader
                source.close()

    @property
    def _state(self) -> RunState:
        if self._ended:
            return "ended"
        source = self._source
        if source is None:
            return "lost" if self._was_live else "connecting"
        return source.state

    def _run(self) -> None:
        backoff = Backoff()
        self._stopping.wait(self._delay)
        while not self._stopping.is_set():
            try:
                with self._open(self.name.spec) as source:
                    self._source, self._was_live, self._why = source, True, ""
                    backoff.reached()
                    self._read(source)
                    if not source.live:  # a file at an address: it has an end
                        self._ended = True
                        return
                self._why = "it gives no more frames"
            except SourceError as error:
                self._why = str(error)
            except Exception as error:  # whatever one camera's library raises, the others go on
                self._why = type(error).__name__  # its text may hold the address
            finally:
                self._source = None
            backoff.lost()
            self._stopping.wait(backoff.delay())

    def _read(self, source: Source) -> None:
        begin: float | None = None
        for frame in source:
            if not source.live:  # held back until its time has come, as if it were captured then
                now = time.monotonic()
                begin = now - frame.time if begin is None else begin
                self._stopping.wait(begin + frame.time - now)
                frame = replace(frame, captured=time.monotonic())
            if self._stopping.is_set():
                return
            at = time.time() - (time.monotonic() - frame.captured) - self._began
            self._waiting.put(replace(frame, index=self._index, time=max(0.0, at), source=self.name.shown))
            self._index += 1
            self._read_count += 1


def fairest(cameras: list[Camera], count: int) -> list[Camera]:
    """Of the cameras that have a frame, those that have waited longest for their turn.

    However many frames one has, and however few another, each has its turn.
    """
    ready: Any = [camera for camera in cameras if camera.ready]
    return sorted(ready, key=lambda camera: camera.taken)[:count]
