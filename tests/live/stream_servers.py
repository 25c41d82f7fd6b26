"""Servers of streams for the tests, whose images say which they are, and that fail in the ways that servers do."""

from __future__ import annotations

import base64
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import av
import cv2
import numpy as np
import torch

_ROWS, _COLUMNS = 4, 6  # of blocks; a block is a bit of the image's number

USER, PASSWORD = "anna", "s3cr3t-w0rd"


def numbered(number: int, height: int = 64, width: int = 96) -> np.ndarray:
    """An image that shows a number below 2 ** 24 in black and white blocks: (height, width, 3) uint8."""
    bits = np.array([number >> bit & 1 for bit in range(_ROWS * _COLUMNS)], np.uint8).reshape(_ROWS, _COLUMNS) * 255
    grey = cv2.resize(bits, (width, height), interpolation=cv2.INTER_NEAREST)
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)


def number_of(image: torch.Tensor) -> int:
    """The number that an image shows."""
    height, width = image.shape[:2]
    blocks = image.float().mean(2)
    number = 0
    for bit in range(_ROWS * _COLUMNS):
        row, column = divmod(bit, _COLUMNS)
        y, x = round((row + 0.5) * height / _ROWS), round((column + 0.5) * width / _COLUMNS)
        number |= int(blocks[y, x] > 127) << bit
    return number


def numbered_video(path: Path, count: int, *, fps: int = 25) -> Path:
    """A video of numbered images, 0 to count - 1, with a key frame a second."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", fps)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        stream.codec_context.gop_size = fps
        for number in range(count):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(numbered(number), "bgr24")))
        container.mux(stream.encode())
    return path


class _Handler(BaseHTTPRequestHandler):
    """GET of what the server's `answers` says."""

    server: HttpServer
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.server.guarded and self.headers.get("Authorization") != f"Basic {login}":
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="camera"')
            self.end_headers()
            return
        answer = self.server.answers.get(self.path.partition("?")[0])
        if answer is None:
            self.server.refused += 1
            self.send_error(404)
            return
        self.server.requests += 1
        try:
            answer(self)
        except OSError:  # the reader has gone
            self.close_connection = True

    def log_message(self, *_: object) -> None: ...


class HttpServer(ThreadingHTTPServer):
    """An HTTP server on a free port; ``answers`` says by path what it does."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.answers: dict[str, Callable[[_Handler], None]] = {}
        self.guarded = False
        self.requests = self.refused = 0
        self.port = self.server_address[1]
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def url(self, path: str, *, login: str = "") -> str:
        return f"http://{login}{'@' if login else ''}127.0.0.1:{self.port}{path}"

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class Mjpeg:
    """A live MJPEG stream: a new image every 20 ms, each with the next number, for ``count`` images or for ever."""

    def __init__(self, count: int | None = None, *, size: tuple[int, int] = (64, 96), first: int = 0) -> None:
        self.count, self.size, self.number = count, size, first
        self.then_silent = False

    def __call__(self, handler: _Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "multipart/x-mixed-replace; boundary=image")
        handler.end_headers()
        sent = 0
        while self.count is None or sent < self.count:
            jpeg = cv2.imencode(".jpg", numbered(self.number, *self.size))[1].tobytes()
            head = f"--image\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
            handler.wfile.write(head.encode() + jpeg + b"\r\n")
            self.number += 1
            sent += 1
            time.sleep(0.02)
        while self.then_silent:
            time.sleep(0.02)


class File:
    """A file; the first connections break off after the shares of it that ``breaks`` names."""

    def __init__(self, path: Path, *, kind: str = "video/mp4", breaks: tuple[float, ...] = ()) -> None:
        self.data, self.kind, self.breaks = path.read_bytes(), kind, list(breaks)

    def __call__(self, handler: _Handler) -> None:
        wanted = re.match(r"bytes=(\d+)-", handler.headers.get("Range", ""))
        start = int(wanted[1]) if wanted else 0
        handler.send_response(206 if wanted else 200)
        handler.send_header("Content-Type", self.kind)
        handler.send_header("Accept-Ranges", "bytes")
        handler.send_header("Content-Length", str(len(self.data) - start))
        handler.send_header("Content-Range", f"bytes {start}-{len(self.data) - 1}/{len(self.data)}")
        handler.end_headers()
        share = self.breaks.pop(0) if self.breaks else 1.0
        handler.wfile.write(self.data[start:][: round(share * len(self.data))])


@contextmanager
def mute_server() -> Iterator[int]:
    """The port of a server that accepts connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:  # the backlog accepts for us
        yield listener.getsockname()[1]


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
