"""When the frames of a file are shown: at the file's own pace, as far as the model can keep up."""

from __future__ import annotations

import time

TICK_S = 1 / 60
"""How long anything in the main thread waits at most, so that a command is heard at once."""

LATE_S = 0.25
"""A file that is shown so much too late goes on from there, rather than hurry to catch up."""


class Pacing:
    """Tells whether the time of a frame has come.

    Args:
        on: whether to keep the file's pace at all, or take every frame as it comes.

    """

    def __init__(self, *, on: bool) -> None:
        self._on = on
        self._begin: float | None = None  # when a file's time 0 was, or would have been, shown

    def is_due(self, position: float) -> bool:
        """Whether to show the frame of this position, in seconds, now; waits for it, a tick at most."""
        if not self._on:
            return True
        now = time.monotonic()
        if self._begin is None or now - (self._begin + position) > LATE_S:
            self._begin = now - position
        early = self._begin + position - now
        if early > 0:
            time.sleep(min(early, TICK_S))
        return early <= 0

    def restart(self) -> None:
        """Go on from the next frame, after a pause or at another position."""
        self._begin = None
