"""The view in a window, by OpenCV's own: q, Esc or closing the window ends the run.

Whether a window can be had is asked before OpenCV is: its Qt aborts the whole process where there is no display.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from contextlib import suppress

import torch

import torch_opencv as cv
from torch_opencv.live.errors import ViewError

_QUIT_KEYS = frozenset((ord("q"), ord("Q"), 27))
_LARGEST, _SMALLEST = 1280, 480  # pixels of the window's longer side, at first; the user can change it


class Window:
    """A window that shows pictures at their pace.

    Raises:
        ViewError: there is no display, or the installed OpenCV is built without windows.

    """

    def __init__(self, title: str) -> None:
        if reason := why_no_window():
            raise ViewError(f"no window can be shown: {reason}")
        self._title = title
        self._open = False

    def show(self, image: torch.Tensor, *, until: float = 0.0) -> bool:
        """Show a picture, and wait.

        Args:
            image: torch.uint8, (H, W, 3), BGR.
            until: when to return, on `time.monotonic`'s clock.

        Returns:
            False if the user wants to end: by q, by Esc or by closing the window.

        """
        if not self._open:
            scale = min(_LARGEST / max(image.shape[:2]), max(1.0, _SMALLEST / max(image.shape[:2])))
            cv.namedWindow(self._title, cv.WINDOW_NORMAL | cv.WINDOW_KEEPRATIO | cv.WINDOW_GUI_NORMAL)
            cv.resizeWindow(self._title, max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
            self._open = True
        cv.imshow(self._title, image)
        while True:
            remaining = until - time.monotonic()
            key = cv.waitKey(min(100, max(1, round(remaining * 1000))))
            if key & 0xFF in _QUIT_KEYS or self._was_closed():
                return False
            if remaining <= 0.001:
                return True

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
