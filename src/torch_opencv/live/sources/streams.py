"""Streams: ``rtsp://``, ``rtsps://``, and over ``http://`` and ``https://`` MJPEG, HLS and video files.

A stream is read in a process of its own (`reader`), which always takes what comes and keeps the newest frame.
Here, it is asked for one frame after the other, and killed when it misses a deadline: no library's read can hang this
process. A stream that is lost is looked for again, for ever. Frames come through a pipe, so that nothing is left
behind, whichever process dies first.
"""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import torch

import torch_opencv as cv
from torch_opencv.live.errors import SourceError
from torch_opencv.live.sources.addresses import check_address, has_login, without_secrets
from torch_opencv.live.sources.backoff import Backoff
from torch_opencv.live.sources.base import Frame, Source

_READER = Path(__file__).with_name("reader") / "__main__.py"
_TICK = 0.1  # seconds; how exact a deadline is
_FAREWELL = 1.0  # seconds for the reader to take leave of the server
_SLACK = 1.0  # seconds that may be missing at the end of a file: its sound may be longer than its frames
_FILE_ATTEMPTS = 8  # about half a minute
_TURNS = {90: cv.ROTATE_90_COUNTERCLOCKWISE, -90: cv.ROTATE_90_CLOCKWISE, 180: cv.ROTATE_180, -180: cv.ROTATE_180}

_log = logging.getLogger(__name__)


class Stream(Source):
    """A live stream, of which each frame is the newest one; or a video file over HTTP, with all its frames.

    What has an end (a file, or an HLS playlist that is complete) is a file: ``live`` is False, nothing is dropped, and
    after a broken connection it goes on where it was. Everything else is live: when it is lost, for whatever reason,
    ``state`` is "lost" until it is back, and no frames come meanwhile.

    Args:
        url: its address. User and password may be in it; they are shown nowhere.
        open_timeout: seconds within which the first frame must be there.
        read_timeout: seconds within which the next one must.

    Raises:
        SourceError: the address is none, or no frame comes from it, now. While iterating: the connection to a file
            is gone and doesn't come back.

    """

    def __init__(self, url: str, *, open_timeout: float = 10.0, read_timeout: float = 5.0) -> None:
        super().__init__()
        check_address(url)
        self.name = without_secrets(url)
        self._url = url
        self._open_timeout, self._read_timeout = open_timeout, read_timeout
        self._closed = threading.Event()
        self._backoff = Backoff()
        self.state = "connecting"
        _log.info("connecting to %s", self.name)
        start = time.monotonic()
        try:
            self._reader, about = self._connect(None)
        except _LostError as lost:
            raise SourceError(f"{self.name} can't be read: {lost}") from None
        self.state = "live"
        self.live = about["endless"]
        self.fps = about["fps"] if about["fps"] and 0.1 <= about["fps"] <= 1000 else None
        self.length = about["length"]
        self._start, self._duration = about["start"], about["duration"]
        _log.info("%s is %s after %.1f s", self.name, "live" if self.live else "open", time.monotonic() - start)

    def __iter__(self) -> Iterator[Frame]:
        index = 0
        newest: float | None = None  # its own time stamp
        first_captured: float | None = None
        dropped_before = 0
        while not self._closed.is_set():
            try:
                received = self._reader.next(self._read_timeout)
            except _EndError as end:
                if not str(end) and not self.live and self._is_complete(newest):
                    return
                lost = _LostError(str(end) or "it ended")
            except _LostError as error:
                lost = error
            else:
                newest = received.time
                self.dropped = dropped_before + received.dropped
                if first_captured is None:
                    first_captured = received.captured
                position = received.captured - first_captured if self.live else self._position(received.time, index)
                yield Frame(received.image, index, position, self.name, received.captured)
                index += 1
                continue
            dropped_before = self.dropped
            if not self._find_again(lost, newest):
                break
        if not self._closed.is_set():
            _log.warning("%s ended after %d of about %s frames: it may be cut short", self.name, index, self.length)

    def close(self) -> None:
        """Let go of the stream; an iteration in another thread ends."""
        self._closed.set()
        self._reader.close()

    def _connect(self, after: float | None) -> tuple[_Reader, dict[str, Any]]:
        """A reader that has its first frame, and what it says about the stream."""
        try:
            self._reader = reader = _Reader(self._url, after)
        except OSError as error:
            raise _LostError(f"no process can be started to read it: {error.strerror}") from None
        if self._closed.is_set():  # close() may have come before there was this reader to close
            reader.close()
        try:
            return reader, reader.open(self._open_timeout)
        except BaseException as error:
            reader.close()
            if isinstance(error, _EndError) and (str(error) or after is None or self.live):
                reason = _with_login(self._url, str(error)) or "there is no frame in it"
                raise _LostError(reason) from None
            raise

    def _find_again(self, reason: _LostError, after: float | None) -> bool:
        """Try to get at the stream until that succeeds. False: it was closed, or is a file that has nothing more."""
        self._reader.close()
        if self._closed.is_set():
            return False
        if not self.live and after is None:  # without times there is no telling where to go on
            raise SourceError(f"{self.name} was lost: {reason}")
        self.state = "lost"
        self._backoff.lost()
        start = time.monotonic()
        _log.warning("%s is lost: %s; trying to get it back", self.name, reason)
        attempts = 0
        while not self._closed.wait(self._backoff.delay()):
            attempts += 1
            try:
                self._connect(after)
            except _EndError:
                return False
            except _LostError as error:
                if not self.live and attempts >= _FILE_ATTEMPTS:
                    raise SourceError(f"{self.name} was lost and isn't coming back: {error}") from None
                continue
            self.state = "live"
            self._backoff.reached()
            _log.info("%s is back after %.1f s", self.name, time.monotonic() - start)
            return True
        return False

    def _is_complete(self, timestamp: float | None) -> bool:
        """Whether a file may end here: containers ignore it when a connection breaks, and are then just shorter."""
        return self._duration is None or timestamp is None or timestamp - self._start > self._duration - _SLACK

    def _position(self, timestamp: float | None, index: int) -> float:
        """Seconds from the start of a file."""
        return index / (self.fps or 25.0) if timestamp is None else max(0.0, timestamp - self._start)


class _LostError(Exception):
    """No more frames come."""


class _EndError(Exception):
    """The reader says that there are no more."""


@dataclass(frozen=True, eq=False, slots=True)
class _Received:
    image: torch.Tensor
    time: float | None
    captured: float
    dropped: int


class _Reader:
    """The process that reads, from this side. It is asked by one thread, and killed when it misses a deadline."""

    def __init__(self, url: str, after: float | None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(_READER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # FFmpeg's lines may hold the address
            start_new_session=True,  # a Ctrl-C in the terminal is ours alone
        )
        self._wishes = cast("BinaryIO", self._process.stdin)
        self._answers = cast("io.BufferedReader", self._process.stdout)
        self._deadline = float("inf")
        self._missed = False
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._keep_deadlines, name="stream deadlines", daemon=True)
        self._watch.start()
        with suppress(OSError):
            self._wishes.write(json.dumps({"url": url, "after": after}).encode() + b"\n")
            self._wishes.flush()

    def open(self, timeout: float) -> dict[str, Any]:
        """What the reader says about the stream, once it has a frame."""
        return self._answer(timeout)[0]

    def next(self, timeout: float) -> _Received:
        """The newest frame that wasn't taken yet; waits for one."""
        with suppress(OSError, ValueError):  # what it said before it died is still to be read
            self._wishes.write(b"\n")
            self._wishes.flush()
        header, image = self._answer(timeout)
        assert image is not None
        if turn := header["rotation"]:
            image = cv.rotate(image, _TURNS[turn]) if turn in _TURNS else image
        return _Received(image, header["time"], header["captured"], header["dropped"])

    def close(self) -> None:
        """End the process, whatever it is doing; any thread may call this, and more than once."""
        self._over.set()
        with suppress(OSError):
            self._wishes.close()  # this tells it to
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_FAREWELL)
        self._process.kill()
        self._process.wait()
        self._watch.join()
        self._answers.close()

    def _answer(self, timeout: float) -> tuple[dict[str, Any], torch.Tensor | None]:
        self._deadline = time.monotonic() + timeout
        image = None
        try:
            line = self._answers.readline()
            header: dict[str, Any] = json.loads(line) if line.endswith(b"\n") else {}
            if size := header.get("size"):
                image = torch.empty(*size, 3, dtype=torch.uint8)
                if self._answers.readinto(image.numpy().data) < image.numel():
                    header = {}
        except (OSError, ValueError):  # closed by another thread
            header = {}
        finally:
            self._deadline = float("inf")
        if "end" in header:
            raise _EndError(header["end"])
        if not header:
            self._process.kill()
            status = self._process.wait()
            raise _LostError(f"no frame came for {timeout:g} s" if self._missed else f"its reader has died ({status})")
        return header, image

    def _keep_deadlines(self) -> None:
        while not self._over.wait(_TICK):
            if time.monotonic() > self._deadline:
                self._missed = True
                self._process.kill()
                return


def _with_login(url: str, reason: str) -> str:
    """A reason in the words that help with this address."""
    if reason != "401":
        return reason
    if has_login(url):
        return "its user or password is wrong (401)"
    return "it asks for a user and a password (401): write them into the address, as in rtsp://user:password@host/"
