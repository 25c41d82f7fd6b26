"""How long to wait before trying again to reach something that was lost."""

from __future__ import annotations

import random
import time

FIRST, LONGEST = 0.5, 15.0
"""Seconds: within which the first attempt is made, and within which any is."""


class Backoff:
    """Exponential back-off with full jitter, so that many programs don't come back to a server in the same moment.

    What was reached only for a moment counts as another failure: something that dies over and over isn't tried at the
    shortest interval for ever. See https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.
    """

    def __init__(self) -> None:
        self._failures = 0
        self._reached = time.monotonic()

    def reached(self) -> None:
        """It is there (again)."""
        self._reached = time.monotonic()

    def lost(self) -> None:
        """It was there, and isn't any more."""
        if time.monotonic() - self._reached > LONGEST:
            self._failures = 0

    def delay(self) -> float:
        """Seconds to wait before the next attempt."""
        longest = min(LONGEST, FIRST * 2 ** min(self._failures, 16))
        self._failures += 1
        return random.uniform(0, longest)
