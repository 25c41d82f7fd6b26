"""What a page may say: JSON texts, ``{"type": ...}``, read here, and bounded, before anything is done about them.

- ``seen`` (number): the frame of this number is on its screen.
- ``key`` (key): one was pressed; named as browsers do.
- ``pointer`` (x, y, double, number): the frame of this number was clicked or tapped; x and y are shares of its width
  and height, from the upper left corner.
- ``text`` (field, text) and ``press`` (button): in the panel.
- ``command`` (name), ``choose`` (number, from 0), ``seek`` (position, in seconds).
- ``camera`` (on, instead): the visitor's camera is to be the source, or not any more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from torch_opencv.live.browser.viewer import Refusal
from torch_opencv.live.events import Choose, Command, CommandName, Key, Press, Seek, Text

_LONGEST = 2048  # characters of a message; the longest is a text
LONGEST_TEXT = 300
"""Characters of a text that a visitor enters."""
_LATEST_S = 1e9  # no file is that long
_LONGEST_NAME = 64  # characters of a key's, a field's or a button's name


@dataclass(frozen=True, slots=True)
class Seen:
    """A frame is on the page's screen."""

    number: int


@dataclass(frozen=True, slots=True)
class Touch:
    """A frame was clicked or tapped on."""

    number: int
    x: float
    """A share of the frame's width, from 0 up to 1, 1 not included."""
    y: float
    double: bool


@dataclass(frozen=True, slots=True)
class CameraWish:
    """The visitor's camera is to be the source, or not any more."""

    on: bool
    instead: bool
    """Of another visitor's."""


Message = Seen | Touch | CameraWish | Key | Text | Press | Command | Choose | Seek


def parse(text: str) -> Message:
    """What a page said.

    >>> parse('{"type": "key", "key": "q"}')
    Key(key='q')

    Args:
        text: a message, JSON.

    Raises:
        Refusal: it is too long, or none of the above.
    """
    if len(text) > _LONGEST:
        raise Refusal(1009, "too long a message")
    try:
        content = json.loads(text)
        json.dumps(content, ensure_ascii=False).encode()  # halves of characters can't be written anywhere
    except (ValueError, RecursionError):
        raise Refusal(1007, "that is no JSON") from None
    message = _message(content)
    if message is None:
        raise Refusal(1008, "that message isn't understood")
    return message


def _message(content: object) -> Message | None:
    match content:
        case {"type": "seen", "number": int(number)}:
            return Seen(number)
        case {"type": "key", "key": str(key)} if 0 < len(key) <= _LONGEST_NAME:
            return Key(key)
        case {
            "type": "pointer",
            "number": int(number),
            "x": int() | float() as x,
            "y": int() | float() as y,
            "double": bool(double),
        } if 0 <= x < 1 and 0 <= y < 1:
            return Touch(number, float(x), float(y), double)
        case {"type": "text", "field": str(field), "text": str(entered)} if (
            0 < len(field) <= _LONGEST_NAME and len(entered) <= LONGEST_TEXT
        ):
            return Text(field, entered)
        case {"type": "press", "button": str(button)} if 0 < len(button) <= _LONGEST_NAME:
            return Press(button)
        case {"type": "command", "name": name} if name in get_args(CommandName):
            return Command(name)
        case {"type": "choose", "number": int(number)} if number >= 0:
            return Choose(number)
        case {"type": "seek", "position": int() | float() as position} if 0 <= position <= _LATEST_S:
            return Seek(float(position))
        case {"type": "camera", "on": bool(on), "instead": bool(instead)}:
            return CameraWish(on, instead)
    return None


def keys_for_page(commands: Mapping[str, Command | Choose]) -> dict[str, dict[str, object]]:
    """The table of keys as the page gets it.

    Args:
        commands: by the key's name.

    Returns:
        By the key's name, the message that its button sends.
    """
    table: dict[str, dict[str, object]] = {}
    for key, command in commands.items():
        if isinstance(command, Command):
            table[key] = {"type": "command", "name": command.name}
        else:
            table[key] = {"type": "choose", "number": command.number}
    return table
