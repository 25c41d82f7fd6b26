"""What a user does in a view: keys, clicks, texts, files and buttons, and the commands that the loop itself obeys."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from torch_opencv.live.rate_limit import Allowance
from torch_opencv.live.sources import Frame

CommandName = Literal["quit", "pause", "snapshot", "record", "hud", "next", "previous", "replay"]


@dataclass(frozen=True, slots=True)
class Key:
    """A key was pressed."""

    key: str
    """As browsers name it (UI Events, ``KeyboardEvent.key``): "a", "A", "1", " ", "Enter", "Backspace", "Escape"."""
    allowance: Allowance | None = field(default=None, compare=False, repr=False)
    """That of the page's visitor who pressed it; None at this machine's own window."""


@dataclass(frozen=True, eq=False, slots=True)
class Click:
    """A frame was clicked or tapped on."""

    source: int
    """Which of the sources the frame is from: 0, 1, ..."""
    x: float
    """In the frame's own pixels, from its left edge, however large it was shown."""
    y: float
    double: bool
    """Whether it is the second click of a double one. (The first one came before it, as a click of its own.)"""
    frame: Frame
    """The frame that was shown where the user clicked."""
    result: object
    """The result that was drawn on it; None if there was none yet."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text was entered in one of the panel's fields."""

    field: str
    """The field's name."""
    text: str


@dataclass(frozen=True, slots=True)
class File:
    """A file was given to one of the panel's fields. It may hold anything."""

    field: str
    """The field's name."""
    content: bytes


@dataclass(frozen=True, slots=True)
class Press:
    """One of the panel's buttons was pressed."""

    button: str
    """The button's name."""


@dataclass(frozen=True, slots=True)
class Command:
    """One of the loop's own commands: a key of `keys.COMMANDS`, or a button of the page."""

    name: CommandName
    allowance: Allowance | None = field(default=None, compare=False, repr=False)
    """That of the page's visitor who gave it."""


@dataclass(frozen=True, slots=True)
class Choose:
    """The command to switch to one of the app's choices."""

    number: int
    """Which of them, from 0; nothing happens if there is none."""


@dataclass(frozen=True, slots=True)
class Seek:
    """The command to go on from another position of a file."""

    position: float
    """In seconds."""


Event = Key | Click | Text | File | Press
"""What reaches an app's `handle`."""
