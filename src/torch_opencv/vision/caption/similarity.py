"""When two sentences say nearly the same, and which of those that a network says one after another is shown."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Final

_FUNCTION_WORDS: Final = frozenset("a an the of in on at to is are with and his her its their up it".split())
_NEAR: Final = 0.5  # of the words that both have, of all that either has
_LONGEST_WAIT: Final = 1.0  # seconds for which a new sentence waits while it is said, where results come slowly


def similar(one: str, other: str) -> bool:
    """Whether two sentences say nearly the same: at least half of their words, without articles and the like.

    >>> similar("a brown dog runs on the grass", "the dog runs in grass"), similar("a dog runs", "a man sits")
    (True, False)

    Args:
        one: any text.
        other: any text.
    """
    if one == other:
        return True
    a, b = (set(text.lower().split()) - _FUNCTION_WORDS for text in (one, other))
    return bool(a & b) and len(a & b) >= _NEAR * len(a | b)


class Steady:
    """The sentence that is shown: it changes only to what is said several times running, so that it doesn't flicker.

    A sentence that is similar to the one shown leaves it as it is. Another one must come `hold` times running, or ones
    similar to it; then the last of these is shown.

    >>> steady = Steady(hold=2)
    >>> [steady.update(text) for text in ("a dog", "two men", "a dog", "two men", "two men talk")]
    ['a dog', 'a dog', 'a dog', 'a dog', 'two men talk']

    Args:
        hold: how many times running; 1 shows each sentence at once, also one that is only similar.
        live: results come as fast as the model makes them: a sentence waits for a second at most then.
        clock: gives the seconds that `live` counts.
    """

    def __init__(self, hold: int, *, live: bool = False, clock: Callable[[], float] = monotonic) -> None:
        self._hold, self._live, self._clock = hold, live, clock
        self.text = ""
        """What is shown; "" before anything was said."""
        self._new, self._count, self._since, self._last = "", 0, 0.0, clock()

    def update(self, text: str) -> str:
        """Hear the next sentence, and tell what is shown.

        Args:
            text: of the newest result.
        """
        now, last = self._clock(), self._last
        self._last = now
        if not self.text or self._hold <= 1:
            self.text = text
        elif similar(text, self.text):
            self._count = 0
        else:
            running = self._count > 0 and similar(text, self._new)
            self._count = self._count + 1 if running else 1
            self._since = self._since if running else last  # it may have been so since the result before
            self._new = text
            if self._count >= self._hold or (self._live and now - self._since >= _LONGEST_WAIT):
                self.text, self._count = text, 0
        return self.text
