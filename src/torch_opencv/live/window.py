"""The view in a window, by OpenCV's own.

Keys: q, Esc or closing it quits, space pauses, s saves a snapshot, r starts and stops a recording, h shows and hides
the figures. Where the program has choices: 1 to 9 choose directly, n or Tab the next one, p the previous one.

Whether a window can be had is asked before OpenCV is: its Qt aborts the whole process where there is no display.
"""

from __future__ import annotations

import os
import socket
import sys
from contextlib import suppress

import torch_opencv as cv
from torch_opencv.live.errors import ViewError
from torch_opencv.live.views import Choose, Command, Picture

_KEYS: dict[int, Command] = {
    ord("q"): "quit",
    ord("Q"): "quit",
    27: "quit",
    ord(" "): "pause",
    ord("s"): "snapshot",
    ord("S"): "snapshot",
    ord("r"): "record",
    ord("R"): "record",
    ord("h"): "hud",
    ord("H"): "hud",
    ord("n"): "next",
    ord("N"): "next",
    ord("\t"): "next",
    ord("p"): "previous",
    ord("P"): "previous",
    **{ord("1") + number: Choose(number) for number in range(9)},
}
_LARGEST, _SMALLEST = 1280, 480  # pixels of the window's longer side, at first; the user can change it


class Window:
    """A window that pictures are shown in, for the main thread.

    Raises:
        ViewError: there is no display, or the installed OpenCV is built without windows.

    """

    def __init__(self, title: str) -> None:
        if reason := why_no_window():
            raise ViewError(f"no window can be shown: {reason}")
        self._title = title
        self._open = False

    def show(self, picture: Picture) -> None:
        """Show a picture. The first one sets the window's size, and the user may change it."""
        height, width = picture.image.shape[:2]
        if not self._open:
            scale = min(_LARGEST / max(height, width), max(1.0, _SMALLEST / max(height, width)))
            cv.namedWindow(self._title, cv.WINDOW_NORMAL | cv.WINDOW_KEEPRATIO | cv.WINDOW_GUI_NORMAL)
            cv.resizeWindow(self._title, max(1, round(width * scale)), max(1, round(height * scale)))
            self._open = True
        cv.imshow(self._title, picture.image)

    def commands(self) -> list[Command]:
        """The keys that were pressed, and "quit" if the window was closed. This is when the window redraws itself."""
        if not self._open:
            return []
        commands: list[Command] = []
        while (key := cv.waitKey(1)) != -1:
            if command := _KEYS.get(key & 0xFF):
                commands.append(command)
        if self._was_closed():
            commands.append("quit")
        return commands

    def close(self) -> None:
        """Close the window."""
        if self._open:
            self._open = False
            with suppress(cv.error):  # the user has closed it
                cv.destroyWindow(self._title)

    def _was_closed(self) -> bool:
        try:
            return bool(cv.getWindowProperty(self._title, cv.WND_PROP_VISIBLE) < 1)
        except cv.error:  # Qt, once its last window is gone
            return True


def why_no_window() -> str:
    """What speaks against a window here, and what to do about it; empty if nothing does."""
    framework = cv.currentUIFramework()
    if not framework:
        return (
            "the installed OpenCV is built without windows; exchange it for the one that has them: "
            "pip uninstall opencv-contrib-python-headless, then pip install opencv-contrib-python"
        )
    if not sys.platform.startswith("linux"):
        return ""
    display = os.environ.get("DISPLAY", "")
    if framework.startswith("QT") or not os.environ.get("WAYLAND_DISPLAY"):  # the wheels' Qt can't speak Wayland
        if not display:
            return "there is no display (DISPLAY isn't set)"
        if not _answers(display):
            return f"the display {display} doesn't answer"
    return ""


def _answers(display: str) -> bool:
    """Whether an X server listens at a display such as ``:0``, ``:1.0`` or ``localhost:10.0``."""
    host, _, number = display.rpartition(":")
    number = number.partition(".")[0]
    if not number.isdecimal():
        return False
    if host and host != "unix" and not host.startswith("/"):
        return _listens(socket.AF_INET, (host, 6000 + int(number)))
    path = f"/tmp/.X11-unix/X{number}"
    return _listens(socket.AF_UNIX, path) or _listens(socket.AF_UNIX, f"\0{path}")


def _listens(family: socket.AddressFamily, address: str | tuple[str, int]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(2)
        try:
            connection.connect(address)
        except OSError:
            return False
    return True
