"""What an app lets its user choose among while it runs, such as styles to paint in."""

from __future__ import annotations

import time
from collections.abc import Callable

_NOTE_S = 2.0  # how long the picture says what was chosen


class Choices:
    """An app's choices: its attributes ``choices`` and ``chosen`` and its method ``choose``, or none.

    Raises:
        TypeError: the app has ``choices`` that aren't names, or lacks one of the others.

    """

    def __init__(self, app: object) -> None:
        self._app = app
        self.names: tuple[str, ...] = tuple(getattr(app, "choices", ()))
        """They stay the same for the whole run."""
        if not all(isinstance(name, str) for name in self.names):
            raise TypeError(f"{type(app).__name__}.choices must be names: a sequence of str")
        if self.names and not (hasattr(app, "chosen") and callable(getattr(app, "choose", None))):
            raise TypeError(f"{type(app).__name__} has choices, so it needs chosen, a str, and choose(name), too")
        self._said = -_NOTE_S

    @property
    def chosen(self) -> str:
        """The one that the next frame is looked at with; "" if there are no choices."""
        return str(getattr(self._app, "chosen", "")) if self.names else ""

    @property
    def note(self) -> str:
        """What to write on the picture for a moment: what was just chosen."""
        return self.chosen if time.monotonic() - self._said < _NOTE_S else ""

    def choose(self, number: int) -> bool:
        """Switch to a choice, counted from 0; whether there is one of that number, and another one than before."""
        if not 0 <= number < len(self.names):
            return False
        before, self._said = self.chosen, time.monotonic()
        if self.names[number] == before:
            return False
        choose: Callable[[str], object] = self._app.choose  # type: ignore[attr-defined]  # an app needn't have it
        choose(self.names[number])
        return True

    def step(self, by: int) -> bool:
        """Switch to the next choice (1) or the previous one (-1), beyond the last to the first again."""
        if not self.names:
            return False
        at = self.names.index(self.chosen) if self.chosen in self.names else -max(by, 0)
        return self.choose((at + by) % len(self.names))
