"""The camera of whoever opens the page, as a source. One visitor at a time is the camera.

The server's thread hands images in (`take_seat`, `leave_seat`, `put`), the capture thread takes them out by
iterating. Only the newest is kept, and only what is taken out is decoded.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterator

import torch

import torch_opencv as cv
from torch_opencv._arrays.opencv_log import quiet_opencv
from torch_opencv.live.browser.jpeg import jpeg_size
from torch_opencv.live.sources.base import Frame, Source

MOST_PIXELS = 2560 * 1440
"""More is refused from the header, before anything is decoded."""

_PATIENCE_S = 2.0  # a camera that gives no image for so long is lost: its page may be in the background


class BrowserCamera(Source):
    """A visitor's camera. `Browser.camera` makes it.

    A frame's ``captured`` is when its image arrived: what the way here took isn't known.

    Args:
        refuse: called with a visitor and the reason if what it sent turns out to be no image.
        closed: called once the source is closed.

    """

    live = True

    def __init__(self, refuse: Callable[[Hashable, str], None], closed: Callable[[], None]) -> None:
        super().__init__()
        self.name = "browser"
        self.state = "connecting"
        self.holder: Hashable | None = None
        """The visitor that is the camera. Only the server's thread asks and changes it."""
        self._refuse = refuse
        self._on_closed = closed
        self._changed = threading.Condition()
        self._newest: tuple[Hashable, bytes, tuple[int, int], float] | None = None
        self._closed = False

    def __iter__(self) -> Iterator[Frame]:
        start = time.monotonic()
        index = 0
        while (newest := self._wait()) is not None:
            visitor, jpeg, size, captured = newest
            image = _decode(jpeg, size)
            if image is None:
                self._refuse(visitor, "that JPEG is damaged")
                continue
            self.state = "live"
            yield Frame(image, index, max(0.0, captured - start), self.name, captured)  # the first may be from before
            index += 1

    def close(self) -> None:
        """Let go of the visitor's camera, and end the iteration."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._newest = None
            self._changed.notify_all()
        self._on_closed()

    def take_seat(self, visitor: Hashable, *, instead: bool) -> bool:
        """Make a visitor the camera.

        Args:
            visitor: whoever it is.
            instead: of another one, too, and not only if there is none.

        Returns:
            Whether the visitor now is the camera.
        """
        if self.holder is None or instead:
            self.holder = visitor
        return self.holder is visitor

    def leave_seat(self, visitor: Hashable) -> bool:
        """Take note that a visitor is no longer the camera.

        Args:
            visitor: whoever it is.

        Returns:
            Whether that was the camera.
        """
        if self.holder is not visitor:
            return False
        self.holder = None
        with self._changed:
            self._lose()
        return True

    def put(self, visitor: Hashable, jpeg: bytes) -> None:
        """Take in an image.

        Args:
            visitor: whose it is.
            jpeg: as a browser's canvas makes it.

        Raises:
            ValueError: it can't be one, or it is too large; the message says why.
        """
        size = jpeg_size(jpeg)
        if size[0] * size[1] > MOST_PIXELS:
            raise ValueError(f"{size[0]} x {size[1]} pixels are too many")
        with self._changed:
            if self._newest is not None:
                self.dropped += 1
            if not self._closed:
                self._newest = visitor, jpeg, size, time.monotonic()
            self._changed.notify_all()

    def _wait(self) -> tuple[Hashable, bytes, tuple[int, int], float] | None:
        """The newest image, as soon as there is one; None once the source is closed."""
        with self._changed:
            while self._newest is None and not self._closed:
                if not self._changed.wait(_PATIENCE_S):
                    self._lose()
            newest, self._newest = self._newest, None
            return newest

    def _lose(self) -> None:
        if self.state == "live":
            self.state = "lost"


def _decode(jpeg: bytes, size: tuple[int, int]) -> torch.Tensor | None:
    """The image as torch.uint8 (H, W, 3) BGR, or None if it is damaged or another one than its header said."""
    try:
        with quiet_opencv():
            image: torch.Tensor | None = cv.imdecode(
                torch.frombuffer(bytearray(jpeg), dtype=torch.uint8), cv.IMREAD_COLOR | cv.IMREAD_IGNORE_ORIENTATION
            )
    except cv.error:
        return None
    return image if image is not None and image.shape == (size[1], size[0], 3) else None
