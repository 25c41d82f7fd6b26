"""How each camera is doing, from what their workers report, however often these are killed and come back."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass

from torch_opencv.live.views import RunState
from torch_opencv.ray.cameras.camera import CameraReport

_SPAN_S = 5.0  # over which frames a second are counted
_SILENT_S = 3.0  # after which a worker that reports nothing has lost its cameras


@dataclass(frozen=True)
class Standing:
    """A camera, now."""

    state: RunState
    why: str
    """Why it isn't live, if that is known."""
    fps: float
    """Frames processed a second, lately."""
    age: float | None
    """Seconds since the newest of them was captured."""

    def __str__(self) -> str:
        if self.state != "live":
            return self.state + (f": {self.why}" if self.why else "")
        return f"{self.fps:.1f}/s" + ("" if self.age is None else f", {self.age:.1f} s ago")


class Tally:
    """What there is to know of one camera over a whole run."""

    def __init__(self) -> None:
        self.read = self.processed = 0
        """Frames, so far: with those of workers that have died, as far as they have reported them."""
        self._earlier = 0, 0
        self._pid = 0
        self._last: CameraReport | None = None
        self._reported = time.monotonic()
        self._history: deque[tuple[float, int]] = deque(maxlen=64)

    def add(self, report: CameraReport, pid: int) -> None:
        """Take note of a report.

        Args:
            report: of the camera.
            pid: of the process that it is from: one that is new counts from 0 again.
        """
        if pid != self._pid:
            self._earlier, self._pid = (self.read, self.processed), pid
        self.read, self.processed = self._earlier[0] + report.read, self._earlier[1] + report.processed
        self._last, self._reported = report, time.monotonic()
        self._history.append((self._reported, self.processed))
        while len(self._history) > 2 and self._history[1][0] < self._reported - _SPAN_S:
            self._history.popleft()

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self._last is not None and self._last.state == "ended"

    def standing(self) -> Standing:
        """How it is doing now."""
        silent = time.monotonic() - self._reported
        if self._last is None:
            return Standing("connecting", "", 0.0, None)
        age = None if self._last.age is None else self._last.age + silent
        if silent > _SILENT_S and not self.ended:
            return Standing("lost", "its worker is started again", 0.0, age)
        (since, before), (until, after) = self._history[0], self._history[-1]
        fps = (after - before) / (until - since) if until > since else 0.0
        return Standing(self._last.state, self._last.why, fps, age)
