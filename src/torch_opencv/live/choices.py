"""What an app lets its user choose among while it runs, such as styles to paint in."""

from __future__ import annotations

import time
from typing import Any

from torch_opencv.live.app import App, name_of

_NOTE_S = 2.0  # how long it is shown what was chosen


class Choices:
    """An app's choices, if it has any.

    Raises:
        TypeError: the app has ``choices`` that aren't names.
        ValueError: its ``chosen`` is none of them.

    """

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self.names: tuple[str, ...] = tuple(app.choices)
        """They stay the same for the whole run."""
        name = name_of(app)
        if isinstance(app.choices, str) or not all(isinstance(one, str) for one in self.names):
            raise TypeError(f"{name}.choices must be names: a sequence of str")
        if self.names and app.chosen not in self.names:
            raise ValueError(f"{name}.chosen is {app.chosen!r}, none of its choices: {', '.join(self.names)}")
        self._asked = ""  # what was chosen last, until it has taken effect
        self._asked_at = -_NOTE_S

    @property
    def chosen(self) -> str:
        """The one that the next frame is processed with; "" if there are no choices."""
        return self._app.chosen if self.names else ""

    @property
    def note(self) -> str:
        """What to show for a moment: what was just chosen."""
        return self._wanted if time.monotonic() - self._asked_at < _NOTE_S else ""

    def choose(self, number: int) -> None:
        """Switch to a choice.

        Args:
            number: counted from 0; nothing happens if there is none of that number.
        """
        if not 0 <= number < len(self.names):
            return
        before, name = self._wanted, self.names[number]
        self._asked_at = time.monotonic()
        if name != before:
            self._asked = name
            self._app.choose(name)

    def step(self, by: int) -> None:
        """Switch to the next choice or the previous one, beyond the last to the first again.

        Args:
            by: 1 or -1.
        """
        if self.names:
            at = self.names.index(self._wanted) if self._wanted in self.names else -max(by, 0)
            self.choose((at + by) % len(self.names))

    @property
    def _wanted(self) -> str:
        """What was asked for last, which may take a while to take effect."""
        if self._asked == self.chosen:
            self._asked = ""
        return self._asked or self.chosen
