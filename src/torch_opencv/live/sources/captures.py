"""Cameras and videos, both read through `cv.VideoCapture`.

A capture that can't be opened, or that gives no first frame, is an error when it is opened, not in the middle of a run.
A camera that is lost later, because it was unplugged, say, is looked for until it is back.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import torch

import torch_opencv as cv
from torch_opencv._arrays.opencv_log import quiet_opencv
from torch_opencv.live.errors import SourceError
from torch_opencv.live.sources.backoff import Backoff
from torch_opencv.live.sources.base import Frame, Source
from torch_opencv.live.sources.containers import PLAYLISTS, open_video

_log = logging.getLogger(__name__)

_CLOSING_S = 1.0  # for a read to come back when a camera is closed
MOST_FRAMES = 10**8
"""No video has more; containers may say so all the same."""
_FEWER = 0.9  # A container's count is often a few frames off; below this share of it, the file was probably cut short.


class Camera(Source):
    """A camera. Endless.

    A camera that gives no frame any more is "lost" (``state``), and opened again when it is there again. Its own read
    doesn't hang: OpenCV waits at most ten seconds for a frame.

    Args:
        device: its number, or its path (``/dev/video0``).

    Raises:
        SourceError: there is no such camera, it can't be opened, or it gives no frame.
    """

    live = True

    def __init__(self, device: int | str) -> None:
        super().__init__()
        self.name = f"camera {device}" if isinstance(device, int) else device
        self._device = device
        self._backoff = Backoff()
        self._closed = threading.Event()
        self._in_use = threading.Lock()  # releasing a capture that another thread reads crashes the process
        self._capture = self._open()
        self.fps = _plausible_fps(self._capture)

    def __iter__(self) -> Iterator[Frame]:
        start = time.monotonic()
        index = 0
        while not self._closed.is_set():
            with self._in_use:
                ok, image = self._capture.read()
                if self._closed.is_set():
                    self._capture.release()  # `close` may have given up waiting for this
            captured = time.monotonic()
            if ok:
                yield Frame(_as_bgr(image), index, captured - start, self.name, captured)
                index += 1
            else:
                self._find_again()

    def close(self) -> None:
        """Let go of the camera; an iteration in another thread ends.

        A read that hangs is waited for a second; after that, the camera is let go once the read comes back.
        """
        self._closed.set()
        if self._in_use.acquire(timeout=_CLOSING_S):
            self._capture.release()
            self._in_use.release()

    def _open(self) -> cv.VideoCapture:
        """The camera, once it has given a frame."""
        if missing := _missing_device(self._device):
            raise SourceError(missing)
        with quiet_opencv():
            capture = cv.VideoCapture(self._device)
            if not capture.isOpened():
                raise SourceError(f"{self.name} can't be opened: another program may be using it, or it is no camera")
            # This frame is only a test: by the time the model is loaded, it'd be old.
            if not capture.read()[0]:
                capture.release()
                raise SourceError(f"{self.name} gives no frame: unplug it and plug it in again, or try another one")
        return capture

    def _find_again(self) -> None:
        """Try to open the camera until that succeeds, or until it is closed."""
        if self._closed.is_set():
            return
        self.state = "lost"
        self._backoff.lost()
        start = time.monotonic()
        _log.warning("%s is lost: it gives no more frames; was it unplugged? Trying to get it back", self.name)
        with self._in_use:
            self._capture.release()
        while not self._closed.wait(self._backoff.delay()):
            with suppress(SourceError), self._in_use:
                self._capture = self._open()
                if self._closed.is_set():
                    self._capture.release()
                    return
                self.state = "live"
                self._backoff.reached()
                _log.info("%s is back after %.1f s", self.name, time.monotonic() - start)
                return


class Video(Source):
    """A video file, from its first frame to the last that can be read.

    Args:
        path: the file.
        name: what messages and results call it; its path by default.

    Raises:
        SourceError: there is no such file, it is empty or no video, or not one frame of it can be read.
    """

    seekable = True

    def __init__(self, path: Path, *, name: str | None = None) -> None:
        super().__init__()
        self.name = str(path) if name is None else name
        self.inputs = (path,)
        self._capture, self._first = self._open()
        if self._first is None:
            self._capture.release()
            why = "it is damaged, or of another kind"
            if path.suffix.lower() in PLAYLISTS:
                why = "it is a playlist; give the files or the address that it names"
            raise SourceError(f"{self.name} can't be read as a video or an image: {why}")
        self._index = 0  # of the first
        self.fps = _plausible_fps(self._capture)
        count = self._capture.get(cv.CAP_PROP_FRAME_COUNT)
        self.length = int(count) if 1 <= count < MOST_FRAMES else None
        self.duration = self.length / self.fps if self.length and self.fps else None

    def __iter__(self) -> Iterator[Frame]:
        index = self._index
        image, self._first = self._first, None
        while image is not None:
            yield Frame(_as_bgr(image), index, self._position(index), self.name, time.monotonic())
            index += 1
            image = self._capture.read()[1]
        if self.length:
            warn_if_cut_short(self.name, index, self.length)

    def seek(self, seconds: float) -> None:
        """Let the next iteration begin at the frame that is shown at this time, as exactly as the container allows."""
        index = max(0, int(seconds * (self.fps or 25.0) + 0.5))
        index = min(index, self.length - 1) if self.length else index
        self._capture.release()  # anew, as not every container lets itself be read again once its end was seen
        self._capture, self._first = self._open(index)
        if index and self._first is None:  # it can't, or its end is earlier than it says
            self._capture.release()
            index = 0
            self._capture, self._first = self._open()
        self._index = index

    def close(self) -> None:  # noqa: D102
        self._capture.release()

    def _open(self, index: int = 0) -> tuple[cv.VideoCapture, torch.Tensor | None]:
        """The video, and its first frame, or that of an index; None if that can't be read."""
        capture = open_video(self.inputs[0])
        with quiet_opencv():
            if index:
                capture.set(cv.CAP_PROP_POS_FRAMES, index)
            return capture, capture.read()[1] if capture.isOpened() else None

    def _position(self, index: int) -> float:
        """Seconds from the start to the frame that was read last."""
        milliseconds: float = self._capture.get(cv.CAP_PROP_POS_MSEC)
        if index > 0 and milliseconds <= 0:  # a container without times, such as raw H.264
            return index / (self.fps or 25.0)
        return max(0.0, milliseconds / 1000)


def first_camera() -> Camera | None:
    """The first camera that gives a frame, or None."""
    for number in _camera_numbers() if sys.platform.startswith("linux") else [0]:
        with suppress(SourceError):  # a webcam's second device, say, carries no frame
            return Camera(number)
    return None


def _camera_numbers() -> list[int]:
    return sorted(int(path.name[5:]) for path in Path("/dev").glob("video*") if path.name[5:].isdecimal())


def _missing_device(device: int | str) -> str:
    """What is wrong if the device file isn't there; asked first because OpenCV says nothing that a user could use."""
    if not sys.platform.startswith("linux"):
        return ""
    path = f"/dev/video{device}" if isinstance(device, int) else device
    if Path(path).is_char_device():
        return ""
    there = ", ".join(map(str, _camera_numbers()))
    return f"no camera {device} ({path} is no device); " + (
        f"cameras here: {there}" if there else "no camera is connected: give a video or an image, or 'sample'"
    )


def warn_if_cut_short(name: str, frames: int, length: int) -> None:
    """Say in the log if a video has ended before its time."""
    if frames < _FEWER * length:
        _log.warning("%s ended after %d of about %d frames: it may be cut short", name, frames, length)


def _plausible_fps(capture: cv.VideoCapture) -> float | None:
    fps: float = capture.get(cv.CAP_PROP_FPS)
    return fps if 0.1 <= fps <= 1000 else None


def _as_bgr(image: torch.Tensor) -> torch.Tensor:
    """Any image that a capture can give, (H, W) or (H, W, 1, 3 or 4), 8 or 16 bits, as torch.uint8 (H, W, 3) BGR."""
    if image.dtype == torch.uint16:
        image = cv.convertScaleAbs(image, alpha=255 / 65535)
    channels = 1 if image.ndim == 2 else image.shape[2]
    if channels == 1:
        image = cv.cvtColor(image, cv.COLOR_GRAY2BGR)
    elif channels == 4:
        image = cv.cvtColor(image, cv.COLOR_BGRA2BGR)
    return image
