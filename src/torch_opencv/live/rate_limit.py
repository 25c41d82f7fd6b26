"""So many a second, and no more."""

from __future__ import annotations

import time


class RateLimit:
    """So many a second on average, of which some may come at once.

    Args:
        per_second: the average.
        at_once: None is a second's worth.

    """

    def __init__(self, per_second: float, at_once: float | None = None) -> None:
        self._per_second = per_second
        self._most = per_second if at_once is None else at_once
        self._left = self._most
        self._then = time.monotonic()

    def allows(self) -> bool:
        """Whether one more is still within the limit; one that isn't counts for nothing."""
        now = time.monotonic()
        self._left = min(self._most, self._left + (now - self._then) * self._per_second)
        self._then = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Allowance:
    """How many files one visitor of a page may ask for: everybody has their own, so that none uses up another's.

    All of them together are bounded as well, see `controls`.
    """

    def __init__(self) -> None:
        self.snapshots = RateLimit(0.5, at_once=4)
        self.recordings = RateLimit(0.2, at_once=4)
        """How often they may be switched on and off."""
