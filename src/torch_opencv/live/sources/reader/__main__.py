"""The process that reads a stream: started by `streams`, as a program of its own, and killed by it when it hangs.

A library's read can hang for ever, in the resolver, say, which no time limit of FFmpeg's reaches; a process can always
be killed. It ends by itself when its parent does, however that ends: its standard input is closed then.

In, on standard input, lines: first a JSON object {"url", "after"}, then an empty line for every frame that is wanted.
The address comes this way because command lines and environments can be read by others.

Out, on standard output: JSON objects, each a line:
- {"fps", "length", "start", "duration", "endless", "paced"} when the first frame is there. "endless" tells a live
  stream from a file. Of a live stream the newest frame is kept, whether one is wanted or not; of a file none is left
  out, and there are only those that come "after" the given time stamp.
- {"size": [height, width], "time", "captured", "rotation", "dropped"}, for a wanted frame, followed by its pixels:
  uint8 (height, width, 3), BGR. "time": its own time stamp in seconds, or null. "captured": on `time.monotonic`'s
  clock, which is the same in all processes of a machine. "dropped": frames replaced by newer ones so far.
- {"end": why}, the last; "" is the end of a file. "why" never holds the address.

Only PyAV and NumPy are imported: it must start fast, and be small.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from fractions import Fraction
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import av
import av.error
import av.stream
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

# Over UDP, frames are broken by every packet that gets lost.
_OPTIONS = {"rtsp_transport": "tcp", "allowed_media_types": "video"}
# What FFmpeg may go on to: a playlist can name any file of this machine, and any other protocol.
_PROTOCOLS = {"rtsp": "rtp,tcp,udp", "rtsps": "rtp,tcp,tls,udp"}
_PROTOCOLS |= dict.fromkeys(("http", "https"), "crypto,http,httpproxy,https,tcp,tls")
MOST_PIXELS = 1 << 25  # of a frame, 8K and no more: a few kilobytes can stand for gigabytes
_STALE = 0.2  # seconds in which what FFmpeg has hoarded while it opened the stream gives way to what is new
_FAREWELL = 0.5  # seconds for taking leave of the server
_REPEATED = 3.0  # seconds for which a stream that was found again may begin with what was shown already
_WAIT, _BEHIND = 0.003, 1.0  # seconds: what counts as waiting for a packet; without it for so long, decoding is behind
_LATE, _EARLY = 0.5, 2.0  # seconds by which a frame's time may be off before its clock is taken for another one


class Newest:
    """The one frame that waits to be sent, and what else there is to say. All of it is shared by three threads."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.wanted = 0
        self.dropped: int | None = None  # counted from the first one sent
        self.about: dict[str, object] | None = None
        self.newest: tuple[VideoFrame, float] | None = None
        self.end: str | None = None
        self.stopped = False

    def put(self, frame: VideoFrame, *, replace: bool) -> None:
        """Keep a frame until it is wanted, or until a newer one replaces it.

        Args:
            frame: decoded.
            replace: whether it takes the place of one that waits; else it waits until that is sent.
        """
        with self.changed:
            while self.newest and not replace and not self.stopped:
                self.changed.wait()
            if self.newest:
                self.count_dropped()
            self.newest = frame, time.monotonic()
            self.changed.notify_all()

    def say(self, *, about: dict[str, object] | None = None, end: str | None = None) -> None:
        """Say what the stream is, or that there are no more frames."""
        with self.changed:
            self.about, self.end = about or self.about, end
            self.changed.notify_all()

    def count_dropped(self) -> None:
        """Count a frame that nobody will see."""
        with self.changed:
            if self.dropped is not None:
                self.dropped += 1

    def want(self) -> None:
        """Send one more frame."""
        with self.changed:
            self.wanted += 1
            self.changed.notify_all()

    def stop(self) -> None:
        """Read no more."""
        with self.changed:
            self.stopped = True
            self.changed.notify_all()

    def send(self, out: BinaryIO) -> None:
        """Write everything to the parent, until the end."""
        while True:
            with self.changed:
                while not (self.about or (self.newest and self.wanted) or (self.end is not None and not self.newest)):
                    self.changed.wait()
                about, self.about = self.about, None
                newest, dropped = None, 0
                if not about and self.newest:
                    newest, self.newest = self.newest, None
                    self.dropped = dropped = self.dropped or 0
                    self.wanted -= 1
                    self.changed.notify_all()
            if about:
                if about["endless"]:
                    time.sleep(_STALE)
                _write(out, about)
            elif newest:
                frame, captured = newest
                pixels = np.ascontiguousarray(frame.to_ndarray(format="bgr24"))
                header = {"size": pixels.shape[:2], "time": frame.time, "captured": captured, "dropped": dropped}
                header["rotation"] = getattr(frame, "rotation", 0)  # PyAV before 15 can't tell
                _write(out, header, pixels.data)
            else:
                _write(out, {"end": self.end})
                return


def _write(out: BinaryIO, header: dict[str, Any], pixels: memoryview | bytes = b"") -> None:
    out.write(json.dumps(header).encode() + b"\n")
    out.write(pixels)
    out.flush()


class NoVideoError(Exception):
    """There is sound only, say."""


class TooLargeError(Exception):
    """Its frames are."""


def _open(url: str) -> InputContainer:
    options = {**_OPTIONS, "protocol_whitelist": _PROTOCOLS[url.partition(":")[0].lower()]}
    try:
        return av.open(url, options=options, metadata_errors="replace")
    except OSError as error:
        if error.errno == errno.EIO:  # FFmpeg doesn't say it if only the name is wrong
            parts = urlsplit(url)
            socket.getaddrinfo(parts.hostname, parts.port)
        raise


def _read(url: str, after: float | None, newest: Newest) -> None:
    """Read frames until the stream ends."""
    with _open(url) as container:
        stream = container.streams.best("video")
        if not isinstance(stream, VideoStream):
            raise NoVideoError
        if stream.width * stream.height > MOST_PIXELS:
            raise TooLargeError
        stream.codec_context.options = {"max_pixels": str(MOST_PIXELS)}  # they may grow
        if discard := getattr(av.stream, "Discard", None):  # PyAV before 18 fetches every variant of an HLS stream
            for other in container.streams:
                if other is not stream:
                    other.discard = discard.all
        about = _about(container, stream, url.partition(":")[0].lower())
        if about["endless"] and not about["paced"]:
            after = None  # its time stamps begin anew with every connection
        # With a thread for each frame the decoder would hold back as many frames as it has threads.
        stream.thread_type = "SLICE" if about["endless"] else "AUTO"
        if after is not None and not about["endless"]:
            container.seek(int(after * av.time_base))
        skip_until = time.monotonic() + _REPEATED if about["endless"] else float("inf")
        pace = Pace()
        first = True
        backlog = Backlog() if about["endless"] and not about["paced"] else None
        for frame in _frames(container, stream, newest, backlog):
            if after is not None and frame.time is not None and frame.time <= after and time.monotonic() < skip_until:
                continue
            after = None
            if about["paced"]:
                pace.wait(frame.time)
            newest.put(frame, replace=bool(about["endless"]))
            if first:
                newest.say(about=about)
                first = False
            if newest.stopped:  # the end of this function tells the server, some of which have few places
                return


def _frames(
    container: InputContainer, stream: VideoStream, newest: Newest, backlog: Backlog | None
) -> Iterator[VideoFrame]:
    packets = container.demux(stream)
    if backlog is not None:
        packets = backlog.skip(packets, newest.count_dropped)
    for packet in packets:
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:  # a broken packet: those after it may be good
            continue
        for frame in frames:
            if not frame.is_corrupt:  # its missing parts are made up by the decoder
                yield frame


class Backlog:
    """What has piled up because decoding is too slow for the stream: it is skipped, or frames would get ever older.

    As long as decoding keeps up, there is a wait for nearly every packet.
    """

    def __init__(self) -> None:
        self._waited = time.monotonic()  # when there was a wait last
        self._skipping = False

    def skip(
        self, packets: Iterator[Packet[VideoStream]], dropped: Callable[[], None]
    ) -> Iterator[Packet[VideoStream]]:
        """The packets, but after a second without a wait go on with the first key frame that has to be waited for."""
        asked = time.monotonic()
        for packet in packets:
            now = time.monotonic()
            if now - asked > _WAIT:
                self._waited = now
            caught_up = now - self._waited < _BEHIND
            if not self._skipping:
                self._skipping = not caught_up
            elif packet.is_keyframe and caught_up:
                self._skipping = False
            if self._skipping:
                dropped()
            else:
                yield packet
            asked = time.monotonic()


def _about(container: InputContainer, stream: VideoStream, scheme: str) -> dict[str, object]:
    kind = container.format.name
    duration = container.duration / av.time_base if container.duration else None
    finite = scheme.startswith("http") and kind != "mpjpeg" and (duration or (container.size > 0 and kind != "hls"))
    fps = None if kind == "mpjpeg" else stream.average_rate  # there it is only FFmpeg's guess
    return {
        "fps": float(fps) if fps else None,
        "length": (stream.frames or round((duration or 0) * (fps or Fraction(0))) or None) if finite else None,
        "start": float(stream.start_time * stream.time_base) if stream.start_time and stream.time_base else 0.0,
        "duration": duration,
        "endless": not finite,
        "paced": kind == "hls" and not finite,
    }


class Pace:
    """The pace of a live stream that comes in pieces of several seconds each (HLS), by its own time stamps.

    Without it, only the last frame of each piece would ever be seen.
    """

    def __init__(self) -> None:
        self._offset: float | None = None

    def wait(self, timestamp: float | None) -> None:
        """Wait until a frame is due."""
        now = time.monotonic()
        if timestamp is None:
            return
        if self._offset is None or not now - _LATE < self._offset + timestamp < now + _EARLY:
            self._offset = now - timestamp
        time.sleep(max(0.0, self._offset + timestamp - now))


def _why(error: Exception) -> str:
    """What went wrong; FFmpeg's own text is not used, as it holds the address."""
    match error:
        case av.error.HTTPUnauthorizedError():
            return "401"
        case av.error.HTTPForbiddenError():
            return "the server forbids access (403)"
        case av.error.HTTPNotFoundError():
            return "the server knows nothing under this address (404)"
        case av.error.HTTPServerError():
            return "the server has failed (5xx)"
        case socket.gaierror():
            return "there is no host of this name, or it can't be looked up now"
        case av.error.ConnectionRefusedError():
            return "the host refuses the connection: is the server running, and is the port right?"
        case av.error.InvalidDataError():
            return "what comes is no video"
        case av.error.EOFError() | av.error.ConnectionResetError() | av.error.BrokenPipeError():
            return "the server has closed the connection"
        case NoVideoError():
            return "there is no video in it"
        case TooLargeError():
            return f"its frames have more than {MOST_PIXELS:,} pixels"
        case OSError() if error.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN):
            return "the host can't be reached"
        case OSError() if error.errno == errno.ETIMEDOUT:
            return "the host doesn't answer"
        case OSError() if error.errno == errno.EIO:
            return "the connection broke off"
        case av.error.FFmpegError():
            return (error.strerror or type(error).__name__).lower()
    return f"{type(error).__name__} in the reader"


def _send(newest: Newest, out: BinaryIO) -> None:
    with suppress(OSError):  # the parent is gone
        newest.send(out)
    os._exit(0)


def _follow(wishes: BinaryIO, newest: Newest) -> None:
    for _ in wishes:
        newest.want()
    newest.stop()  # the parent is gone, or doesn't need us any more
    time.sleep(_FAREWELL)
    os._exit(0)  # another thread may hang


def main() -> None:
    """Read a stream for the parent process."""
    wishes, out = sys.stdin.buffer, sys.stdout.buffer
    job = json.loads(wishes.readline())
    newest = Newest()
    threading.Thread(target=_follow, args=(wishes, newest), daemon=True).start()
    sender = threading.Thread(target=_send, args=(newest, out), daemon=True)
    sender.start()
    end = ""
    try:
        _read(job["url"], job["after"], newest)
    except Exception as error:
        end = _why(error)
    newest.say(end=end)
    if not newest.stopped:
        sender.join()
    os._exit(0)  # not by way of the threads that still wait


if __name__ == "__main__":
    main()
