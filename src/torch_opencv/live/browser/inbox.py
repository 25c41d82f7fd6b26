"""What visitors did and the loop hasn't heard of yet, and what each visitor may still ask for."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Hashable

from torch_opencv.live.rate_limit import Allowance
from torch_opencv.live.views import ViewEvent

_MOST_WAITING = 32  # events of one visitor
_REMEMBERED_S = 60.0  # after which an allowance is full again, or nearly so
_MOST_REMEMBERED = 256


class Inbox:
    """Events in the order in which they came. A visitor who sends too many loses the oldest of their own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[tuple[Hashable, ViewEvent]] = deque()

    def put(self, visitor: Hashable, event: ViewEvent) -> None:
        """Keep an event until it is taken."""
        with self._lock:
            theirs = [one for one in self._waiting if one[0] is visitor]
            if len(theirs) >= _MOST_WAITING:
                del self._waiting[next(i for i, one in enumerate(self._waiting) if one is theirs[0])]
            self._waiting.append((visitor, event))

    def take(self) -> list[ViewEvent]:
        """All that there are."""
        with self._lock:
            events = [event for _, event in self._waiting]
            self._waiting.clear()
        return events


class Allowances:
    """An allowance for each page that is open; who closes theirs and opens another one goes on with the old one."""

    def __init__(self) -> None:
        self._left: deque[tuple[str, float, Allowance]] = deque(maxlen=_MOST_REMEMBERED)

    def of(self, host: str) -> Allowance:
        """That of a page which is opened from an address."""
        now = time.monotonic()
        for one in self._left:
            if one[0] == host and now - one[1] < _REMEMBERED_S:
                self._left.remove(one)
                return one[2]
        return Allowance()

    def leave(self, host: str, allowance: Allowance) -> None:
        """Keep that of a page which was closed, for the next one from there."""
        self._left.append((host, time.monotonic(), allowance))
