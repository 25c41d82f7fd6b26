"""The view in a window, by OpenCV's own, and the app's panel in a second one.

Whether a window can be had is asked before OpenCV is: its Qt aborts the whole process where there is no display.
"""

from __future__ import annotations

from contextlib import suppress

import torch_opencv as cv
from torch_opencv._system import displays
from torch_opencv.live.errors import ViewError
from torch_opencv.live.events import Command, Key
from torch_opencv.live.panel import Panel
from torch_opencv.live.panel_image import draw_panel
from torch_opencv.live.views import AnnotatedFrame, Pointer, ViewEvent
from torch_opencv.live.window_keys import key_name

_LARGEST, _SMALLEST = 1280, 480  # pixels of the window's longer side, at first; the user can change it


class Window:
    """A window that frames are shown in, for the main thread.

    Raises:
        ViewError: there is no display, or the installed OpenCV is built without windows.

    """

    stays = False
    watched = True

    def __init__(self, title: str) -> None:
        if reason := why_no_window():
            raise ViewError(f"no window can be shown: {reason}")
        self._title = title
        self._open = False
        self._shown: AnnotatedFrame | None = None
        self._clicks: list[ViewEvent] = []
        self._doubled = False  # the second press of a double click is down
        self._panel = ""  # the title of the panel's window, as long as that is open

    def tell(self, text: str) -> None:
        """Nothing: there is no window before the first frame, whose size it has."""

    def show(self, frame: AnnotatedFrame) -> None:
        """Show a frame. The first one sets the window's size, and the user may change it."""
        height, width = frame.image.shape[:2]
        if not self._open:
            scale = min(_LARGEST / max(height, width), max(1.0, _SMALLEST / max(height, width)))
            cv.namedWindow(self._title, cv.WINDOW_NORMAL | cv.WINDOW_KEEPRATIO | cv.WINDOW_GUI_NORMAL)
            cv.resizeWindow(self._title, max(1, round(width * scale)), max(1, round(height * scale)))
            cv.setMouseCallback(self._title, self._on_mouse)
            self._open = True
        cv.imshow(self._title, frame.image)
        self._shown = frame

    def show_panel(self, panel: Panel | None) -> None:
        """Show a panel in a window of its own, which the user may close; it comes back with another title."""
        title = panel.title if panel else ""
        if self._panel and self._panel != title:
            self._close_panel()
        if panel is None:
            return
        if self._panel != title:
            cv.namedWindow(title, cv.WINDOW_AUTOSIZE | cv.WINDOW_GUI_NORMAL)
            self._panel = title
        elif _is_closed(title):
            return
        cv.imshow(title, draw_panel(panel))

    def events(self) -> list[ViewEvent]:
        """The keys and clicks, and the command to quit if the window was closed. This is when it redraws itself."""
        if not self._open:
            return []
        events: list[ViewEvent] = []
        while (code := cv.waitKeyEx(1)) != -1:
            if name := key_name(code):
                events.append(Key(name))
        if _is_closed(self._title):
            events.append(Command("quit"))
        clicks, self._clicks = self._clicks, []
        return clicks + events

    def close(self) -> None:
        """Close the windows."""
        self._close_panel()
        if self._open:
            self._open = False
            with suppress(cv.error):  # the user has closed it
                cv.destroyWindow(self._title)

    def _close_panel(self) -> None:
        if self._panel:
            with suppress(cv.error):  # the user has closed it
                cv.destroyWindow(self._panel)
            self._panel = ""

    def _on_mouse(self, event: int, x: int, y: int, flags: int, param: object) -> None:
        double = event == cv.EVENT_LBUTTONDBLCLK
        if event == cv.EVENT_LBUTTONUP:
            self._doubled = False
        elif double or (event == cv.EVENT_LBUTTONDOWN and not self._doubled):
            self._doubled = double  # Qt tells of the same press a second time, as a single one
            if self._shown is not None:
                # OpenCV counts the image's pixels, however large the window is.
                self._clicks.append(Pointer(x + 0.5, y + 0.5, double, self._shown))


def _is_closed(title: str) -> bool:
    try:
        return bool(cv.getWindowProperty(title, cv.WND_PROP_VISIBLE) < 1)
    except cv.error:  # Qt, once its last window is gone
        return True


def why_no_window() -> str:
    """What speaks against a window here, and what to do about it; empty if nothing does."""
    return displays.why_no_window(cv.currentUIFramework())
