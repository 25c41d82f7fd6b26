"""A page without a browser: it speaks the WebSocket's language, and does only what a test tells it to."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from contextlib import ExitStack
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import torch
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from torch_opencv.live.browser import Browser
from torch_opencv.live.sources import Frame
from torch_opencv.live.views import AnnotatedFrame, Stats

PATIENCE_S = 30
"""Only what fails ever waits that long."""


def annotated_frame(
    index: int = 0, *, size: tuple[int, int] = (48, 64), fields: dict[str, object] | None = None, **stats: Any
) -> AnnotatedFrame:
    """A grey image, the brighter the higher its index; ``size`` is (height, width)."""
    image = torch.full((*size, 3), min(255, 10 * index), dtype=torch.uint8)
    frame = Frame(image, index, index / 30, "clip.mp4", 0.0)
    values = {"state": "live", "display_fps": 30.0, "model_fps": 10.0, "latency_ms": 20.0, "dropped": 0, **stats}
    return AnnotatedFrame(image, frame, fields or {}, Stats(**values))


class Page:
    """One open page; closed with the ``with`` block."""

    def __init__(self, browser: Browser, *, query: str | None = None, **headers: str) -> None:
        address = urlsplit(browser.address)
        host = headers.pop("host", address.netloc)
        query = address.query if query is None else query
        to_server = socket.create_connection((address.hostname or "", address.port or 0), timeout=PATIENCE_S)
        to_server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        secure = address.scheme == "https"
        connection = connect(
            f"{'wss' if secure else 'ws'}://{host}/socket?{query}",
            sock=to_server,
            ssl=_any_certificate() if secure else None,
            origin=headers.pop("origin", None),
            additional_headers={name.title(): value for name, value in headers.items()},
            max_size=None,
            compression=None,
            proxy=None,
            open_timeout=PATIENCE_S,
        )
        self._closing = ExitStack()
        self._socket = self._closing.enter_context(connection)

    def __enter__(self) -> Page:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye."""
        self._closing.close()

    def say(self, **message: object) -> None:
        """Send a message."""
        self._socket.send(json.dumps(message))

    def send(self, data: bytes | str) -> None:
        """Send anything."""
        self._socket.send(data)

    def seen(self, number: int) -> None:
        """Acknowledge an image."""
        self.say(type="seen", number=number)

    def hear(self, kind: str) -> dict[str, Any]:
        """The next message of this type, what comes before it aside."""
        while True:
            message = self.next()
            if isinstance(message, dict) and message["type"] == kind:
                return message

    def next(self) -> dict[str, Any] | bytes:
        """The next message."""
        message = self._socket.recv(timeout=PATIENCE_S)
        return message if isinstance(message, bytes) else json.loads(message)

    def frame(self) -> tuple[dict[str, Any], bytes]:
        """The next image, not acknowledged."""
        message, jpeg = self.hear("frame"), self.next()
        assert isinstance(jpeg, bytes)
        return message, jpeg

    def end(self) -> tuple[int, str]:
        """The code and the reason with which the server ends the connection."""
        try:
            while True:
                self.next()
        except ConnectionClosed as closed:
            assert closed.rcvd is not None
            return closed.rcvd.code, closed.rcvd.reason


def get(browser: Browser, path: str, **headers: str) -> http.client.HTTPResponse:
    """What the server answers to a GET."""
    address = urlsplit(browser.address)
    if address.scheme == "https":
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            address.netloc, timeout=PATIENCE_S, context=_any_certificate()
        )
    else:
        connection = http.client.HTTPConnection(address.netloc, timeout=PATIENCE_S)
    connection.request("GET", path, headers={name.title(): value for name, value in headers.items()})
    response = connection.getresponse()
    response.body = response.read()  # type: ignore[attr-defined]
    connection.close()
    return response


def _any_certificate() -> ssl.SSLContext:
    """As for a visitor that has let the browser's warning pass."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
