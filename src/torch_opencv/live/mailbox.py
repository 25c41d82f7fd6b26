"""What one thread hands to another: a bounded queue, or just the newest item.

Nothing here ever grows: where the consumer is slower, the producer waits, or older items give way.
"""

from __future__ import annotations

from collections import deque
from threading import Condition
from typing import Generic, Literal, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Items on their way from the thread that puts them to the one that takes them.

    Args:
        changed: is told of everything that happens here. A thread that waits for any of several mailboxes gives them
            the same one.
        keep: "newest" is a single item, and a newer one takes its place; "all" is up to
            `maxsize`, and whoever has more waits.
        maxsize: how many items may wait where all are kept.

    """

    def __init__(self, changed: Condition, *, keep: Literal["newest", "all"], maxsize: int = 8) -> None:
        self._changed = changed
        self._maxsize = 1 if keep == "newest" else maxsize
        self._replaces = keep == "newest"
        self._items: deque[T] = deque()
        self._finished = False
        self._closed = False
        self._error: BaseException | None = None
        self.dropped = 0
        """How many items gave way to newer ones before they were taken, or were offered in vain."""

    # --- the producer ---

    def put(self, item: T) -> bool:
        """Hand an item over; wait until there is space if all are kept.

        Args:
            item: any.

        Returns:
            False, and nothing is handed over, once it is closed.
        """
        with self._changed:
            if not self._replaces:
                self._changed.wait_for(lambda: self._closed or len(self._items) < self._maxsize)
            elif self._items:
                self._items.clear()
                self.dropped += 1
            if self._closed:
                return False
            self._items.append(item)
            self._changed.notify_all()
            return True

    def offer(self, item: T) -> bool:
        """Hand an item over if there is space for it now.

        Args:
            item: counts as dropped if there is none.

        Returns:
            Whether there was.
        """
        with self._changed:
            if self._closed or len(self._items) >= self._maxsize:
                self.dropped += 1
                return False
            self._items.append(item)
            self._changed.notify_all()
            return True

    def finish(self, error: BaseException | None = None) -> None:
        """Say that no more will come, and why.

        Args:
            error: is raised where the items are taken, after the last of them.
        """
        with self._changed:
            self._error = error  # first: `ended`, which is read without the lock, would deny that it comes
            self._finished = True
            self._changed.notify_all()

    # --- the consumer ---

    @property
    def ready(self) -> bool:
        """Whether `take` gives an item or raises an error."""
        return bool(self._items) or (self._finished and self._error is not None)

    @property
    def has_item(self) -> bool:
        """Whether `take` gives an item."""
        return bool(self._items)

    @property
    def ended(self) -> bool:
        """Whether nothing is here and nothing will come."""
        return (self._finished or self._closed) and not self._items and self._error is None

    def take(self) -> T | None:
        """The next item, or None if there is none now. Doesn't wait.

        Raises:
            BaseException: what ended the producer, once there are no items left.

        """
        with self._changed:
            if self._items:
                item = self._items.popleft()
                self._changed.notify_all()
                return item
            if self._finished and self._error is not None:
                error, self._error = self._error, None
                raise error
            return None

    def close(self) -> None:
        """Want no more: what waits is thrown away, and whoever waits for room is let go."""
        with self._changed:
            self._closed = True
            self._items.clear()
            self._error = None
            self._changed.notify_all()
